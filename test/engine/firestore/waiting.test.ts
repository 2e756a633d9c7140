import {describe, expect, test} from 'vitest'
import {createHandTimeline} from '../pubsub/hand-timeline.ts'
import {openWire} from './differential/wire.ts'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'
import type {RawService} from './raw-service.ts'
import {startEmbedded} from './start-embedded.ts'
import {ABORTED, begin, commit, numberOf, read, rollback, runQuery, stateOf} from './transaction-calls.ts'
import {WAYS} from './ways-to-write.ts'

describe('waiting', () => {
  test('is fair: who begins to read after a write waits for it, so that readers keep no writer waiting for ever', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const before = await begin(service)
    const holder = await begin(service)
    await read(service, 'c/a', holder)
    const writing = commit(service, {'c/a': 2})
    expect(await stateOf(writing)).toBe('waiting')
    const after = await begin(service)
    const readings = [read(service, 'c/a', after), runQuery(service, {}, await begin(service))]
    expect(await Promise.all(readings.map(stateOf))).toEqual(['waiting', 'waiting'])
    // One that began before the write came does not.
    expect(await read(service, 'c/a', before)).toBe(1)
    await rollback(service, holder)
    expect(await stateOf(writing)).toBe('waiting')
    await rollback(service, before)
    await writing
    expect(await Promise.all(readings)).toEqual([2, 1])
  })

  test('goes in the order of coming', async () => {
    using service = createRawService()
    const holder = await begin(service)
    await read(service, 'c/a', holder)
    const order: number[] = []
    const writing = [1, 2, 3, 4].map((n) => commit(service, {'c/a': n}).then(() => order.push(n)))
    await rollback(service, holder)
    await Promise.all(writing)
    expect(order).toEqual([1, 2, 3, 4])
    expect(numberOf(service, 'c/a')).toBe(4)
  })

  test.each([
    ['a commit', (service: RawService) => commit(service, {'c/a': 2})],
    [
      'a batch',
      (service: RawService) => service.call('BatchWrite', {database: DATABASE, writes: [writeOf('c/a', {n: 2})]}),
    ],
  ])('goes before %s that comes in the moment of the release', async (_, write) => {
    using service = createRawService()
    const holder = await begin(service)
    await read(service, 'c/a', holder)
    const waiting = commit(service, {'c/a': 1})
    expect(await stateOf(waiting)).toBe('waiting')
    const released = rollback(service, holder)
    await Promise.all([write(service), waiting, released])
    expect(numberOf(service, 'c/a')).toBe(2)
  })

  test.each(Object.entries(WAYS).filter(([name]) => name !== 'Write'))(
    'ends with the call: a cancelled %s is never applied',
    async (_, write) => {
      using service = createRawService()
      await commit(service, {'c/a': 1})
      const holder = await begin(service)
      await read(service, 'c/a', holder)
      const cancelled = new AbortController()
      const writing = write(service, cancelled.signal)
      const behind = commit(service, {'c/b': 2})
      expect(await stateOf(writing)).toBe('waiting')
      cancelled.abort(new Error('gone'))
      // The answer of a batch is for nobody any more.
      await writing.catch((error: unknown) => expect(error).toMatchObject({message: 'gone'}))
      await rollback(service, holder)
      await behind
      expect(numberOf(service, 'c/a')).toBe(1)
    },
  )

  test('ends with the stream: what a Write stream has waiting is never applied', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const holder = await begin(service)
    await read(service, 'c/a', holder)
    const stream = service.open('Write')
    stream.send({database: DATABASE})
    const opened = (await stream.next())!
    stream.send({streamToken: opened['streamToken'], writes: [writeOf('c/a', {n: 9})]})
    const answer = stream.next()
    expect(await stateOf(answer)).toBe('waiting')
    stream[Symbol.dispose]()
    await expect(answer).rejects.toThrow()
    await rollback(service, holder)
    expect(numberOf(service, 'c/a')).toBe(1)
  })

  test('ends at the deadline of its call', async () => {
    await using engine = await startEmbedded()
    using wire = openWire(engine.firestoreHost)
    const documents = [`${ROOT}/c/a`]
    const [begun] = (await wire.call('BeginTransaction', {database: DATABASE, options: {readWrite: {}}})).answers
    const {transaction} = begun as {transaction: string}
    await wire.call('BatchGetDocuments', {database: DATABASE, documents, transaction})
    const late = await wire.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 1})]}, {timeout: '50m'})
    expect(late.code).toBe(4)
    await wire.call('Rollback', {database: DATABASE, transaction})
    const [found] = (await wire.call('BatchGetDocuments', {database: DATABASE, documents})).answers
    expect(found).toHaveProperty('missing')
  })

  test('of a read ends with its call, and a transaction that began with it is gone', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const holder = await begin(service)
    await read(service, 'c/a', holder)
    const writing = commit(service, {'c/a': 2})
    const cancelled = new AbortController()
    const request = {database: DATABASE, documents: [`${ROOT}/c/a`], newTransaction: {readWrite: {}}}
    const reading = service.call('BatchGetDocuments', request, cancelled.signal)
    expect(await stateOf(reading)).toBe('waiting')
    cancelled.abort(new Error('gone'))
    await expect(reading).rejects.toThrow('gone')
    await rollback(service, holder)
    await writing
    await commit(service, {'c/a': 3})
    expect(numberOf(service, 'c/a')).toBe(3)
  })

  test.each([
    {what: '60 s without a call', reads: 0, left: 60_000},
    {what: '270 s in all', reads: 4, left: 30_000},
  ])('ends $what after a transaction that nobody ends, though nobody calls', async ({reads, left}) => {
    const timers = createHandTimeline(1_700_000_000_000)
    using service = createRawService(timers, {timers})
    await commit(service, {'c/a': 1})
    const transaction = await begin(service)
    await read(service, 'c/a', transaction)
    const writing = commit(service, {'c/a': 2})
    for (let n = 0; n < reads; n++) {
      await timers.moveTo(timers.now() + 60_000)
      await read(service, 'c/a', transaction)
    }
    await timers.moveTo(timers.now() + left)
    expect(await stateOf(writing)).toBe('waiting')
    await timers.moveTo(timers.now() + 1)
    await writing
    expect(numberOf(service, 'c/a')).toBe(2)
    await expect(commit(service, {'c/a': 3}, transaction)).rejects.toMatchObject({code: 3})
  })

  test('does not begin for a transaction that was over before', async () => {
    const timers = createHandTimeline(1_700_000_000_000)
    using service = createRawService(timers, {timers})
    const transaction = await begin(service)
    await read(service, 'c/a', transaction)
    await timers.moveTo(timers.now() + 60_001)
    expect(await stateOf(commit(service, {'c/a': 2}))).toBe('done')
  })

  test('makes nobody idle: a commit that waits for longer than 60 s is applied in the end', async () => {
    const timers = createHandTimeline(1_700_000_000_000)
    using service = createRawService(timers, {timers})
    const [older, younger] = [await begin(service), await begin(service)]
    await read(service, 'c/a', older)
    await read(service, 'c/b', younger)
    const committing = commit(service, {'c/a': 1}, younger)
    for (let n = 0; n < 3; n++) {
      await timers.moveTo(timers.now() + 50_000)
      await read(service, 'c/a', older)
    }
    await rollback(service, older)
    await committing
    expect(numberOf(service, 'c/a')).toBe(1)
  })

  test('ends when the database is emptied, and then it is empty', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const transaction = await begin(service)
    await read(service, 'c/a', transaction)
    const [writing, reading] = [commit(service, {'c/a': 2}), read(service, 'c/a', await begin(service))]
    expect(await stateOf(writing)).toBe('waiting')
    service.clear()
    await writing
    expect(await reading).toBeUndefined()
    expect(numberOf(service, 'c/a')).toBeUndefined()
    await expect(commit(service, {'c/a': 3}, transaction)).rejects.toMatchObject(ABORTED)
  })

  test('keeps no engine from ending, by whatever protocol it is waited', async () => {
    const engine = await startEmbedded()
    using wire = openWire(engine.firestoreHost)
    const [begun] = (await wire.call('BeginTransaction', {database: DATABASE, options: {readWrite: {}}})).answers
    const {transaction} = begun as {transaction: string}
    await wire.call('BatchGetDocuments', {database: DATABASE, documents: [`${ROOT}/c/a`], transaction})
    const commit = wire.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 1})]})
    const body = JSON.stringify({fields: {}})
    const patch = fetch(`http://${engine.firestoreHost}/v1/${ROOT}/c/a`, {method: 'PATCH', body})
    // The first such request loads what answers it; after a later one the earlier is surely there.
    await fetch(`http://${engine.firestoreHost}/`)
    expect(await Promise.all([commit, patch].map(stateOf))).toEqual(['waiting', 'waiting'])
    const ends = Promise.allSettled([commit, patch])
    await engine[Symbol.asyncDispose]()
    const [committed] = await ends
    expect(committed).toMatchObject({value: {code: 14}})
  })

  test('ends when the engine does, with UNAVAILABLE and without a write', async () => {
    const service = createRawService()
    await commit(service, {'c/a': 1})
    const [older, younger] = [await begin(service), await begin(service)]
    await read(service, 'c/a', older)
    await read(service, 'c/a', younger)
    const ends = [commit(service, {'c/a': 2}), commit(service, {'c/a': 3}, younger)].map((write) =>
      expect(write).rejects.toMatchObject({code: 14}),
    )
    service[Symbol.dispose]()
    await Promise.all(ends)
  })
})
