import type {PermissionAsk} from '../permissions/ask.ts'
import type {ApiCall, CodeFacts} from './code-facts.ts'

/**
 * The permission that each API needs. Co-occurrence in published templates agrees with all of them; APIs that are not
 * here need none. https://developers.google.com/tag-platform/tag-manager/server-side/permissions
 */
export const permissionOf: Readonly<Record<string, PermissionAsk['permission']>> = {
  logToConsole: 'logging',
  sendHttpGet: 'send_http',
  sendHttpRequest: 'send_http',
  getGoogleScript: 'send_http',
  sendEventToGoogleAnalytics: 'send_http',
  sendPixelFromBrowser: 'send_pixel_from_browser',
  getRequestBody: 'read_request',
  getRequestHeader: 'read_request',
  getRequestPath: 'read_request',
  getRequestQueryParameter: 'read_request',
  getRequestQueryParameters: 'read_request',
  getRequestQueryString: 'read_request',
  getRemoteAddress: 'read_request',
  extractEventsFromMpv1: 'read_request',
  extractEventsFromMpv2: 'read_request',
  getCookieValues: 'get_cookies',
  setCookie: 'set_cookies',
  returnResponse: 'return_response',
  setPixelResponse: 'access_response',
  setResponseBody: 'access_response',
  setResponseHeader: 'access_response',
  setResponseStatus: 'access_response',
  runContainer: 'run_container',
  addEventCallback: 'read_event_metadata',
  getAllEventData: 'read_event_data',
  getEventData: 'read_event_data',
  getClientName: 'read_container_data',
  getContainerVersion: 'read_container_data',
  templateDataStorage: 'access_template_storage',
  BigQuery: 'access_bigquery',
  Firestore: 'access_firestore',
  getGoogleAuth: 'use_google_credentials',
  hmacSha256: 'use_custom_private_keys',
  addMessageListener: 'use_message',
  hasMessageListener: 'use_message',
  sendMessage: 'use_message',
}

/**
 * What a call asks for, as far as its arguments stand in the code: undefined where they do not, and for permissions
 * that have nothing to be narrowed.
 */
export function askOf({api, member, args}: ApiCall, {textOf}: CodeFacts): PermissionAsk | undefined {
  const known = textOf(args[0])
  const name = known?.isWhole ? known.text : undefined
  if (member !== undefined) return undefined
  switch (api) {
    case 'getEventData':
      return name === undefined ? undefined : {permission: 'read_event_data', keyPath: name}
    case 'getAllEventData':
      return {permission: 'read_event_data'}
    case 'getCookieValues':
      return name === undefined ? undefined : {permission: 'get_cookies', name}
    case 'getRequestHeader':
      return name === undefined ? undefined : {permission: 'read_request', part: 'header', name: name.toLowerCase()}
    case 'getRequestQueryParameter':
      return name === undefined ? undefined : {permission: 'read_request', part: 'query', name}
    case 'getRequestQueryParameters':
    case 'getRequestQueryString':
      return {permission: 'read_request', part: 'query'}
    case 'getRequestBody':
      return {permission: 'read_request', part: 'body'}
    case 'getRequestPath':
      return {permission: 'read_request', part: 'path'}
    case 'getRemoteAddress':
      return {permission: 'read_request', part: 'remote_address'}
    case 'setResponseHeader':
      return name === undefined ? undefined : {permission: 'access_response', part: 'header', name: name.toLowerCase()}
    case 'setResponseStatus':
      return {permission: 'access_response', part: 'status'}
    case 'setResponseBody':
    case 'setPixelResponse':
      return {permission: 'access_response', part: 'body'}
    case 'hmacSha256': {
      const key = textOf(args[1])
      return key?.isWhole ? {permission: 'use_custom_private_keys', keyId: key.text} : undefined
    }
    case 'sendHttpGet':
    case 'sendHttpRequest':
      return name === undefined ? undefined : {permission: 'send_http', url: name}
    case 'sendPixelFromBrowser':
      return name === undefined ? undefined : {permission: 'send_pixel_from_browser', url: name}
    default:
      return undefined
  }
}
