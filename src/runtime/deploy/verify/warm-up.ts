import {randomBytes, randomUUID} from 'node:crypto'
import {StitchError} from '#runtime/kernel/errors.ts'
import {valueAt} from '#runtime/trace/compare.ts'
import {askResult, type FireIo, type FireTarget} from './fire.ts'
import type {Side} from './probes.ts'
import type {Answered} from './seen.ts'

const ATTEMPTS = 12
const PAUSE_MS = 500

/**
 * Asks for a result that nobody has, which costs one read, until it is answered from the database: an instance's first
 * request is slow everywhere, and the simulation was warmed up in the same way.
 * Throws what is wrong where it never is: STITCH_UNREACHABLE, STITCH_KEYS_REFUSED, STITCH_ACCESS_REFUSED, STITCH_NO_ENDPOINT.
 */
export async function warmUp(target: FireTarget, io: Omit<FireIo, 'emit'>): Promise<void> {
  let last: {readonly answer?: Answered; readonly error?: string} = {}
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await io.clock.sleep(PAUSE_MS)
    last = await askResult({requestId: randomUUID(), pickup: randomBytes(16).toString('base64url')}, target, io)
    if (isReady(last.answer) || isFinal(last.answer)) break
  }
  const fault = faultOf(last, target)
  if (fault) throw fault
}

function isReady(answer: Answered | undefined): boolean {
  return answer?.status === 200 && valueAt(answer.body, 'status') === 'pending'
}

/** Refusals that no second attempt changes. */
function isFinal(answer: Answered | undefined): boolean {
  return answer !== undefined && answer.status >= 400 && answer.status < 500 && answer.status !== 429
}

/** What stands in the way of firing; undefined where nothing does. A slow database does not: requests will tell. */
export function faultOf(
  {answer, error}: {readonly answer?: Answered; readonly error?: string},
  {side, baseUrl}: Pick<FireTarget, 'side' | 'baseUrl'>,
): StitchError | undefined {
  const fail = (sentence: string, code: `STITCH_${string}`, ...hints: readonly string[]): StitchError =>
    new StitchError(`${sentence}, so nothing was verified.`, {code, exit: 'deploy', hints})
  if (!answer) {
    return fail(`${baseUrl} gave no answer (${error})`, 'STITCH_UNREACHABLE', `curl -i ${baseUrl}${pathOf(side)}`)
  }
  const said = valueAt(answer.body, 'error', 'code')
  // Google's own errors have numbers there.
  const code = typeof said === 'string' ? said : undefined
  if (side === 'container' && code === 'store_unavailable') {
    return fail(
      'The container could not ask its function',
      'STITCH_CONTAINER_NOT_CONNECTED',
      'compare Function URL and Key id of the Stitcher client with what stitch deploy printed',
      'SGTM_CREDENTIALS must name a file with that key',
      'stitch logs --since 5m --severity warning',
    )
  }
  if (answer.status === 401 && code === 'stale_timestamp') {
    return fail("This machine's clock differs by more than five minutes", 'STITCH_CLOCK_SKEW', 'date -u')
  }
  if (answer.status === 401) {
    return fail(
      'The endpoint takes none of the keys of its secret',
      'STITCH_KEYS_REFUSED',
      'stitch status',
      'stitch deploy',
    )
  }
  if (answer.status === 403 && code === undefined) {
    return fail(
      'The endpoint is protected by IAM and lets this caller not in',
      'STITCH_ACCESS_REFUSED',
      'STITCH_IDENTITY_TOKEN="$(gcloud auth print-identity-token)" stitch verify',
    )
  }
  if (valueAt(answer.body, 'status') === undefined && code === undefined) {
    return fail(
      `${baseUrl} answers ${answer.status} and not as stitch does`,
      'STITCH_NO_ENDPOINT',
      side === 'container' ? 'publish the container with the Stitcher client, then try again' : 'stitch status',
    )
  }
  return undefined
}

function pathOf(side: Side): string {
  return side === 'endpoint' ? '/v1/result' : '/stitch/result'
}
