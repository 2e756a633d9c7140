import {readFile} from 'node:fs/promises'
import {resolve} from 'node:path'
import {describe, expect, test} from 'vitest'
import {apiNames} from '#runtime/sgtm/apis/registry.ts'
import {bench} from './bench.ts'

/**
 * Every API of the documented catalogue, a call of it, and the permission without which the call is refused; none where
 * nothing has to be declared.
 */
const catalogue: readonly (readonly [name: string, call: string, permission: string | undefined])[] = [
  ['BigQuery', ".insert({projectId: 'p', datasetId: 'd', tableId: 't'}, [])", 'access_bigquery'],
  ['Firestore', ".read('a/b')", 'access_firestore'],
  ['Firestore', ".query('a', [])", 'access_firestore'],
  ['Firestore', ".write('a/b', {})", 'access_firestore'],
  ['JSON', '.stringify({})', undefined],
  ['Math', '.abs(1)', undefined],
  ['Object', '.keys({})', undefined],
  ['Promise', '.all([])', undefined],
  ['addEventCallback', '(() => {})', 'read_event_metadata'],
  ['addMessageListener', "('a', () => {})", 'use_message'],
  ['callLater', '(() => {})', undefined],
  ['claimRequest', '()', undefined],
  ['computeEffectiveTldPlusOne', "('a.example')", undefined],
  ['createRegex', "('a')", undefined],
  ['decodeUri', "('a')", undefined],
  ['decodeUriComponent', "('a')", undefined],
  ['encodeUri', "('a')", undefined],
  ['encodeUriComponent', "('a')", undefined],
  ['extractEventsFromMpv1', '()', 'read_request'],
  ['extractEventsFromMpv2', '()', 'read_request'],
  ['fromBase64', "('YQ==')", undefined],
  ['generateRandom', '(1, 2)', undefined],
  ['getAllEventData', '()', 'read_event_data'],
  ['getClientName', '()', 'read_container_data'],
  ['getContainerVersion', '()', 'read_container_data'],
  ['getCookieValues', "('a')", 'get_cookies'],
  ['getEventData', "('a')", 'read_event_data'],
  ['getGoogleAuth', "({scopes: ['a']})", 'use_google_credentials'],
  ['getGoogleScript', "('GTM', {id: 'GTM-1'})", 'send_http'],
  ['getRemoteAddress', '()', 'read_request'],
  ['getRequestBody', '()', 'read_request'],
  ['getRequestHeader', "('a')", 'read_request'],
  ['getRequestMethod', '()', undefined],
  ['getRequestPath', '()', 'read_request'],
  ['getRequestQueryParameter', "('a')", 'read_request'],
  ['getRequestQueryParameters', '()', 'read_request'],
  ['getRequestQueryString', '()', 'read_request'],
  ['getTimestamp', '()', undefined],
  ['getTimestampMillis', '()', undefined],
  ['getType', "('a')", undefined],
  ['hasMessageListener', "('a')", 'use_message'],
  ['hmacSha256', "('a', 'key')", 'use_custom_private_keys'],
  ['isRequestMpv1', '()', undefined],
  ['isRequestMpv2', '()', undefined],
  ['logToConsole', "('a')", 'logging'],
  ['makeInteger', "('1')", undefined],
  ['makeNumber', "('1')", undefined],
  ['makeString', '(1)', undefined],
  ['makeTableMap', "([], 'a', 'b')", undefined],
  ['parseUrl', "('https://a.example/')", undefined],
  ['queryPermission', "('logging')", undefined],
  ['returnResponse', '()', 'return_response'],
  ['runContainer', '({})', 'run_container'],
  ['sendEventToGoogleAnalytics', "({'x-ga-measurement_id': 'G-1'})", 'send_http'],
  ['sendHttpGet', "('https://a.example/')", 'send_http'],
  ['sendHttpRequest', "('https://a.example/')", 'send_http'],
  ['sendMessage', "('a', {})", 'use_message'],
  ['sendPixelFromBrowser', "('https://a.example/')", 'send_pixel_from_browser'],
  ['setCookie', "('a', 'b')", 'set_cookies'],
  ['setPixelResponse', '()', 'access_response'],
  ['setResponseBody', "('a')", 'access_response'],
  ['setResponseHeader', "('a', 'b')", 'access_response'],
  ['setResponseStatus', '(200)', 'access_response'],
  ['sha256', "('a', () => {})", undefined],
  ['sha256Sync', "('a')", undefined],
  ['templateDataStorage', ".getItemCopy('a')", 'access_template_storage'],
  ['testRegex', "(require('createRegex')('a'), 'a')", undefined],
  ['toBase64', "('a')", undefined],
]

/** Permissions as wide as they go. */
const wide: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  access_bigquery: {allowedTables: [{projectId: '*', datasetId: '*', tableId: '*', operation: 'write'}]},
  access_firestore: {allowedOptions: [{projectId: '*', path: '*', operation: 'read_write'}]},
  access_response: {writeResponseAccess: 'any'},
  access_template_storage: {},
  get_cookies: {cookieAccess: 'any'},
  logging: {environments: 'all'},
  read_container_data: {},
  read_event_data: {eventDataAccess: 'any'},
  read_event_metadata: {},
  read_request: {requestAccess: 'any'},
  return_response: {},
  run_container: {},
  send_http: {allowedUrls: 'any'},
  send_pixel_from_browser: {allowedUrls: 'any'},
  set_cookies: {allowedCookies: [{name: '*', domain: '*', path: '*', secure: 'any', session: 'any'}]},
  use_custom_private_keys: {keyIds: ['key']},
  use_google_credentials: {allowedScopes: ['a']},
  use_message: {allowedActions: 'any'},
}

test('the registry has every API of the catalogue, and no other', () => {
  expect([...apiNames].sort()).toEqual([...new Set(catalogue.map(([name]) => name))].sort())
})

test('the documentation has a row for every API', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../../../docs/template-apis.md'), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  const named = new Set(rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)/g)].map((found) => found[1]!)))
  expect([...apiNames].filter((name) => !named.has(name))).toEqual([])
})

test('an API that does not exist is an error that names it, before anything runs', async () => {
  using place = bench()
  await expect(place.run("require('logToConsole'); require('copyFromWindow')('x');")).rejects.toThrow(/copyFromWindow/)
  expect(place.logs).toEqual([])
})

describe('an API that needs a permission is refused without it', () => {
  test.each(catalogue.filter(([, , permission]) => permission !== undefined))('%s%s: %s', async (name, call, id) => {
    const {[id!]: _, ...others} = wide
    using place = bench({permissions: others, keys: {key: 'a2V5'}, project: 'p'})
    const denied = new RegExp(`^${name}(\\.\\w+)? was denied: the template does not declare ${id} `)
    await expect(place.run(`require('${name}')${call};`)).rejects.toThrow(denied)
    expect(place.sent).toEqual([])
    expect(place.logs).toEqual([expect.stringMatching(denied)])
  })
})

describe('an API that needs none, or has its own, is not refused', () => {
  test.each(catalogue)('%s%s: %s', async (name, call, id) => {
    const permissions = id === undefined ? {} : {[id]: wide[id]!}
    using place = bench({
      permissions,
      keys: {key: 'a2V5'},
      project: 'p',
      event: {},
      request: {query: name.endsWith('Mpv1') ? 'v=1&tid=UA-1&t=event&cid=1' : 'v=2&tid=G-1&en=e'},
      answer: ({url}) => ({statusCode: url.includes('gtm.js') ? 200 : 204}),
      firestore: async () => ({
        read: async () => ({id: 'b', data: {}}),
        query: async () => [],
        write: async () => 'b',
        runTransaction: async () => {},
      }),
    })
    place.exchange.offer('sample')
    await place.run(`return require('${name}')${call};`)
    expect(place.logs.filter((line) => line.includes('denied') || line.includes('unhandled'))).toEqual([])
  })
})
