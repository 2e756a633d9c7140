import type {Pool} from 'undici'
import type {HttpRequest} from './types.ts'

/** What one exchange gave; `error` stands where there is no complete answer. */
export type Received = {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  readonly error: string | undefined
}

/** Sends `request` and reads the whole answer. Whatever goes wrong, also a time-out or the signal, is `error`. */
export async function exchange(
  pool: Pool,
  request: HttpRequest,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Received> {
  const {method, target, headers, body = null} = request
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await pool.request({
      method,
      path: target,
      headers,
      body,
      signal: AbortSignal.any([signal, timeout]),
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const bytes = await answer.body.bytes()
    return {status: answer.statusCode, headers: flatten(answer.headers), bytes, error: undefined}
  } catch (error) {
    const text = timeout.aborted && !signal.aborted ? `no answer within ${timeoutMs} ms` : describe(error)
    return {status: undefined, headers: {}, bytes: new Uint8Array(), error: text}
  }
}

/** A refused connection to a name with several addresses is an AggregateError with an empty message. */
function describe(error: unknown): string {
  const {message, code} = error as {readonly message?: string; readonly code?: string}
  return message || code || String(error)
}

function flatten(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]))
}
