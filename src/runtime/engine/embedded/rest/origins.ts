import type {IncomingMessage} from 'node:http'

/** Hosts that are this machine, or names that the Internet does not have (RFC 6761). */
const LOCAL = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|.+\.(localhost|test))$/

/** An address instead of a name, or a name that no public zone has: without a dot, or of a network of its own. */
const NOT_PUBLIC = /^(\[.*\]|\d{1,3}(\.\d{1,3}){3}|[^.]+|.+\.(internal|local))$/

/**
 * Whether a page may ask: a browser says where it comes from. Pages of this machine may, as the browsers' SDKs need it
 * and the official emulators allow it to all; others may not, or any page that is opened could read and change what
 * lies here. Where nobody says it, the host that is asked for must not be a public name: whose owner leads it to
 * 127.0.0.1 afterwards has a page that reads as if from its own server (DNS rebinding).
 */
export function mayAsk({headers: {origin, host, ':authority': authority}}: IncomingMessage): boolean {
  if (origin !== undefined) return LOCAL.test(hostnameOf(origin))
  const asked = hostnameOf(`http://${host ?? String(authority ?? 'localhost')}`)
  return LOCAL.test(asked) || NOT_PUBLIC.test(asked)
}

/** Empty where there is none. */
function hostnameOf(url: string): string {
  return URL.parse(url)?.hostname ?? ''
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
