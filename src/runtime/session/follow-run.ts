import type {Bus} from '#runtime/kernel/bus.ts'
import {applyEvent, emptyView} from '#runtime/trace/fold.ts'
import {isDelivery} from '#runtime/trace/fold-request.ts'
import type {RequestView, RunView} from '#runtime/trace/view.ts'

/** The run as folded so far, and the means to wait until a request has come to its end. */
export type FollowedRun = Disposable & {
  readonly view: () => RunView
  /** The request once `isSettled` holds, or as it is after `withinMs` (milliseconds); undefined if it was never seen. */
  readonly settled: (
    trace: string,
    isSettled: (request: RequestView) => boolean,
    withinMs: number,
    signal: AbortSignal,
  ) => Promise<RequestView | undefined>
}

/** Folds a bus as it grows. */
export function followRun(bus: Bus): FollowedRun {
  let view = emptyView
  for (const event of bus.events) view = applyEvent(view, event)
  const waiting = new Map<string, () => void>()
  const stop = bus.subscribe((event) => {
    view = applyEvent(view, event)
    if ('trace' in event && event.trace !== undefined) waiting.get(event.trace)?.()
  })
  return {
    view: () => view,
    settled: async (trace, isSettled, withinMs, signal) => {
      const {promise, resolve, reject} = Promise.withResolvers<void>()
      const look = () => {
        const request = view.requests.get(trace)
        if (request && isSettled(request)) resolve()
      }
      const timer = setTimeout(resolve, withinMs)
      const abort = () => reject(signal.reason as Error)
      signal.addEventListener('abort', abort, {once: true})
      waiting.set(trace, look)
      try {
        if (signal.aborted) abort()
        look()
        await promise
      } finally {
        clearTimeout(timer)
        waiting.delete(trace)
        signal.removeEventListener('abort', abort)
      }
      return view.requests.get(trace)
    },
    [Symbol.dispose]: stop,
  }
}

/** Every hop that began has ended, and a lookup that was asked has told about itself. */
export function isSyncSettled(request: RequestView): boolean {
  const forwarded = request.spans.some((span) => span.lane === 'sgtm' && span.name.startsWith('forward'))
  const told = request.spans.some((span) => span.lane === 'lookup')
  return request.spans.every((span) => span.end !== undefined) && (!forwarded || told)
}

/** The worker has told about a delivery that went well, and nothing of it is under way any more. */
export function isAsyncSettled(request: RequestView): boolean {
  const {spans} = request
  const worked = spans.some((span) => span.lane === 'worker' && span.name === 'worker' && span.ok)
  // Where only the answer to Pub/Sub was lost, another delivery follows.
  return worked && isSyncSettled(request) && spans.findLast(isDelivery)?.ok !== false
}
