/** One failed attempt. `status` 0 is no answer; then `reached` tells whether the request may have got there. */
export type Attempt = {
  readonly status: number
  readonly reached: boolean
  /** Attempts made so far, this one included. */
  readonly count: number
  /** Sending it twice is as good as once. */
  readonly repeatable: boolean
  /** `Retry-After` of the answer, as it was sent. */
  readonly retryAfter?: string | undefined
}

const ATTEMPTS = 6
/** Names that do not resolve and ports that refuse seldom heal within seconds. */
const ATTEMPTS_UNREACHED = 3
const LONGEST_MS = 32_000
/** Waiting longer is the user's choice, not ours. */
const LONGEST_ASKED_MS = 60_000

/** The request never left, or never reached a server. Codes of Node, OpenSSL and undici. */
const UNREACHED =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|UND_ERR_CONNECT_TIMEOUT|UND_ERR_PRX_TLS|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_)/

/**
 * Milliseconds to wait before the same request is sent again; undefined is not to. Pure. A request that may have been
 * carried out is repeated only where that does no harm; 429 says that it was not. Delays double, as Google asks for
 * (cloud.google.com/iam/docs/retry-strategy), and are spread by `random`, which gives 0 to 1.
 */
export function retryDelay(attempt: Attempt, random: () => number, nowMs: number): number | undefined {
  const {status, reached, count, repeatable} = attempt
  const unreached = status === 0 && !reached
  if (count >= (unreached ? ATTEMPTS_UNREACHED : ATTEMPTS)) return undefined
  if (!unreached && status !== 429 && !(repeatable && isTransient(status))) return undefined
  const backoff = Math.min(LONGEST_MS, 1000 * 2 ** (count - 1)) * (0.5 + random() / 2)
  return Math.max(backoff, Math.min(LONGEST_ASKED_MS, askedMs(attempt.retryAfter, nowMs)))
}

/** `true` where a request that changes something may have done so although the answer says otherwise or is lost. */
export function mayBeDone({status, reached}: Pick<Attempt, 'status' | 'reached'>): boolean {
  return status === 0 ? reached : status >= 500 && status !== 501
}

/** `true` unless the request certainly never arrived. */
export function mayHaveReached(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    if (UNREACHED.test(codeOf(at))) return false
    at = at instanceof AggregateError ? (at.errors[0] as unknown) : at.cause
  }
  return true
}

/** The code that tells what went wrong with a connection: `ENOTFOUND`; else the error's name. */
export function codeOf(error: unknown): string {
  const {code, name, cause} = error as {readonly code?: unknown; readonly name?: unknown; readonly cause?: unknown}
  if (typeof code === 'string') return code
  if (cause instanceof Error) return codeOf(cause)
  return typeof name === 'string' ? name : 'unknown'
}

function isTransient(status: number): boolean {
  return status === 0 || status === 408 || status === 500 || status === 502 || status === 503 || status === 504
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3). */
function askedMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}
