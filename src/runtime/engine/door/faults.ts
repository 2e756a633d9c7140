import type {CallFault, DeliveryFault, Fault} from './fault.ts'
import {createRandom, drawLatency} from './latency.ts'
import type {Random} from './latency.ts'

/** What happens to one call: how long it is held up, and how it then ends, if not well. */
export type CallHit = {
  readonly delayMs: number
  readonly when: 'before' | 'after'
  readonly end: {readonly status: NonNullable<CallFault['status']>} | 'reset' | undefined
}

/** What happens to one delivery. */
export type DeliveryHit = {
  readonly delayMs: number
  readonly when: 'before' | 'after'
  readonly http: number | undefined
  readonly duplicate: boolean
  readonly reorder: boolean
}

/** The faults in force. Nothing is until somebody arms some. */
export type Faults = {
  /** Puts faults in force, counted anew; the seed decides what is drawn. Disposing takes them out again. */
  readonly arm: (faults: readonly Fault[], seed: string) => Disposable
  readonly hitCall: (at: CallFault['at'], rpc: string) => CallHit | undefined
  readonly hitDelivery: () => DeliveryHit | undefined
}

type Armed<F> = {readonly fault: F; seen: number}

export function createFaults(): Faults {
  let calls: Armed<CallFault>[] = []
  let deliveries: Armed<DeliveryFault>[] = []
  let random: Random = Math.random

  const draw = (latency: Fault['latencyMs']): number => (latency === undefined ? 0 : drawLatency(latency, random))
  return {
    arm: (faults, seed) => {
      random = createRandom(seed)
      const armedCalls = faults.filter((fault) => fault.at !== 'delivery').map((fault) => ({fault, seen: 0}))
      const armedDeliveries = faults.filter((fault) => fault.at === 'delivery').map((fault) => ({fault, seen: 0}))
      calls = armedCalls
      deliveries = armedDeliveries
      return {
        [Symbol.dispose]: () => {
          if (calls === armedCalls) calls = []
          if (deliveries === armedDeliveries) deliveries = []
        },
      }
    },
    hitCall: (at, rpc) => {
      const fits = calls.filter(({fault}) => fault.at === at && (fault.rpc ?? rpc) === rpc)
      const hits = takeHits(fits)
      if (hits.length === 0) return undefined
      const delayMs = hits.reduce((sum, {latencyMs}) => sum + draw(latencyMs), 0)
      const ending = hits.find(({status, reset}) => status !== undefined || reset)
      const end = ending?.status === undefined ? (ending ? 'reset' : undefined) : {status: ending.status}
      return {delayMs, when: ending?.when ?? 'before', end}
    },
    hitDelivery: () => {
      const hits = takeHits(deliveries)
      if (hits.length === 0) return undefined
      const delayMs = hits.reduce((sum, {latencyMs}) => sum + draw(latencyMs), 0)
      const ending = hits.find(({http}) => http !== undefined)
      return {
        delayMs,
        when: ending?.when ?? 'before',
        http: ending?.http,
        duplicate: hits.some(({duplicate}) => duplicate),
        reorder: hits.some(({reorder}) => reorder),
      }
    },
  }
}

/** Counts one more for each of these faults, and gives those that it hits. */
function takeHits<F extends Fault>(armed: readonly Armed<F>[]): readonly F[] {
  return armed.flatMap((each) => {
    const {skip = 0, times = Infinity} = each.fault
    const nth = each.seen++
    return nth >= skip && nth < skip + times ? [each.fault] : []
  })
}
