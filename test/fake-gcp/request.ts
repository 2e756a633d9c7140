import type {HttpRequest} from '#runtime/deploy/gcp/transport.ts'
import {readToken} from './token.ts'
import type {FakeCall, Json} from './service.ts'

/** A request as the fake looks at it, before its route is known: no parameters, and no fault. */
export function takeApart(request: HttpRequest, n: number): FakeCall {
  const url = new URL(request.url)
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const bytes = typeof request.body === 'string' ? Buffer.from(request.body) : (request.body ?? new Uint8Array())
  const [, token = ''] = /^Bearer (.+)$/i.exec(headers['authorization'] ?? '') ?? []
  return {
    n,
    method: request.method,
    host: url.hostname,
    // `(default)` and `(default)` encoded are the same path.
    path: url.pathname.replaceAll('%28', '(').replaceAll('%29', ')').replaceAll('%40', '@'),
    params: {},
    query: url.searchParams,
    headers,
    body: parseBody(bytes, headers['content-type'] ?? 'application/json'),
    bytes,
    caller: readToken(token) ?? {email: '', scopes: []},
    failStage: undefined,
  }
}

function parseBody(bytes: Uint8Array, type: string): Json {
  if (bytes.length === 0) return undefined
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(Buffer.from(bytes).toString()))
  }
  if (!type.startsWith('application/json')) return undefined
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
}
