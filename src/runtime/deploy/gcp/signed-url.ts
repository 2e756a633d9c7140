import type {ApiRequest} from '../types.ts'
import {ApiError} from './api-error.ts'
import type {ApiOptions} from './call.ts'
import {codeOf, mayHaveReached, retryDelay} from './retry.ts'
import type {HttpResponse} from './transport.ts'

/** An upload of less than a megabyte may take this long on a slow line. */
const TIMEOUT_MS = 5 * 60_000

/**
 * PUT of a zip to a signed URL, or GET without one. The URL is the permission: no credentials go with it (they would be
 * used instead, and may not write there), and no error repeats it.
 */
export async function exchangeFile(
  url: string,
  zip: Uint8Array | undefined,
  {transport, clock, signal, onCall, random = Math.random}: ApiOptions,
): Promise<Uint8Array> {
  const method = zip ? 'PUT' : 'GET'
  const request: ApiRequest = {api: 'cloudfunctions', method, path: new URL(url).pathname}
  const http = {method, url, headers: zip ? {'content-type': 'application/zip'} : {}, ...(zip ? {body: zip} : {})}
  for (let count = 1; ; count++) {
    signal.throwIfAborted()
    let answer: HttpResponse | undefined
    let failure: unknown
    try {
      answer = await transport({...http, signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])})
    } catch (error) {
      signal.throwIfAborted()
      failure = error
    }
    const status = answer?.status ?? 0
    onCall?.({request, status})
    if (answer && status < 400) return answer.body
    const attempt = {status, reached: mayHaveReached(failure), count, repeatable: true}
    const delay = retryDelay({...attempt, retryAfter: answer?.headers['retry-after']}, random, clock.now())
    if (delay === undefined) throw refusal(answer, failure, {request, host: new URL(url).host})
    await clock.sleep(delay)
  }
}

/** Cloud Storage answers in XML; its message may hold the URL that was signed, its code does not. */
function refusal(
  answer: HttpResponse | undefined,
  failure: unknown,
  asked: {readonly request: ApiRequest; readonly host: string},
): ApiError {
  if (!answer) {
    const code = codeOf(failure)
    return new ApiError(`no answer (${code})`, {status: 0, reason: code, ...asked})
  }
  const code = /<Code>(\w+)<\/Code>/.exec(Buffer.from(answer.body).toString())?.[1] ?? `HTTP_${answer.status}`
  return new ApiError(`Cloud Storage answered ${answer.status} ${code}`, {
    status: answer.status,
    reason: code,
    ...asked,
  })
}
