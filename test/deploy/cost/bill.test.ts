import {describe, expect, test} from 'vitest'
import {priceUsage} from '#runtime/deploy/cost/bill.ts'
import {ASSUMED} from '#runtime/deploy/cost/count.ts'
import {pricesOf} from '#runtime/deploy/cost/prices.ts'
import {countUsage, instanceTime, type Usage, type Workload} from '#runtime/deploy/cost/workload.ts'

const service = {memoryMb: 512, cpu: 1, concurrency: 80, minInstances: 0, maxInstances: 20, timeoutSeconds: 30} as const
const workload: Workload = {
  requests: 1_000_000,
  asyncShare: 0,
  pickupsPerAsync: 1,
  counts: ASSUMED,
  lookupMs: 100,
  workerMs: 300,
  lookup: service,
  worker: {...service, concurrency: 20},
  storedGib: 1,
  images: 5,
  deploys: 4,
  isEgress: true,
}
const nothing = Object.fromEntries(
  Object.keys(pricesOf({region: 'us-central1', location: 'nam5', database: '(default)'})).map((item) => [item, 0]),
) as Usage

const MONTH = (365 / 12) * 86_400

describe('instance time', () => {
  test.each([
    {what: 'no calls cost nothing', calls: 0, ms: 100, minInstances: 0, active: 0, idle: 0},
    {what: 'rare calls are billed each', calls: 1000, ms: 100, minInstances: 0, active: 100, idle: 0},
    {what: 'a call is rounded up to 100 ms', calls: 1000, ms: 101, minInstances: 0, active: 200, idle: 0},
    {
      what: 'a kept instance is idle for the rest',
      calls: 1000,
      ms: 100,
      minInstances: 1,
      active: 100,
      idle: MONTH - 100,
    },
    {what: 'two are idle twice as long', calls: 0, ms: 100, minInstances: 2, active: 0, idle: 2 * MONTH},
  ])('$what', ({calls, ms, minInstances, active, idle}) => {
    const time = instanceTime(calls, ms, {concurrency: 80, minInstances})
    expect(time.active).toBeCloseTo(active, 0)
    expect(time.idle).toBeCloseTo(idle, 0)
  })

  test('calls at the same time share an instance, up to its concurrency', () => {
    const calls = MONTH * 100
    const shared = instanceTime(calls, 1000, {concurrency: 100, minInstances: 0})
    const alone = instanceTime(calls, 1000, {concurrency: 1, minInstances: 0})
    expect(shared.active).toBeCloseTo(MONTH, -1)
    expect(alone.active).toBeGreaterThan(60 * MONTH)
    expect(alone.active).toBeLessThan(100 * MONTH)
  })
})

describe('usage', () => {
  test('a synchronous request is one call and its reads, and nothing is queued or written', () => {
    const usage = countUsage(workload)
    expect(usage).toMatchObject({runRequests: 1_000_000, reads: 1_000_000, writes: 0, ttlDeletes: 0, pubsub: 0})
  })

  test('an asynchronous one is a call, a delivery and a pick-up, two writes and a delete in the end', () => {
    const usage = countUsage({...workload, asyncShare: 1})
    expect(usage).toMatchObject({
      runRequests: 3_000_000,
      reads: 2_000_000,
      writes: 2_000_000,
      ttlDeletes: 1_000_000,
    })
    // Published and delivered, each billed as 1,000 bytes at least.
    expect(usage.pubsub).toBeCloseTo((2 * 1_000_000 * 1000) / 1024 ** 3, 6)
  })

  test('nothing is sent out of a region in which the container runs', () => {
    expect(countUsage({...workload, isEgress: false}).egress).toBe(0)
    expect(countUsage(workload).egress).toBeGreaterThan(0)
  })
})

describe('prices', () => {
  const us = {region: 'us-central1', location: 'us-west1', database: '(default)'}

  test.each([
    {what: 'requests within the free tier', place: us, usage: {runRequests: 2_000_000}, gross: 0.8, usd: 0},
    {what: 'requests beyond it', place: us, usage: {runRequests: 12_000_000}, gross: 4.8, usd: 4},
    {what: 'CPU beyond it', place: us, usage: {runCpu: 1_180_000}, gross: 28.32, usd: 24},
    {
      what: 'CPU of the second tier, whose free amount is a discount at the price of the first',
      place: {...us, region: 'europe-west3'},
      usage: {runCpu: 1_000_000},
      gross: 33.6,
      usd: 33.6 - 180_000 * 0.000024,
    },
    {what: 'a regional database', place: us, usage: {reads: 10_000_000 + (50_000 * 365) / 12}, gross: 3.46, usd: 3},
    {
      what: 'a database of several regions',
      place: {...us, location: 'nam5'},
      usage: {writes: 10_000_000 + (20_000 * 365) / 12},
      gross: 19.095,
      usd: 18,
    },
    {
      what: 'a named database, which has no free quota',
      place: {...us, database: 'stitch-staging'},
      usage: {reads: 1_000_000},
      gross: 0.3,
      usd: 0.3,
    },
    {what: 'deletes by TTL, which have none either', place: us, usage: {ttlDeletes: 1_000_000}, gross: 0.1, usd: 0.1},
    {what: 'messages', place: us, usage: {pubsub: 10 + 1024}, gross: 40.39, usd: 40},
    {what: 'log lines', place: us, usage: {logging: 60}, gross: 30, usd: 5},
  ])('$what', ({place, usage, gross, usd}) => {
    const bill = priceUsage({...nothing, ...usage}, pricesOf(place))
    expect(bill.lines).toHaveLength(1)
    expect(bill.grossUsd).toBeCloseTo(gross, 2)
    expect(bill.usd).toBeCloseTo(usd, 2)
  })

  test('a bill is the sum of its lines, each of them priced by a named source', () => {
    const bill = priceUsage(countUsage({...workload, asyncShare: 0.5, requests: 50_000_000}), pricesOf(us))
    expect(bill.usd).toBeCloseTo(
      bill.lines.reduce((sum, {usd}) => sum + usd, 0),
      9,
    )
    expect(bill.lines.every(({price}) => price.source.startsWith('https://cloud.google.com/'))).toBe(true)
  })
})
