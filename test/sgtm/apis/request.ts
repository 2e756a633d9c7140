import type {IncomingRequest} from '#runtime/sgtm/apis/api.ts'

/** A request as the container reads it; what a test does not name is empty. */
export function request(given: Partial<Omit<IncomingRequest, 'body'>> & {readonly body?: string}): IncomingRequest {
  const {body, ...rest} = given
  return {
    method: body === undefined ? 'GET' : 'POST',
    path: '/',
    query: '',
    headers: {},
    remoteAddress: '192.0.2.1',
    body: body === undefined ? undefined : Buffer.from(body),
    ...rest,
  }
}
