import type {Permission} from '../tpl/template.ts'
import {isUnlimited, type PermissionAsk, type UnlimitedAsk} from './ask.ts'
import {accessBigQuery, accessFirestore, useGoogleCredentials, useMessage} from './google.ts'
import {fitsUrlPattern, fitsWildcards} from './patterns.ts'
import {rows, strings} from './read-params.ts'
import {toText} from '../text.ts'

type Params = Permission['params']
type LimitedAsk = Exclude<PermissionAsk, UnlimitedAsk>
type AskFor<Id> = Extract<PermissionAsk, {permission: Id}>

/**
 * Whether declared permissions allow what is asked. What is not declared is denied.
 * The encodings are those of SERVER_PERMISSIONS: `any` or `specific` with lists, and booleans per part.
 */
export function allows(permissions: readonly Permission[], ask: PermissionAsk): boolean {
  const declared = permissions.filter(({publicId}) => publicId === ask.permission)
  return declared.some(({params}) => isUnlimited(ask) || decide(params, ask))
}

function decide(params: Params, ask: LimitedAsk): boolean {
  switch (ask.permission) {
    case 'send_http':
    case 'send_pixel_from_browser':
      return sendTo(params, ask.url)
    case 'read_event_data':
      return readEventData(params, ask)
    case 'read_request':
      return readRequest(params, ask)
    case 'access_response':
      return accessResponse(params, ask)
    case 'get_cookies':
      return (
        params['cookieAccess'] === 'any' || strings(params['cookieNames']).some((name) => fitsWildcards(name, ask.name))
      )
    case 'set_cookies':
      return rows(params['allowedCookies']).some((row) => setCookie(row, ask))
    case 'use_custom_private_keys':
      return strings(params['keyIds']).some((id) => fitsWildcards(id, ask.keyId))
    case 'use_google_credentials':
      return useGoogleCredentials(params, ask)
    case 'use_message':
      return useMessage(params, ask)
    case 'access_bigquery':
      return rows(params['allowedTables']).some((row) => accessBigQuery(row, ask))
    case 'access_firestore':
      return rows(params['allowedOptions']).some((row) => accessFirestore(row, ask))
    default:
      return ask satisfies never
  }
}

function sendTo(params: Params, url: string): boolean {
  if (params['allowedUrls'] === 'any') return true
  if (
    params['allowGoogleDomains'] === true &&
    googleDomains.some((domain) => fitsUrlPattern(`https://*.${domain}/`, url))
  )
    return true
  return strings(params['urls']).some((pattern) => fitsUrlPattern(pattern, url))
}

/** Which domains GTM means is not published; these carry its own APIs. */
const googleDomains = [
  'google.com',
  'googleapis.com',
  'google-analytics.com',
  'googletagmanager.com',
  'googleadservices.com',
  'doubleclick.net',
]

/** A pattern covers its key and everything below it. */
function readEventData(params: Params, {keyPath}: AskFor<'read_event_data'>): boolean {
  if (params['eventDataAccess'] === 'any') return true
  if (keyPath === undefined) return false
  return strings(params['keyPatterns']).some(
    (pattern) => fitsWildcards(pattern, keyPath) || fitsWildcards(`${pattern}.*`, keyPath),
  )
}

function readRequest(params: Params, {part, name}: AskFor<'read_request'>): boolean {
  if (params['requestAccess'] === 'any') return true
  switch (part) {
    case 'body':
      return isGranted(params, 'bodyAllowed', 'bodyAccess')
    case 'path':
      return isGranted(params, 'pathAllowed', 'pathAccess')
    case 'remote_address':
      return params['remoteAddressAllowed'] === true
    case 'header':
      return (
        params['headersAllowed'] === true &&
        listed(params['headerAccess'], params['headerWhitelist'], 'headerName', name?.toLowerCase())
      )
    case 'query':
      return (
        params['queryParametersAllowed'] === true &&
        listed(params['queryParameterAccess'], params['queryParameterWhitelist'], 'queryParameter', name)
      )
    default:
      return part satisfies never
  }
}

function accessResponse(params: Params, {part, name}: AskFor<'access_response'>): boolean {
  if (params['writeResponseAccess'] === 'any') return true
  if (part === 'status') return isGranted(params, 'writeStatusAllowed', 'writeStatusAccess')
  if (part === 'body') return isGranted(params, 'writeBodyAllowed', 'writeBodyAccess')
  if (params['writeHeadersAllowed'] !== true) return false
  return listed(params['writeHeaderAccess'], params['writeHeaderWhitelist'], 'headerName', name?.toLowerCase())
}

function setCookie(row: Params, {name, options}: AskFor<'set_cookies'>): boolean {
  const fits = (key: string, value: unknown): boolean => fitsWildcards(toText(row[key] ?? '*'), toText(value ?? ''))
  if (!fits('name', name)) return false
  if (row['domain'] !== '*' && row['domain'] !== undefined && !fits('domain', options['domain'])) return false
  if (row['path'] !== '*' && row['path'] !== undefined && !fits('path', options['path'] ?? '/')) return false
  const isSession = options['max-age'] === undefined && options['expires'] === undefined
  return isEither(row['secure'], 'secure', options['secure'] === true) && isEither(row['session'], 'session', isSession)
}

/** `any`, or the word for one of two states. */
function isEither(rule: unknown, word: string, state: boolean): boolean {
  return rule === undefined || rule === 'any' || (rule === word) === state
}

/** A part is granted by a tick; a few published templates say it in the other form, which lists have. */
function isGranted(params: Params, tick: string, access: string): boolean {
  return params[tick] === true || params[access] === 'any'
}

/** Rows are objects in most templates, and bare texts in some. */
function listed(access: unknown, list: unknown, key: string, name: string | undefined): boolean {
  if (access === 'any') return true
  if (name === undefined || !Array.isArray(list)) return false
  const names = list.map((row: unknown) => (typeof row === 'string' ? row : toText((row as Params)[key] ?? '')))
  return names.some((known) => known.toLowerCase() === name.toLowerCase())
}
