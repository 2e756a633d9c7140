import {describe, expect, test} from 'vitest'
import type {BacklogRules} from '../../../src/runtime/engine/embedded/pubsub/backlog-options.ts'
import {createBacklog} from '../../../src/runtime/engine/embedded/pubsub/backlog.ts'
import type {HeldState} from '../../../src/runtime/engine/embedded/pubsub/journal.ts'
import type {PublishedMessage} from '../../../src/runtime/engine/embedded/pubsub/message.ts'
import {createHandTimeline} from './hand-timeline.ts'

const DEADLINE = 10_000

function message(id: string, orderingKey = ''): PublishedMessage {
  return {id, publishTime: 0, data: Buffer.from(id), attributes: {}, orderingKey}
}

function open(rules: Partial<BacklogRules> = {}, accepts = true) {
  const timeline = createHandTimeline()
  const dead: string[] = []
  const notes: [string, HeldState | undefined][] = []
  const backlog = createBacklog({
    rules: () => ({
      ackDeadlineMs: DEADLINE,
      ordered: false,
      retry: undefined,
      maxAttempts: undefined,
      retentionMs: 7 * 24 * 3_600_000,
      retainAcked: false,
      ...rules,
    }),
    timeline,
    wake: () => undefined,
    note: ({id}, state) => void notes.push([id, state]),
    deadLetter: ({id}, attempts) => {
      if (accepts) dead.push(`${id} after ${attempts}`)
      return accepts
    },
  })
  const ids = (most = 100) => backlog.take(most, {runs: true}).map((delivery) => delivery.message.id)
  return {timeline, backlog, dead, ids, notes}
}

describe('a backlog', () => {
  test('gives a message to one subscriber at a time and forgets it once acknowledged', () => {
    const {backlog} = open()
    backlog.add(message('a'))
    const [delivery] = backlog.take(10)
    expect(backlog.take(10)).toEqual([])
    expect(backlog.acknowledge(delivery!.ackId)).toBe(true)
    expect(backlog.acknowledge(delivery!.ackId)).toBe(false)
    expect(backlog.size()).toBe(0)
  })

  test('delivers again when the lease ends, not a millisecond earlier, and counts attempts', async () => {
    const {backlog, timeline} = open()
    backlog.add(message('a'))
    backlog.take(1)
    await timeline.moveTo(DEADLINE - 1)
    expect(backlog.take(1)).toEqual([])
    await timeline.moveTo(DEADLINE)
    expect(backlog.take(1)).toMatchObject([{attempt: 2}])
  })

  test('notes what must survive: a new message, each delivery of it, and its end', () => {
    const {backlog, notes} = open()
    backlog.add(message('a'))
    const [delivery] = backlog.take(1)
    backlog.acknowledge(delivery!.ackId)
    expect(notes).toEqual([
      ['a', {attempts: 0, acknowledged: false}],
      ['a', {attempts: 1, acknowledged: false}],
      ['a', undefined],
    ])
  })

  test('goes on where another left off', () => {
    const {backlog, notes} = open({retainAcked: true})
    backlog.restore(message('a'), {attempts: 0, acknowledged: true})
    backlog.restore(message('b'), {attempts: 3, acknowledged: false})
    expect(notes).toEqual([])
    expect(backlog.retained().map(({id}) => id)).toEqual(['a'])
    expect(backlog.take(10)).toMatchObject([{message: {id: 'b'}, attempt: 4}])
  })

  test('a reset ends leases, keeps the count of deliveries, and acknowledges what it does not name', () => {
    const {backlog, ids} = open({retainAcked: true})
    for (const id of ['a', 'b', 'c']) backlog.add(message(id))
    const [first] = backlog.take(2)
    backlog.reset([message('b'), message('c')])
    expect(backlog.acknowledge(first!.ackId)).toBe(false)
    expect(backlog.take(1)).toMatchObject([{message: {id: 'b'}, attempt: 2}])
    expect(ids()).toEqual(['c'])
    expect(backlog.retained().map(({id}) => id)).toEqual(['a'])
  })

  test('a lease that is extended ends later, a lease given back ends now', async () => {
    const {backlog, timeline, ids} = open()
    backlog.add(message('a'))
    const [first] = backlog.take(1)
    await timeline.moveTo(9_000)
    backlog.extend(first!.ackId, 600_000)
    await timeline.moveTo(608_999)
    expect(ids()).toEqual([])
    backlog.extend(first!.ackId, 0)
    expect(ids()).toEqual(['a'])
  })

  test('rests exactly as the retry policy says, up to ten minutes', async () => {
    const {backlog, timeline} = open({retry: {minimumMs: 10_000, maximumMs: 600_000}})
    backlog.add(message('a'))
    const rests: number[] = []
    for (let delivery = backlog.take(1)[0]; rests.length < 8;) {
      backlog.extend(delivery!.ackId, 0)
      const started = timeline.now()
      for (delivery = undefined; !delivery; delivery = backlog.take(1)[0]) await timeline.moveTo(timeline.now() + 1_000)
      rests.push(timeline.now() - started)
    }
    expect(rests).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000])
  })

  test('a resting message lets others pass', () => {
    const {backlog, ids} = open({retry: {minimumMs: 10_000, maximumMs: 10_000}})
    backlog.add(message('a'))
    backlog.extend(backlog.take(1)[0]!.ackId, 0)
    backlog.add(message('b'))
    expect(ids()).toEqual(['b'])
  })

  test('stops at the flow limit in bytes, but always gives one message', () => {
    const {backlog} = open()
    for (const id of ['aaaa', 'bb', 'cc']) backlog.add(message(id))
    expect(backlog.take(10, {mostBytes: 1})).toHaveLength(1)
    expect(backlog.take(10, {mostBytes: 3})).toHaveLength(1)
    expect(backlog.take(10, {mostBytes: 3})).toHaveLength(1)
  })
})

describe('ordering keys', () => {
  test('a key with an outstanding message waits, other keys and messages without a key do not', () => {
    const {backlog, ids} = open({ordered: true})
    backlog.add(message('k1', 'k'))
    const [first] = backlog.take(1)
    for (const [id, key] of [
      ['k2', 'k'],
      ['l1', 'l'],
      ['x', ''],
      ['k3', 'k'],
    ] as const)
      backlog.add(message(id, key))
    expect(ids()).toEqual(['l1', 'x'])
    backlog.acknowledge(first!.ackId)
    expect(ids()).toEqual(['k2', 'k3'])
  })

  test('a message given back comes again with all that follow it', () => {
    const {backlog, ids} = open({ordered: true})
    for (const id of ['k1', 'k2', 'k3']) backlog.add(message(id, 'k'))
    const [first, second, third] = backlog.take(3, {runs: true})
    backlog.acknowledge(first!.ackId)
    backlog.extend(second!.ackId, 0)
    expect(ids()).toEqual(['k2', 'k3'])
    expect(backlog.acknowledge(third!.ackId)).toBe(false)
  })

  test('a resting message holds its key back', async () => {
    const {backlog, timeline, ids} = open({ordered: true, retry: {minimumMs: 5_000, maximumMs: 5_000}})
    for (const id of ['k1', 'k2']) backlog.add(message(id, 'k'))
    backlog.extend(backlog.take(1)[0]!.ackId, 0)
    expect(ids()).toEqual([])
    await timeline.moveTo(5_000)
    expect(ids()).toEqual(['k1', 'k2'])
  })

  test('without ordering the key means nothing', () => {
    const {backlog, ids} = open()
    for (const id of ['k1', 'k2']) backlog.add(message(id, 'k'))
    backlog.take(1)
    expect(ids()).toEqual(['k2'])
  })
})

describe('dead letters', () => {
  test('a message leaves after its last attempt, whether it was given back or its lease ended', async () => {
    const {backlog, timeline, dead} = open({maxAttempts: 5})
    backlog.add(message('a'))
    for (let attempt = 1; attempt <= 4; attempt++) backlog.extend(backlog.take(1)[0]!.ackId, 0)
    expect(dead).toEqual([])
    backlog.take(1)
    await timeline.moveTo(DEADLINE)
    expect(dead).toEqual(['a after 5'])
    expect(backlog.size()).toBe(0)
  })

  test('a message that nobody takes stays', () => {
    const {backlog} = open({maxAttempts: 5}, false)
    backlog.add(message('a'))
    for (let attempt = 1; attempt <= 5; attempt++) backlog.extend(backlog.take(1)[0]!.ackId, 0)
    expect(backlog.take(1)).toMatchObject([{attempt: 6}])
  })
})
