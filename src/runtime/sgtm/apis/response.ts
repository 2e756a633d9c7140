import {formatCookie} from './format-cookie.ts'
import type {Api, ApiContext} from './api.ts'
import {toText} from '../text.ts'

/** APIs that claim the request and stage its answer; nothing is sent before `returnResponse`. */
export const responseApis: readonly Api[] = [
  {
    name: 'claimRequest',
    create:
      ({kind, exchange}) =>
      () => {
        if (kind !== 'CLIENT') throw new Error('claimRequest can be called by a client only.')
        exchange.claim()
      },
  },
  {
    name: 'returnResponse',
    create:
      ({exchange, demand}) =>
      () => {
        demand('returnResponse', {permission: 'return_response'})
        exchange.flush()
      },
  },
  {
    name: 'setResponseStatus',
    create:
      ({exchange, demand}) =>
      (status: unknown) => {
        demand('setResponseStatus', {permission: 'access_response', part: 'status'})
        const code = Number(status)
        if (!Number.isInteger(code) || code < 200 || code > 599)
          throw new Error(`setResponseStatus: ${toText(status)} is no status.`)
        exchange.response.status = code
      },
  },
  {
    name: 'setResponseHeader',
    create:
      ({exchange, demand}) =>
      (name: unknown, value: unknown) => {
        const key = toText(name).toLowerCase()
        demand('setResponseHeader', {permission: 'access_response', part: 'header', name: key})
        if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key))
          throw new Error('setResponseHeader: the name has characters that no header may have.')
        if (value === null || value === undefined) exchange.response.headers.delete(key)
        // A line break would begin another header.
        else exchange.response.headers.set(key, toText(value).replaceAll(/[^\t\u0020-\u007e\u0080-\u00ff]/g, ''))
      },
  },
  {
    name: 'setResponseBody',
    create:
      ({exchange, demand}) =>
      (body: unknown, encoding: unknown) => {
        demand('setResponseBody', {permission: 'access_response', part: 'body'})
        exchange.response.body = Buffer.from(toText(body), bodyEncoding(encoding))
      },
  },
  {name: 'setPixelResponse', create: setPixelResponse},
  {
    name: 'setCookie',
    create:
      ({exchange, demand}) =>
      (name: unknown, value: unknown, options: unknown, noEncode: unknown) => {
        const given = typeof options === 'object' && options !== null ? (options as Record<string, unknown>) : {}
        demand('setCookie', {permission: 'set_cookies', name: toText(name), options: given})
        exchange.response.cookies.push(
          formatCookie(toText(name), toText(value), given, noEncode !== true, exchange.request.headers),
        )
      },
  },
]

function setPixelResponse({exchange: {response}, demand}: ApiContext) {
  return (): void => {
    demand('setPixelResponse', {permission: 'access_response', part: 'body'})
    response.status = 200
    response.headers.set('content-type', 'image/gif')
    response.headers.set('cache-control', 'no-cache, no-store, must-revalidate')
    response.headers.set('pragma', 'no-cache')
    response.body = onePixel
  }
}

const onePixel = Buffer.from('R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64')

const encodings = ['ascii', 'utf8', 'utf16le', 'ucs2', 'base64', 'latin1', 'binary', 'hex'] as const

function bodyEncoding(encoding: unknown): BufferEncoding {
  const found = encodings.find((known) => known === (encoding ?? 'utf8'))
  if (!found) throw new Error(`setResponseBody: the encoding ${toText(encoding)} is unknown.`)
  return found
}
