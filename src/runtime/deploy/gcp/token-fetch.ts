import type {DeployClock} from '../types.ts'
import type {Transport} from './transport.ts'

/** What the answers of Google's token servers told of this machine's clock. */
export type ClockCheck = {
  /** Milliseconds that this machine is ahead of Google, by the last answer; 0 until there was one. */
  aheadMs: number
}

const TIMEOUT_MS = 60_000

/**
 * `fetch` for the authentication library, over our transport, so that tokens take the same proxies as all other
 * requests. Notes how far the machine's clock is off, which is the usual reason why a signed key is not accepted.
 */
export function fetchOver(
  transport: Transport,
  clock: DeployClock,
  signal: AbortSignal,
  check: ClockCheck,
): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    const {headers, body} = await readBody(init)
    const answer = await transport({
      method: init?.method ?? 'GET',
      url,
      headers,
      ...(body.length > 0 ? {body} : {}),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    const date = Date.parse(answer.headers['date'] ?? '')
    if (!Number.isNaN(date)) check.aheadMs = clock.now() - date
    const empty = answer.status === 204 || answer.status === 304
    return new Response(empty ? null : Buffer.from(answer.body), {status: answer.status, headers: answer.headers})
  }
}

/** The library gives strings and URLSearchParams; the latter bring a content type of their own. */
async function readBody(
  init: RequestInit | undefined,
): Promise<{readonly headers: Record<string, string>; readonly body: Uint8Array}> {
  const whole = new Response(init?.body ?? null)
  const type = whole.headers.get('content-type')
  const headers = Object.fromEntries(new Headers(init?.headers))
  if (type !== null) headers['content-type'] ??= type
  return {headers, body: await whole.bytes()}
}
