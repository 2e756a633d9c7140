import type {AnyNode} from 'acorn'
import type {Permission} from '../tpl/template.ts'
import type {ApiCall, CodeFacts} from './code-facts.ts'
import type {Finding} from './finding.ts'
import type {Places} from './places.ts'

type Params = Permission['params']

/**
 * Finds permissions that allow anything although all that is asked for stands in the code. Says nothing where a single
 * call cannot be known, or where an API is passed on instead of being called.
 */
export function checkWidths(
  permissions: readonly Permission[],
  facts: CodeFacts,
  references: readonly AnyNode[],
  places: Places,
): readonly Finding[] {
  const callsOf = (...apis: readonly string[]): readonly ApiCall[] => facts.calls.filter(({api}) => apis.includes(api))
  /** Every first argument of these APIs' calls; undefined where one is unknown, or nothing is called. */
  const namesIn = (...apis: readonly string[]): readonly string[] | undefined => {
    const calls = callsOf(...apis)
    const mentioned = references.filter((node) => apis.includes(facts.apiOf(node)?.api ?? '')).length
    if (calls.length === 0 || mentioned > calls.length) return undefined
    const texts = calls.map(({args}) => facts.textOf(args[0]))
    const whole = texts.flatMap((known) => (known?.isWhole ? [known.text] : []))
    return whole.length === texts.length ? [...new Set(whole)].sort() : undefined
  }
  const isRequired = (...apis: readonly string[]): boolean => facts.required.some(({api}) => apis.includes(api))

  return permissions.flatMap(({publicId, params}): readonly Finding[] => {
    const wide = (what: string, hint: string): Finding => ({
      rule: 'permission-too-wide',
      severity: 'warning',
      message: `The permission ${publicId} allows ${what}, and the code needs less.`,
      hint,
      at: places.permission(publicId),
    })
    switch (publicId) {
      case 'send_http': {
        const origins = originsOf(callsOf('sendHttpGet', 'sendHttpRequest'), facts, references)
        const others = isRequired('getGoogleScript', 'sendEventToGoogleAnalytics')
        return params['allowedUrls'] === 'any' && origins && !others
          ? [wide('requests to any address', `allow ${origins.join(', ')} only`)]
          : []
      }
      case 'read_event_data': {
        const keys = isRequired('getAllEventData') ? undefined : namesIn('getEventData')
        return params['eventDataAccess'] === 'any' && keys
          ? [wide('reading all event data', `allow the keys ${keys.join(', ')} only`)]
          : []
      }
      case 'get_cookies': {
        const names = namesIn('getCookieValues')
        return params['cookieAccess'] === 'any' && names
          ? [wide('reading any cookie', `allow ${names.join(', ')} only`)]
          : []
      }
      case 'set_cookies': {
        const names = namesIn('setCookie')
        const rows = Array.isArray(params['allowedCookies']) ? (params['allowedCookies'] as readonly Params[]) : []
        return rows.some((row) => row['name'] === '*') && names
          ? [wide('setting any cookie', `allow ${names.join(', ')} only`)]
          : []
      }
      case 'read_request':
        return requestWidths(params, namesIn, isRequired, wide)
      case 'access_response': {
        if (params['writeResponseAccess'] !== 'any') return []
        const unused = [
          ...(isRequired('setResponseStatus', 'setPixelResponse') ? [] : ['the status']),
          ...(isRequired('setResponseHeader', 'setPixelResponse') ? [] : ['headers']),
          ...(isRequired('setResponseBody', 'setPixelResponse') ? [] : ['the body']),
        ]
        return unused.length > 0
          ? [wide('writing all of the response', `the code never writes ${unused.join(' or ')}`)]
          : []
      }
      default:
        return []
    }
  })
}

function requestWidths(
  params: Params,
  namesIn: (...apis: readonly string[]) => readonly string[] | undefined,
  isRequired: (...apis: readonly string[]) => boolean,
  wide: (what: string, hint: string) => Finding,
): readonly Finding[] {
  const parsers = isRequired('extractEventsFromMpv1', 'extractEventsFromMpv2')
  const all = ['getRequestQueryParameters', 'getRequestQueryString', 'getRequestQueryParameter']
  const parts = [
    {key: 'headersAllowed', what: 'headers', isUsed: isRequired('getRequestHeader')},
    {key: 'bodyAllowed', what: 'the body', isUsed: parsers || isRequired('getRequestBody')},
    {key: 'pathAllowed', what: 'the path', isUsed: isRequired('getRequestPath')},
    {key: 'queryParametersAllowed', what: 'query parameters', isUsed: parsers || isRequired(...all)},
    {key: 'remoteAddressAllowed', what: 'the remote address', isUsed: isRequired('getRemoteAddress')},
  ]
  const isAny = params['requestAccess'] === 'any'
  const unused = parts.filter(({key, isUsed}) => !isUsed && (isAny || params[key] === true)).map(({what}) => what)
  const findings: Finding[] = []
  if (unused.length > 0) {
    const what = isAny ? 'reading all of the request' : `reading ${unused.join(' and ')}`
    findings.push(wide(what, `the code never reads ${unused.join(' or ')}`))
  }
  const headers = namesIn('getRequestHeader')
  if (!isAny && params['headersAllowed'] === true && params['headerAccess'] === 'any' && headers)
    findings.push(wide('reading any header', `allow ${headers.join(', ')} only`))
  return findings
}

/** Origins of every request, as patterns; undefined where one is not known. */
function originsOf(
  calls: readonly ApiCall[],
  facts: CodeFacts,
  references: readonly AnyNode[],
): readonly string[] | undefined {
  const apis = ['sendHttpGet', 'sendHttpRequest']
  const mentioned = references.filter((node) => apis.includes(facts.apiOf(node)?.api ?? '')).length
  if (calls.length === 0 || mentioned > calls.length) return undefined
  const origins = calls.map(({args}) => {
    const known = facts.textOf(args[0])
    // Only up to the slash that ends it is an origin known: what follows could still belong to the host.
    const found = known?.isWhole ? known.text.replace(/^(https?:\/\/[^/?#]+)$/, '$1/') : known?.text
    return /^https?:\/\/[^/?#]+\//.exec(found ?? '')?.[0]
  })
  return origins.includes(undefined) ? undefined : [...new Set(origins as string[])].sort()
}
