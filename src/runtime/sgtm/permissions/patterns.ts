/**
 * Whether a URL fits a pattern of `send_http`. The exact rule is not published; these are the forms that published
 * templates use: `*.` before the host, `*` anywhere in the path, and a pattern that ends in `/` covers all below it.
 */
export function fitsUrlPattern(pattern: string, url: string): boolean {
  const wanted = /^(https?):\/\/([^/]*)(\/.*)?$/.exec(pattern)
  const given = URL.canParse(url) ? new URL(url) : undefined
  if (!wanted || !given || given.username || given.password) return false
  const [, scheme, host = '', path = '/'] = wanted
  if (given.protocol !== `${scheme}:` || !fitsHost(host.toLowerCase(), given.host)) return false
  return fitsWildcards(path.endsWith('/') ? `${path}*` : path, given.pathname + given.search)
}

function fitsHost(pattern: string, host: string): boolean {
  if (pattern.startsWith('*.')) return host === pattern.slice(2) || host.endsWith(pattern.slice(1))
  return pattern === '*' || pattern === host
}

/** `*` stands for any run of characters, everything else for itself. Linear: no regular expression backtracks here. */
export function fitsWildcards(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const [first = ''] = parts
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return pattern === text
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}
