import {randomBytes, randomUUID} from 'node:crypto'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {newSpanId, newTraceId} from '#runtime/kernel/ids.ts'
import {valueAt} from '#runtime/trace/compare.ts'
import type {LocalKeys} from './local-keys.ts'
import {signAsServer} from './wishes.ts'

/** Long enough for a machine that is busy with other things, in milliseconds. */
const WITHIN_MS = 10_000
const PAUSE_MS = 100

/** A warm-up's hops belong to no request of anybody's, so they are kept off the log. */
export type WarmUp = {
  /** The emitter to give to the functions. */
  readonly emit: Emit
  /** Asks the lookup function until it has read from Firestore. Resolves also when it never does: requests will tell. */
  readonly run: (lookupUrl: string) => Promise<void>
}

/**
 * A new process of a function opens its connection to Firestore with its first request, which on a busy machine takes
 * longer than the request's deadline. In the cloud the same first request of an instance is slow; here it would make a
 * run's verdict depend on the weather.
 */
export function createWarmUp(options: {
  readonly keys: LocalKeys
  readonly emit: Emit
  readonly clock: Clock
  readonly signal: AbortSignal
}): WarmUp {
  const {keys, clock, signal} = options
  const context = {trace: newTraceId(), span: newSpanId()}
  return {
    emit: (fact) => {
      if (!('trace' in fact) || fact.trace !== context.trace) options.emit(fact)
    },
    run: async (lookupUrl) => {
      const {startTraffic} = await import('#runtime/traffic/start.ts')
      await using traffic = startTraffic({baseUrl: lookupUrl, emit: () => undefined, clock, signal})
      for (const end = clock.now() + WITHIN_MS; clock.now() < end && !signal.aborted;) {
        // A result that nobody asked for costs one read, whatever the project's kinds are.
        const body = JSON.stringify({requestId: randomUUID(), pickup: randomBytes(16).toString('base64url')})
        const headers = {'content-type': 'application/json'}
        const request = {method: 'POST' as const, target: '/v1/result', headers, body}
        const {status, json} = await traffic.sendWithin(signAsServer(request, keys, clock.now()), context)
        if (status !== undefined && status < 500 && valueAt(json, 'status') !== 'degraded') return
        await new Promise((resolve) => void setTimeout(resolve, PAUSE_MS))
      }
    },
  }
}
