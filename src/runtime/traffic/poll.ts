import {toHttpRequest} from './http-request.ts'
import type {Answer, HttpRequest} from './types.ts'

/** The back-off that the API asks of browsers, in milliseconds: five attempts and no more. */
const DELAYS_MS = [300, 600, 1_200, 1_200, 1_200]

type Polling = {
  /** Of the 202 answer. */
  readonly requestId: string
  readonly pickup: string
  readonly send: (request: HttpRequest) => Promise<Answer>
  /** Waits; rejects when the run is stopped. */
  readonly sleep: (ms: number) => Promise<unknown>
  readonly delaysMs?: readonly number[]
}

/**
 * Fetches the result of an asynchronous request as a browser does. Resolves to the first answer that is not pending, or
 * to the last one when the attempts are used up; an attempt without an answer counts as one.
 */
export async function pollResult({
  requestId,
  pickup,
  send,
  sleep,
  delaysMs = DELAYS_MS,
}: Polling): Promise<Answer | undefined> {
  const request = toHttpRequest({method: 'GET', path: '/stitch/result', query: {requestId, pickup}})
  let answer: Answer | undefined
  for (const delay of delaysMs) {
    await sleep(delay)
    answer = await send(request)
    if (isSettled(answer)) return answer
  }
  return answer
}

function isSettled({status, json}: Answer): boolean {
  if (status === undefined || status >= 500) return false
  return (json as {readonly status?: unknown} | null | undefined)?.status !== 'pending'
}
