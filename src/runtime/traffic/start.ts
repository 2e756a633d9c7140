import {Pool} from 'undici'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import {sendRequest} from './send.ts'
import type {Purpose} from './send.ts'
import type {Answer, HttpRequest} from './types.ts'

export type TrafficOptions = {
  /** The container, such as `http://127.0.0.1:8888`. */
  readonly baseUrl: string
  readonly emit: Emit
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How many connections are kept at most. */
  readonly connections?: number
}

/** The clients of a container: browsers and servers, on kept connections. */
export type Traffic = AsyncDisposable & {
  /** Begins a trace with one request. Its end is stated by `settle`, when everything that follows from it is known. */
  readonly send: (request: HttpRequest, purpose: Purpose) => Promise<Answer>
  /** Sends a further request of the same client within a trace, such as a pick-up. */
  readonly sendWithin: (request: HttpRequest, context: TraceContext, timeoutMs?: number) => Promise<Answer>
  /**
   * States that a request has ended: with `last`, the client's last answer, where that is not the first, and `error`
   * where something else was given up.
   */
  readonly settle: (first: Answer, end?: {readonly last?: Answer; readonly error?: string}) => void
}

/** Opens the clients; disposing breaks what is under way. `localhost` is taken as the IPv4 loopback. */
export function startTraffic({baseUrl, emit, clock, signal, connections = 64}: TrafficOptions): Traffic {
  const {protocol, hostname, port} = new URL(baseUrl)
  const origin = `${protocol}//${hostname === 'localhost' ? '127.0.0.1' : hostname}${port ? `:${port}` : ''}`
  const pool = new Pool(origin, {connections, pipelining: 1})
  const io = {pool, origin, emit, clock, signal}

  return {
    send: (request, purpose) => sendRequest(io, request, purpose),
    sendWithin: (request, context, timeoutMs) => sendRequest(io, request, {context, timeoutMs}),
    settle: (first, {last = first, error = last.error} = {}) => {
      const outcome = (last.json as {readonly status?: unknown} | null | undefined)?.status
      emit({
        type: 'request.ended',
        trace: first.context.trace,
        ...(last.status === undefined ? {} : {status: last.status}),
        ...(typeof outcome === 'string' ? {outcome} : {}),
        ...(error === undefined ? {} : {error}),
      })
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}
