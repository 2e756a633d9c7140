import type {Api} from './api.ts'
import {remoteAddress} from './remote-address.ts'
import {toText} from '../text.ts'

/** APIs that read the incoming request; each read is allowed by `read_request` or `get_cookies`. */
export const requestApis: readonly Api[] = [
  {
    name: 'getRequestBody',
    create:
      ({exchange: {request}, demand}) =>
      () => {
        demand('getRequestBody', {permission: 'read_request', part: 'body'})
        return request.body?.toString('utf8')
      },
  },
  {
    name: 'getRequestHeader',
    create:
      ({exchange: {request}, demand}) =>
      (name: unknown) => {
        const key = toText(name).toLowerCase()
        demand('getRequestHeader', {permission: 'read_request', part: 'header', name: key})
        return Object.hasOwn(request.headers, key) ? request.headers[key] : undefined
      },
  },
  // Whether this needs a permission is not documented; templates use it without.
  {
    name: 'getRequestMethod',
    create:
      ({exchange}) =>
      () =>
        exchange.request.method,
  },
  {
    name: 'getRequestPath',
    create:
      ({exchange, demand}) =>
      () => {
        demand('getRequestPath', {permission: 'read_request', part: 'path'})
        return exchange.request.path
      },
  },
  {
    name: 'getRequestQueryString',
    create:
      ({exchange, demand}) =>
      () => {
        demand('getRequestQueryString', {permission: 'read_request', part: 'query'})
        return exchange.request.query
      },
  },
  {
    name: 'getRequestQueryParameter',
    create:
      ({exchange, demand}) =>
      (name: unknown) => {
        demand('getRequestQueryParameter', {permission: 'read_request', part: 'query', name: toText(name)})
        return new URLSearchParams(exchange.request.query).get(toText(name)) ?? undefined
      },
  },
  {
    name: 'getRequestQueryParameters',
    create:
      ({exchange, demand}) =>
      () => {
        demand('getRequestQueryParameters', {permission: 'read_request', part: 'query'})
        return groupParameters(new URLSearchParams(exchange.request.query))
      },
  },
  {
    name: 'getRemoteAddress',
    create:
      ({exchange, demand}) =>
      () => {
        demand('getRemoteAddress', {permission: 'read_request', part: 'remote_address'})
        return remoteAddress(exchange.request)
      },
  },
  {
    name: 'getCookieValues',
    create:
      ({exchange, demand}) =>
      (name: unknown, noDecode: unknown) => {
        demand('getCookieValues', {permission: 'get_cookies', name: toText(name)})
        return cookieValues(exchange.request.headers['cookie'] ?? '', toText(name), noDecode !== true)
      },
  },
]

/** Decoded parameters by name; repeated ones are lists. Also used for the query of `parseUrl`. */
export function groupParameters(parameters: URLSearchParams): Record<string, string | string[]> {
  const grouped = Object.create(null) as Record<string, string | string[]>
  for (const [name, value] of parameters) {
    const known = grouped[name]
    if (known === undefined) grouped[name] = value
    else grouped[name] = Array.isArray(known) ? [...known, value] : [known, value]
  }
  return grouped
}

/** All values of a cookie, in the order of the header. */
export function cookieValues(header: string, name: string, decode: boolean): readonly string[] {
  return header
    .split(';')
    .map((pair) => pair.trim().split('='))
    .filter(([key]) => key === name)
    .map(([, ...rest]) => (decode ? decoded(rest.join('=')) : rest.join('=')))
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
