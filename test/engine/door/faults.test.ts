import {describe, expect, test} from 'vitest'
import {createDeliver} from '#runtime/engine/door/deliver.ts'
import type {DeliveryEnd} from '#runtime/engine/door/deliver.ts'
import {createFaults} from '#runtime/engine/door/faults.ts'

const never = new AbortController().signal

describe('faults', () => {
  test('hit the calls they name, so many after so many, and none once they are taken out', () => {
    const faults = createFaults()
    const hit = () => faults.hitCall('firestore', 'Commit')?.end
    expect(hit()).toBeUndefined()
    const armed = faults.arm([{at: 'firestore', rpc: 'Commit', status: 'ABORTED', skip: 1, times: 2}], 'seed')
    expect(faults.hitCall('firestore', 'BatchGetDocuments')).toBeUndefined()
    expect(faults.hitCall('pubsub', 'Commit')).toBeUndefined()
    expect([hit(), hit(), hit(), hit()]).toEqual([undefined, {status: 'ABORTED'}, {status: 'ABORTED'}, undefined])
    armed[Symbol.dispose]()
    faults.arm([{at: 'firestore', reset: true}], 'seed')
    expect(hit()).toBe('reset')
  })

  test('add up: two latencies and one end', () => {
    const faults = createFaults()
    faults.arm(
      [
        {at: 'pubsub', latencyMs: 5},
        {at: 'pubsub', latencyMs: 2, status: 'UNAVAILABLE', when: 'after'},
      ],
      's',
    )
    expect(faults.hitCall('pubsub', 'Publish')).toEqual({delayMs: 7, when: 'after', end: {status: 'UNAVAILABLE'}})
  })

  test('that were disposed late do not take out those that came after them', () => {
    const faults = createFaults()
    const first = faults.arm([{at: 'firestore', status: 'ABORTED'}], 's')
    faults.arm([{at: 'firestore', status: 'UNAVAILABLE'}], 's')
    first[Symbol.dispose]()
    expect(faults.hitCall('firestore', 'Commit')?.end).toEqual({status: 'UNAVAILABLE'})
  })
})

describe('a delivery', () => {
  const record = () => {
    const made: DeliveryEnd[] = []
    const once = async (end: DeliveryEnd) => made.push(end)
    return {made, once}
  }

  test('is made once and well where nothing is armed', async () => {
    const {made, once} = record()
    expect(await createDeliver(createFaults(), never)(once)).toBe(1)
    expect(made).toEqual([{http: undefined, when: 'before'}])
  })

  test('comes twice, and what Pub/Sub hears is the first answer', async () => {
    const faults = createFaults()
    faults.arm([{at: 'delivery', duplicate: true, times: 1}], 's')
    const {made, once} = record()
    const deliver = createDeliver(faults, never)
    expect(await deliver(once)).toBe(1)
    expect(made).toHaveLength(2)
    await deliver(once)
    expect(made).toHaveLength(3)
  })

  test('finds the endpoint down, or loses its answer', async () => {
    const faults = createFaults()
    faults.arm(
      [
        {at: 'delivery', http: 503, times: 1},
        {at: 'delivery', http: 500, when: 'after', skip: 1},
      ],
      's',
    )
    const {made, once} = record()
    const deliver = createDeliver(faults, never)
    await deliver(once)
    await deliver(once)
    expect(made).toEqual([
      {http: 503, when: 'before'},
      {http: 500, when: 'after'},
    ])
  })

  test('is overtaken by the next one', async () => {
    const faults = createFaults()
    faults.arm([{at: 'delivery', reorder: true, times: 1}], 's')
    const order: string[] = []
    const deliver = createDeliver(faults, never)
    const deliverAs = (name: string) => deliver(async () => order.push(name))
    await Promise.all([deliverAs('first'), deliverAs('second')])
    expect(order).toEqual(['second', 'first'])
  })

  test('that nothing overtakes is made all the same when the run ends', async () => {
    const faults = createFaults()
    faults.arm([{at: 'delivery', reorder: true, latencyMs: 60_000}], 's')
    const {made, once} = record()
    const run = new AbortController()
    const delivered = createDeliver(faults, run.signal)(once)
    run.abort()
    await delivered
    expect(made).toHaveLength(1)
  })
})
