import {describe, expect, test} from 'vitest'
import {allows} from '#runtime/sgtm/permissions/allows.ts'
import type {PermissionAsk} from '#runtime/sgtm/permissions/ask.ts'
import {readQuery} from '#runtime/sgtm/permissions/read-query.ts'

type Params = Readonly<Record<string, unknown>>
type Case = readonly [params: Params, ask: PermissionAsk, allowed: boolean]

const request = (part: 'body' | 'path' | 'remote_address' | 'header' | 'query', name?: string): PermissionAsk => ({
  permission: 'read_request',
  part,
  ...(name === undefined ? {} : {name}),
})
const response = (part: 'status' | 'header' | 'body', name?: string): PermissionAsk => ({
  permission: 'access_response',
  part,
  ...(name === undefined ? {} : {name}),
})
const http = (url: string): PermissionAsk => ({permission: 'send_http', url})
const pixel = (url: string): PermissionAsk => ({permission: 'send_pixel_from_browser', url})
const message = (type: string, action?: 'listen' | 'send'): PermissionAsk => ({
  permission: 'use_message',
  type,
  ...(action ? {action} : {}),
})
const auth = (...scopes: string[]): PermissionAsk => ({permission: 'use_google_credentials', scopes})
const table = (projectId: string | undefined, datasetId: string, tableId: string): PermissionAsk => ({
  permission: 'access_bigquery',
  operation: 'write',
  datasetId,
  tableId,
  ...(projectId === undefined ? {} : {projectId}),
})
const cookie = (name: string, options: Params = {}): PermissionAsk => ({permission: 'set_cookies', name, options})
const event = (keyPath?: string): PermissionAsk => ({
  permission: 'read_event_data',
  ...(keyPath === undefined ? {} : {keyPath}),
})

const headers = {requestAccess: 'specific', headersAllowed: true, headerAccess: 'specific'}
const query = {requestAccess: 'specific', queryParametersAllowed: true, queryParameterAccess: 'specific'}
const written = {writeResponseAccess: 'specific', writeHeadersAllowed: true, writeHeaderAccess: 'specific'}
const tables = (row: Params): Params => ({allowedTables: [{projectId: '*', datasetId: 'd', tableId: 't', ...row}]})
const cookies = (row: Params): Params => ({
  allowedCookies: [{name: 'id', domain: '*', path: '*', secure: 'any', session: 'any', ...row}],
})
const messages = (action: string): Params => ({allowedActions: 'specific', messageTypes: [{type: 'a', action}]})

const forms: Readonly<Record<string, readonly Case[]>> = {
  'read_request: any': [
    [{requestAccess: 'any'}, request('body'), true],
    [{requestAccess: 'any'}, request('remote_address'), true],
    [{requestAccess: 'any'}, request('query'), true],
  ],
  'read_request: specific': [
    [{requestAccess: 'specific'}, request('body'), false],
    [{requestAccess: 'specific', bodyAllowed: true}, request('body'), true],
    [{requestAccess: 'specific', bodyAllowed: false}, request('body'), false],
    [{requestAccess: 'specific', bodyAccess: 'any'}, request('body'), true],
    [{requestAccess: 'specific', bodyAllowed: true}, request('path'), false],
    [{requestAccess: 'specific', pathAllowed: true}, request('path'), true],
    [{requestAccess: 'specific', pathAccess: 'any'}, request('path'), true],
    [{requestAccess: 'specific', remoteAddressAllowed: true}, request('remote_address'), true],
    [{requestAccess: 'specific', pathAllowed: true}, request('remote_address'), false],
  ],
  'read_request: headers': [
    [{...headers, headerAccess: 'any'}, request('header', 'x'), true],
    [{...headers, headerAccess: 'any', headersAllowed: false}, request('header', 'x'), false],
    [{...headers, headerWhitelist: [{headerName: 'X-One'}]}, request('header', 'x-one'), true],
    [{...headers, headerWhitelist: ['X-One']}, request('header', 'x-one'), true],
    [{...headers, headerWhitelist: [{headerName: 'X-One'}]}, request('header', 'x-two'), false],
    [{...headers, headerWhitelist: [{headerName: 'X-One'}]}, request('header'), false],
    [headers, request('header', 'x-one'), false],
  ],
  'read_request: query parameters': [
    [{...query, queryParameterAccess: 'any'}, request('query'), true],
    [{...query, queryParameterWhitelist: [{queryParameter: 'id'}]}, request('query', 'id'), true],
    [{...query, queryParameterWhitelist: [{queryParameter: 'id'}]}, request('query', 'other'), false],
    [{...query, queryParameterWhitelist: [{queryParameter: 'id'}]}, request('query'), false],
  ],
  access_response: [
    [{writeResponseAccess: 'any'}, response('header', 'x'), true],
    [{writeResponseAccess: 'specific'}, response('status'), false],
    [{writeResponseAccess: 'specific', writeStatusAllowed: true}, response('status'), true],
    [{writeResponseAccess: 'specific', writeStatusAccess: 'any'}, response('status'), true],
    [{writeResponseAccess: 'specific', writeBodyAllowed: true}, response('body'), true],
    [{writeResponseAccess: 'specific', writeStatusAllowed: true}, response('body'), false],
    [{...written, writeHeaderAccess: 'any'}, response('header', 'x'), true],
    [{...written, writeHeaderWhitelist: [{headerName: 'Content-Type'}]}, response('header', 'content-type'), true],
    [{...written, writeHeaderWhitelist: [{headerName: 'Content-Type'}]}, response('header', 'x'), false],
  ],
  send_http: [
    [{allowedUrls: 'any'}, http('http://a.example/'), true],
    [{allowedUrls: 'specific'}, http('https://a.example/'), false],
    [{allowedUrls: 'specific', urls: ['https://a.example/*']}, http('https://a.example/b?c'), true],
    [{allowedUrls: 'specific', urls: ['https://a.example/b']}, http('https://a.example/b'), true],
    [{allowedUrls: 'specific', urls: ['https://a.example/b']}, http('https://a.example/b?c'), false],
    [{allowedUrls: 'specific', urls: ['https://a.example']}, http('https://a.example/b'), true],
    [{allowedUrls: 'specific', allowGoogleDomains: true}, http('https://region1.google-analytics.com/g'), true],
    [{allowedUrls: 'specific', allowGoogleDomains: true}, http('https://www.googletagmanager.com/gtm.js'), true],
    [{allowedUrls: 'specific', allowGoogleDomains: true}, http('https://google.com.a.example/'), false],
    [{allowedUrls: 'specific', allowGoogleDomains: true}, http('http://www.google.com/'), false],
    [{allowedUrls: 'specific', allowGoogleDomains: false}, http('https://www.google.com/'), false],
  ],
  send_pixel_from_browser: [
    [{allowedUrls: 'any'}, pixel('https://a.example/'), true],
    [{allowedUrls: 'specific', urls: ['https://a.example/']}, pixel('https://a.example/p'), true],
    [{allowedUrls: 'specific', urls: ['https://a.example/']}, pixel('https://b.example/p'), false],
    [{allowedUrls: 'specific', allowGoogleDomains: true}, pixel('https://www.google.com/'), true],
  ],
  read_event_data: [
    [{eventDataAccess: 'any'}, event(), true],
    [{eventDataAccess: 'specific', keyPatterns: ['items']}, event('items.0.price'), true],
    [{eventDataAccess: 'specific', keyPatterns: ['items']}, event('items_x'), false],
    [{eventDataAccess: 'specific', keyPatterns: ['user_data.*']}, event('user_data.address'), true],
    [{eventDataAccess: 'specific', keyPatterns: ['items']}, event(), false],
  ],
  get_cookies: [
    [{cookieAccess: 'any'}, {permission: 'get_cookies', name: 'a'}, true],
    [{cookieAccess: 'specific', cookieNames: ['a', 'b*']}, {permission: 'get_cookies', name: 'bc'}, true],
    [{cookieAccess: 'specific', cookieNames: ['a', 'b*']}, {permission: 'get_cookies', name: 'ab'}, false],
    [{cookieAccess: 'specific'}, {permission: 'get_cookies', name: 'a'}, false],
  ],
  set_cookies: [
    [cookies({}), cookie('id'), true],
    [cookies({}), cookie('other'), false],
    [cookies({name: 'i*'}), cookie('id'), true],
    [cookies({domain: 'auto'}), cookie('id', {domain: 'auto'}), true],
    [cookies({domain: 'auto'}), cookie('id', {domain: 'a.example'}), false],
    [cookies({path: '/a'}), cookie('id', {path: '/a'}), true],
    [cookies({path: '/a'}), cookie('id'), false],
    [cookies({path: '/'}), cookie('id'), true],
    [cookies({secure: 'secure'}), cookie('id', {secure: true}), true],
    [cookies({secure: 'secure'}), cookie('id'), false],
    [cookies({secure: 'insecure'}), cookie('id'), true],
    [cookies({secure: 'insecure'}), cookie('id', {secure: true}), false],
    [cookies({session: 'session'}), cookie('id'), true],
    [cookies({session: 'session'}), cookie('id', {'max-age': 1}), false],
    [cookies({session: 'persistent'}), cookie('id', {expires: 'x'}), true],
    [cookies({session: 'persistent'}), cookie('id'), false],
    [{}, cookie('id'), false],
  ],
  use_message: [
    [{allowedActions: 'any'}, message('x', 'send'), true],
    [messages('listen'), message('a', 'listen'), true],
    [messages('listen'), message('a', 'send'), false],
    [messages('listen_or_send'), message('a', 'send'), true],
    [messages('any'), message('a', 'listen'), true],
    [messages('send'), message('a'), true],
    [messages('send'), message('b', 'send'), false],
  ],
  use_google_credentials: [
    [{allowedScopes: ['a', 'b']}, auth('b'), true],
    [{allowedScopes: ['a', 'b']}, auth('a', 'b'), true],
    [{allowedScopes: ['a']}, auth('a', 'b'), false],
    [{allowedScopes: ['a']}, auth(), false],
    [{}, auth('a'), false],
  ],
  use_custom_private_keys: [
    [{keyIds: ['k']}, {permission: 'use_custom_private_keys', keyId: 'k'}, true],
    [{keyIds: ['k']}, {permission: 'use_custom_private_keys', keyId: 'l'}, false],
  ],
  access_bigquery: [
    [tables({}), table('p', 'd', 't'), true],
    [tables({}), table(undefined, 'd', 't'), true],
    [tables({projectId: 'p'}), table('p', 'd', 't'), true],
    [tables({projectId: 'p'}), table(undefined, 'd', 't'), false],
    [tables({projectId: 'GOOGLE_CLOUD_PROJECT'}), table(undefined, 'd', 't'), true],
    [tables({projectId: 'GOOGLE_CLOUD_PROJECT'}), table('p', 'd', 't'), false],
    [tables({}), table('p', 'x', 't'), false],
    [tables({tableId: 'events_*'}), table('p', 'd', 'events_1'), true],
    [tables({operation: 'read'}), table('p', 'd', 't'), false],
    [{}, table('p', 'd', 't'), false],
  ],
}

describe.each(Object.entries(forms))('%s', (_, cases) => {
  test.each(cases)('%j allows %j: %s', (params, ask, allowed) => {
    expect(allows([{publicId: ask.permission, params}], ask)).toBe(allowed)
    expect(allows([], ask)).toBe(false)
    expect(allows([{publicId: 'logging', params}], ask)).toBe(false)
  })
})

test('one of several declarations is enough', () => {
  const declared = [
    {allowedUrls: 'specific', urls: ['https://a.example/']},
    {allowedUrls: 'specific', urls: ['https://b.example/']},
  ]
  const permissions = declared.map((params) => ({publicId: 'send_http', params}))
  expect([http('https://b.example/'), http('https://c.example/')].map((ask) => allows(permissions, ask))).toEqual([
    true,
    false,
  ])
})

describe('queryPermission understands', () => {
  test.each<[readonly unknown[], PermissionAsk | undefined]>([
    [['logging'], {permission: 'logging'}],
    [['run_container'], {permission: 'run_container'}],
    [['return_response'], {permission: 'return_response'}],
    [['read_container_data'], {permission: 'read_container_data'}],
    [['read_event_metadata'], {permission: 'read_event_metadata'}],
    [['access_template_storage'], {permission: 'access_template_storage'}],
    [['send_http', 'https://a.example/'], http('https://a.example/')],
    [['send_pixel_from_browser', 'https://a.example/'], pixel('https://a.example/')],
    [['read_event_data'], event()],
    [['read_event_data', 'a.b'], event('a.b')],
    [['get_cookies', 'a'], {permission: 'get_cookies', name: 'a'}],
    [['set_cookies', 'a', {secure: true}], cookie('a', {secure: true})],
    [['set_cookies', 'a'], cookie('a')],
    [['read_request', 'body'], request('body')],
    [['read_request', 'header', 'x'], request('header', 'x')],
    [['read_request', 'read', 'header', 'x'], request('header', 'x')],
    [['read_request', 'query_parameter', 'x'], request('query', 'x')],
    [['read_request', 'query_parameters'], request('query')],
    [['read_request', 'remote_address'], request('remote_address')],
    [['read_request', 'nothing'], undefined],
    [['access_response', 'write', 'status'], response('status')],
    [['access_response', 'write', 'header', 'x'], response('header', 'x')],
    [['access_response', 'body'], response('body')],
    [['access_response', 'write', 'path'], undefined],
    [['use_message', 'send', 'a'], message('a', 'send')],
    [['use_message', 'shout', 'a'], undefined],
    [['use_google_credentials', 'a'], auth('a')],
    [['use_google_credentials', ['a', 'b']], auth('a', 'b')],
    [['use_custom_private_keys', 'k'], {permission: 'use_custom_private_keys', keyId: 'k'}],
    [['access_bigquery', 'write', {datasetId: 'd', tableId: 't'}], table(undefined, 'd', 't')],
    [['access_bigquery', 'read', {datasetId: 'd', tableId: 't'}], undefined],
    [
      ['access_firestore', 'read_write', {projectId: 'p', path: 'a/b', databaseId: 'x'}],
      {permission: 'access_firestore', operation: 'read_write', projectId: 'p', path: 'a/b', databaseId: 'x'},
    ],
    [['access_firestore', 'delete', {path: 'a/b'}], undefined],
    [['inject_script', 'https://a.example/'], undefined],
  ])('%j', ([permission, ...args], ask) => {
    expect(readQuery(permission as string, args)).toEqual(ask)
  })
})
