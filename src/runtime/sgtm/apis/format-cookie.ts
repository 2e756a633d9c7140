import {siteOf} from './domains.ts'
import {toText} from '../text.ts'

type Options = Readonly<Record<string, unknown>>

/**
 * A `Set-Cookie` value for `setCookie`. `max-age` wins over `expires`; the value is URI-encoded when `encode` is set.
 * @throws for names and attributes that would break out of their place
 */
export function formatCookie(
  name: string,
  value: string,
  options: Options,
  encode: boolean,
  headers: Readonly<Record<string, string>>,
): string {
  const text = encode ? encodeURIComponent(value) : value
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !isValue(text))
    throw new Error(`setCookie: "${name}" has characters that no cookie may have.`)
  const domain = options['domain'] === 'auto' ? (autoDomain(headers) ?? options['fallbackDomain']) : options['domain']
  const maxAge = options['max-age']
  const sameSite = options['sameSite']
  const attributes = [
    domain === undefined ? '' : `Domain=${attribute(domain)}`,
    options['path'] === undefined ? '' : `Path=${attribute(options['path'])}`,
    maxAge === undefined ? '' : `Max-Age=${Math.trunc(Number(maxAge)) || 0}`,
    maxAge !== undefined || options['expires'] === undefined ? '' : `Expires=${attribute(options['expires'])}`,
    typeof sameSite === 'string'
      ? `SameSite=${attribute(sameSite[0]?.toUpperCase() + sameSite.slice(1).toLowerCase())}`
      : '',
    options['secure'] === true ? 'Secure' : '',
    options['httpOnly'] === true ? 'HttpOnly' : '',
  ]
  return [`${name}=${text}`, ...attributes.filter(Boolean)].join('; ')
}

/**
 * The widest domain that the request's host may set a cookie for, from the headers in this order. None for addresses and
 * single labels, `localhost` for one: the cookie is the host's alone then.
 */
function autoDomain(headers: Readonly<Record<string, string>>): string | undefined {
  const forwarded = /(?:^|[;,\s])host="?([^\s";,]+)/i.exec(headers['forwarded'] ?? '')?.[1]
  for (const host of [forwarded, headers['x-forwarded-host']?.split(',')[0]?.trim(), headers['host']]) {
    const site = host === undefined ? undefined : siteOf(host)
    if (site !== undefined) return site
  }
  return undefined
}

function attribute(value: unknown): string {
  const text = toText(value)
  if (!isSafe(text.replaceAll(/[ ,]/g, '')))
    throw new Error('setCookie: an option has characters that no cookie may have.')
  return text
}

/** Anything but what ends a value or a header: published templates keep lists with commas in cookies, unencoded. */
function isValue(text: string): boolean {
  return /^[\u0020-\u003a\u003c-\u007e\u0080-\u00ff]*$/.test(text)
}

function isSafe(text: string): boolean {
  return /^[\u0021\u0023-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e"]*$/.test(text)
}
