import {ERRORS, type ErrorCode} from './errors.ts'

/** `path` is what stands in the request line, with the query; header names are lower case. */
export type HttpRequest = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

export type HttpResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** CORS is the container's business: browsers never talk to the functions. */
const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

/** A JSON answer that no cache may keep. */
export function answerJson(status: number, body: unknown): HttpResponse {
  return {status, headers: HEADERS, body: JSON.stringify(body)}
}

/** An answer without a body, as Pub/Sub expects for "done". */
export function answerEmpty(): HttpResponse {
  return {status: 204, headers: {'cache-control': 'no-store', 'x-content-type-options': 'nosniff'}, body: ''}
}

/** `{requestId?, error: {code, message}}` with the status of the code; 405 names the methods that are taken. */
export function answerError(
  code: ErrorCode,
  options: {readonly requestId?: string | undefined; readonly message?: string; readonly allow?: string} = {},
): HttpResponse {
  const {status, sentence} = ERRORS[code]
  const response = answerJson(status, {
    ...(options.requestId === undefined ? {} : {requestId: options.requestId}),
    error: {code, message: options.message ?? sentence},
  })
  return options.allow ? {...response, headers: {...response.headers, allow: options.allow}} : response
}

/** Path and query of a request line, split at the first question mark. */
export function splitPath(path: string): {readonly path: string; readonly query: string} {
  const at = path.indexOf('?')
  return at < 0 ? {path, query: ''} : {path: path.slice(0, at), query: path.slice(at + 1)}
}

/** True for `application/json` with any parameters. */
export function isJson(request: HttpRequest): boolean {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  return type.trim().toLowerCase() === 'application/json'
}

/** The body as JSON. Throws SyntaxError or TypeError for bytes that are not UTF-8 or not JSON. */
export function parseJsonBody(body: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(body))
}
