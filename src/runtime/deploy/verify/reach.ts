import {StitchError} from '#runtime/kernel/errors.ts'
import type {HttpResponse, Transport} from '../gcp/transport.ts'
import type {DeployClock} from '../types.ts'

/** New revisions and roles take up to two minutes to be known everywhere. */
const ATTEMPTS = 30
const PAUSE_MS = 4000

export type ReachOptions = {
  /** Of lookup, without a slash at its end. */
  readonly url: string
  /** Who may call: with `iam`, Google's own refusal is the expected answer. */
  readonly access: 'hmac' | 'iam'
  readonly transport: Transport
  readonly clock: DeployClock
  readonly signal: AbortSignal
}

/**
 * Calls lookup once, unsigned, until it answers as it should: with our own refusal, or, where only invokers may call,
 * with Google's. Nothing is read or written by that. Throws STITCH_NOT_REACHABLE with what it answered instead.
 */
export async function reachLookup({url, access, transport, clock, signal}: ReachOptions): Promise<void> {
  let last = 'no answer'
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await clock.sleep(PAUSE_MS)
    const answer = await ask(url, transport, signal)
    if (typeof answer !== 'string') {
      const own = answer.status === 401 && Buffer.from(answer.body).includes('bad_signature')
      if (own || (access === 'iam' && (answer.status === 401 || answer.status === 403))) return
      last = `status ${answer.status}`
      // Not known yet, not allowed yet, or starting; anything else stays as it is.
      if (![401, 403, 404, 429, 500, 502, 503, 504].includes(answer.status)) break
    } else last = answer
  }
  throw new StitchError(
    `Everything was made, but lookup does not answer at ${url} as it should (${last}), so it cannot be used yet.`,
    {
      code: 'STITCH_NOT_REACHABLE',
      exit: 'deploy',
      hints: ['stitch logs --since 10m --severity warning', 'stitch status', 'stitch verify   (tries again)'],
    },
  )
}

async function ask(url: string, transport: Transport, signal: AbortSignal): Promise<HttpResponse | string> {
  try {
    return await transport({
      method: 'POST',
      url: `${url}/v1/stitch`,
      headers: {'content-type': 'application/json'},
      body: '{}',
      signal,
    })
  } catch (error) {
    signal.throwIfAborted()
    return error instanceof Error ? error.message : String(error)
  }
}
