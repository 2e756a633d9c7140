import type {IncomingMessage} from 'node:http'

/** Hosts that are this machine, or names that the Internet does not have (RFC 6761). */
const LOCAL = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|.+\.(localhost|test))$/

/**
 * Whether a page may ask: a browser says where it comes from. Pages of this machine may, as the browsers' SDKs need it
 * and the official emulators allow it to all; others may not, or any page that is opened could read and change what
 * lies here.
 */
export function mayAsk({headers: {origin}}: IncomingMessage): boolean {
  if (origin === undefined) return true
  const host = URL.canParse(origin) ? new URL(origin).hostname : ''
  return LOCAL.test(host)
}

/** What a browser wants to read before it shows an answer to a page; nothing for one that may not ask. */
export function corsHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  const {headers} = request
  const {origin} = headers
  if (origin === undefined || !mayAsk(request)) return {}
  const asked = headers['access-control-request-headers']
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'DELETE,GET,HEAD,PATCH,POST,PUT',
    'access-control-allow-credentials': 'true',
    ...(asked === undefined ? {} : {'access-control-allow-headers': asked}),
    vary: 'origin',
  }
}
