import {describe, expect, test} from 'vitest'
import {allows} from '#runtime/sgtm/permissions/allows.ts'
import type {PermissionAsk} from '#runtime/sgtm/permissions/ask.ts'
import {fitsUrlPattern, fitsWildcards} from '#runtime/sgtm/permissions/patterns.ts'

test.each([
  ['https://graph.vendor.example/', 'https://graph.vendor.example/v1/events?a=1', true],
  ['https://www.vendor.example/mp/', 'https://www.vendor.example/mp/collect?x', true],
  ['https://www.vendor.example/mp/', 'https://www.vendor.example/mpx', false],
  ['https://*.run.app/v1/*', 'https://lookup-abc.a.run.app/v1/stitch', true],
  ['https://*.run.app/v1/*', 'https://run.app.attacker.example/v1/stitch', false],
  ['https://*.run.app/', 'https://user@x.run.app/', false],
  ['https://*.run.app/', 'http://x.run.app/', false],
  ['https://vendor.example/envelope', 'https://vendor.example/envelope', true],
  ['https://vendor.example/envelope', 'https://vendor.example/envelope/more', false],
  ['https://vendor.example/verify*', 'https://vendor.example/verify?x=1', true],
  ['https://cdn.vendor.example/js@*/dist/sp.js', 'https://cdn.vendor.example/js@3.1/dist/sp.js', true],
  ['https://vendor.example/', 'https://vendor.example:8443/', false],
  ['https://vendor.example/', 'not a url', false],
  ['*', 'https://vendor.example/', false],
])('pattern %s, address %s: %s', (pattern, url, fits) => {
  expect(fitsUrlPattern(pattern, url)).toBe(fits)
})

test.each([
  ['a*c', 'abc', true],
  ['a*a', 'a', false],
  ['*b*', 'abc', true],
  ['*b*c', 'ab', false],
  ['a.b', 'a.b', true],
  ['*', '', true],
])('wildcards %s, text %s: %s', (pattern, text, fits) => {
  expect(fitsWildcards(pattern, text)).toBe(fits)
})

describe('what is declared is allowed, nothing else', () => {
  const header = (name: string): PermissionAsk => ({permission: 'read_request', part: 'header', name})
  const listed = {
    requestAccess: 'specific',
    headersAllowed: true,
    headerAccess: 'specific',
    headerWhitelist: [{headerName: 'Origin'}],
  }
  const cookie = {name: 'id', domain: '*', path: '*', secure: 'secure', session: 'any'}
  const cases: [string, Record<string, unknown>, PermissionAsk, boolean][] = [
    ['read_request', {requestAccess: 'any'}, {permission: 'read_request', part: 'body'}, true],
    ['read_request', listed, header('origin'), true],
    ['read_request', listed, header('cookie'), false],
    ['read_request', {...listed, headersAllowed: false}, header('origin'), false],
    ['read_request', listed, {permission: 'read_request', part: 'body'}, false],
    [
      'read_request',
      {
        requestAccess: 'specific',
        queryParametersAllowed: true,
        queryParameterAccess: 'specific',
        queryParameterWhitelist: [{queryParameter: 'id'}],
      },
      {permission: 'read_request', part: 'query', name: 'id'},
      true,
    ],
    [
      'read_request',
      {
        requestAccess: 'specific',
        queryParametersAllowed: true,
        queryParameterAccess: 'specific',
        queryParameterWhitelist: [{queryParameter: 'id'}],
      },
      {permission: 'read_request', part: 'query'},
      false,
    ],
    [
      'access_response',
      {writeResponseAccess: 'specific', writeStatusAllowed: true},
      {permission: 'access_response', part: 'status'},
      true,
    ],
    [
      'access_response',
      {writeResponseAccess: 'specific', writeStatusAllowed: true},
      {permission: 'access_response', part: 'body'},
      false,
    ],
    [
      'read_event_data',
      {eventDataAccess: 'specific', keyPatterns: ['stitch.*']},
      {permission: 'read_event_data', keyPath: 'stitch.crm.segment'},
      true,
    ],
    [
      'read_event_data',
      {eventDataAccess: 'specific', keyPatterns: ['stitch']},
      {permission: 'read_event_data', keyPath: 'stitch.visits'},
      true,
    ],
    [
      'read_event_data',
      {eventDataAccess: 'specific', keyPatterns: ['stitch.*']},
      {permission: 'read_event_data', keyPath: 'user_data'},
      false,
    ],
    ['read_event_data', {eventDataAccess: 'specific', keyPatterns: ['*']}, {permission: 'read_event_data'}, false],
    [
      'get_cookies',
      {cookieAccess: 'specific', cookieNames: ['_id*']},
      {permission: 'get_cookies', name: '_id_2'},
      true,
    ],
    [
      'get_cookies',
      {cookieAccess: 'specific', cookieNames: ['_id']},
      {permission: 'get_cookies', name: 'session'},
      false,
    ],
    ['set_cookies', {allowedCookies: [cookie]}, {permission: 'set_cookies', name: 'id', options: {secure: true}}, true],
    ['set_cookies', {allowedCookies: [cookie]}, {permission: 'set_cookies', name: 'id', options: {}}, false],
    ['use_custom_private_keys', {keyIds: ['a', 'b']}, {permission: 'use_custom_private_keys', keyId: 'b'}, true],
    ['use_custom_private_keys', {keyIds: ['a']}, {permission: 'use_custom_private_keys', keyId: 'b'}, false],
    ['send_http', {allowedUrls: 'any'}, {permission: 'send_http', url: 'https://x.example/'}, true],
    [
      'send_http',
      {allowedUrls: 'specific', urls: ['https://x.example/']},
      {permission: 'send_http', url: 'https://y.example/'},
      false,
    ],
    ['run_container', {}, {permission: 'run_container'}, true],
    ['run_container', {}, {permission: 'return_response'}, false],
  ]
  test.each(cases)('%s %j asked for %j: %s', (publicId, params, ask, allowed) => {
    expect(allows([{publicId, params}], ask)).toBe(allowed)
  })
})
