import type {Agent} from 'undici'
import type {OutboundAnswer, OutboundFailure, OutboundRequest} from '../apis/api.ts'

/** What the environment says when there is no answer, beside what a template may know. */
export type SendFailure = OutboundFailure & {readonly detail: string}

/** Sends a request for real. Rejects with a {@link SendFailure}. */
export async function sendForReal(
  agent: Agent,
  request: OutboundRequest,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const timeout = AbortSignal.timeout(request.timeoutMs)
  try {
    const {origin, pathname, search} = new URL(request.url)
    const {statusCode, headers, body} = await agent.request({
      origin,
      path: pathname + search,
      method: request.method,
      headers: request.headers,
      ...(request.body === '' ? {} : {body: request.body}),
      signal: AbortSignal.any([timeout, signal]),
    })
    return {statusCode, headers: dropUndefined(headers), body: await body.text()}
  } catch (error) {
    const reason: OutboundFailure['reason'] = timeout.aborted ? 'timed_out' : 'failed'
    const detail = timeout.aborted ? `no answer within ${request.timeoutMs} ms` : messageOf(error)
    const failure: SendFailure = {reason, detail}
    // Templates and their host both know a failure by its reason, not by a class.
    // eslint-disable-next-line typescript/only-throw-error
    throw failure
  }
}

function dropUndefined(headers: NodeJS.Dict<string | string[]>): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined),
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || ('code' in error ? String(error.code) : error.name) : String(error)
}
