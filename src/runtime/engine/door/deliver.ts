import {setTimeout as sleep} from 'node:timers/promises'
import type {Faults} from './faults.ts'

/** How long a delivery that is to be overtaken waits for one that does, in milliseconds. */
const OVERTAKEN_WITHIN_MS = 1000

/** How the endpoint ends a delivery: with this HTTP status, before the worker gets the message or after its work. */
export type DeliveryEnd = {readonly http?: number | undefined; readonly when: 'before' | 'after'}

/** Has a message delivered as the faults in force will have it; `once` delivers it one time. */
export type Deliver = <A>(once: (end: DeliveryEnd) => Promise<A>) => Promise<A>

/** @param signal ends all waiting; what was held up is then given to the worker at once */
export function createDeliver(faults: Faults, signal: AbortSignal): Deliver {
  let letPass: (() => void) | undefined
  const pause = async (ms: number): Promise<void> => {
    if (ms > 0) await sleep(ms, undefined, {signal}).catch(() => undefined)
  }

  return async (once) => {
    const hit = faults.hitDelivery()
    const overtake = letPass
    letPass = undefined
    if (hit?.reorder) {
      const {promise, resolve} = Promise.withResolvers<void>()
      letPass = resolve
      await Promise.race([promise, pause(OVERTAKEN_WITHIN_MS)])
    }
    await pause(hit?.delayMs ?? 0)
    const answer = await once({http: hit?.http, when: hit?.when ?? 'before'})
    overtake?.()
    if (hit?.duplicate) await once({when: 'before'})
    return answer
  }
}
