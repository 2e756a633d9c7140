import type {TraceContext} from '#runtime/kernel/ids.ts'

/** An HTTP request to the container, ready to be sent. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST'
  /** Path and query as they stand in the request line. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** What came back. A network failure or a time-out is an answer without a status. */
export type Answer = {
  /** The request's trace and the client's span in it; what follows within the same request continues from here. */
  readonly context: TraceContext
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  /** The whole body as text; empty without an answer. */
  readonly body: string
  /** The body parsed, where it says that it is JSON and is. */
  readonly json: unknown
  readonly durationMs: number
  readonly error: string | undefined
}
