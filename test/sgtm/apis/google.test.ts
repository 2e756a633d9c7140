import {describe, expect, test} from 'vitest'
import {bench} from './bench.ts'

const google = {send_http: {allowedUrls: 'specific', allowGoogleDomains: true}}
const settle = `.then((value) => ({value: value}), (reason) => ({reason: reason}))`

describe('BigQuery.insert', () => {
  const permissions = {
    access_bigquery: {allowedTables: [{projectId: '*', datasetId: 'd', tableId: 't*', operation: 'write'}]},
  }
  const insert = (connection: string, rest = ''): string =>
    `return require('BigQuery').insert(${connection}, [{a: 1, b: {c: [true]}}]${rest})${settle};`

  test('sends the rows as the real one does, and the capture has them as rows', async () => {
    using place = bench({permissions})
    const code = insert("{projectId: 'p', datasetId: 'd', tableId: 't1'}", ', {ignoreUnknownValues: true}')
    expect(await place.run(code)).toEqual({})
    const [sent] = place.sent
    expect(sent).toMatchObject({
      method: 'POST',
      url: 'https://bigquery.googleapis.com/bigquery/v2/projects/p/datasets/d/tables/t1/insertAll',
      insert: {table: 'p.d.t1', rows: [{a: 1, b: {c: [true]}}]},
    })
    expect(JSON.parse(sent!.body)).toMatchObject({
      ignoreUnknownValues: true,
      skipInvalidRows: false,
      rows: [{json: {a: 1, b: {c: [true]}}}],
    })
  })

  test.each([
    ["{datasetId: 'd', tableId: 't'}", 'home', 'home.d.t'],
    ["{projectId: 'other', datasetId: 'd', tableId: 't'}", 'home', 'other.d.t'],
  ])('takes %s in the container of %s to mean %s', async (connection, project, table) => {
    using place = bench({permissions, project})
    await place.run(insert(connection))
    expect(place.sent[0]?.insert?.table).toBe(table)
  })

  test('needs a project from somewhere', async () => {
    using place = bench({permissions})
    await expect(place.run(insert("{datasetId: 'd', tableId: 't'}"))).rejects.toThrow(/names a project/)
  })

  test.each([
    ['an error of the service', {statusCode: 403, body: ''}, {reason: 'failed'}],
    [
      'refused rows',
      {statusCode: 200, body: '{"insertErrors":[{"index":0}]}'},
      {reason: 'invalid', errors: [{index: 0}]},
    ],
  ])('rejects for %s', async (_, answer, reason) => {
    using place = bench({permissions, answer: () => answer})
    expect(await place.run(insert("{projectId: 'p', datasetId: 'd', tableId: 't'}"))).toEqual({reason})
  })

  test('in its older form calls back', async () => {
    const code = `
      const log = require('logToConsole');
      const result = require('BigQuery').insert({projectId: 'p', datasetId: 'd', tableId: data.table}, [], {},
        () => log('stored'), (error) => log('failed', error.reason));
      log(result === undefined);`
    using place = bench({
      permissions: {...permissions, logging: {environments: 'all'}},
      answer: ({url}) => ({statusCode: url.includes('/t2/') ? 500 : 200}),
    })
    await place.run(code, {table: 't1'})
    await place.run(code, {table: 't2'})
    await expect.poll(() => place.logs).toEqual(['true', 'true', 'stored', 'failed failed'])
  })

  test.each(["{projectId: 'p', datasetId: 'x', tableId: 't'}", "{projectId: 'p', datasetId: 'd', tableId: 'x'}"])(
    'into %s is denied at once where the table is not declared',
    async (connection) => {
      using place = bench({permissions})
      await expect(place.run(insert(connection))).rejects.toThrow(/BigQuery.insert was denied.*access_bigquery/)
      expect(place.sent).toEqual([])
    },
  )
})

describe('getGoogleAuth', () => {
  const scope = 'https://www.googleapis.com/auth/datastore'
  const permissions = {use_google_credentials: {allowedScopes: [scope]}, send_http: {allowedUrls: 'any'}}
  const send = `require('sendHttpRequest')('https://x.googleapis.com/', {method: 'POST', authorization: auth}, '')`

  test('stands in for a token in requests that take it', async () => {
    using place = bench({permissions})
    await place.run(`const auth = require('getGoogleAuth')({scopes: ['${scope}']}); return ${send};`)
    expect(place.sent[0]?.headers['authorization']).toBe('Bearer stand-in-for-google-credentials')
  })

  test.each(["{token: () => 'Bearer mine'}", "'text'", '{}'])('cannot be forged by %s', async (forged) => {
    using place = bench({permissions})
    await expect(place.run(`const auth = ${forged}; return ${send};`)).rejects.toThrow(/not what getGoogleAuth gave/)
  })

  test.each([`{scopes: ['${scope}', 'https://www.googleapis.com/auth/cloud-platform']}`, '{scopes: []}', ''])(
    'is denied for %s',
    async (options) => {
      using place = bench({permissions})
      await expect(place.run(`require('getGoogleAuth')(${options});`)).rejects.toThrow(/getGoogleAuth was denied/)
    },
  )
})

describe('sendEventToGoogleAnalytics', () => {
  const event = "{event_name: 'login', client_id: 'c', 'x-ga-measurement_id': 'G-1', value: 2}"
  const code = `return require('sendEventToGoogleAnalytics')(${event})${settle};`

  test('sends a hit', async () => {
    using place = bench({permissions: google})
    expect(await place.run(code)).toEqual({value: {}})
    expect(place.sent[0]).toMatchObject({
      method: 'POST',
      url: 'https://www.google-analytics.com/g/collect?v=2&tid=G-1&en=login&cid=c&epn.value=2',
    })
  })

  test.each([
    [{statusCode: 302, headers: {location: 'https://x.example/'}}, {value: {location: 'https://x.example/'}}],
    [{statusCode: 500}, {reason: {reason: 'failed'}}],
  ])('gives for the answer %j: %j', async (answer, expected) => {
    using place = bench({permissions: google, answer: () => answer})
    expect(await place.run(code)).toEqual(expected)
  })

  test.each([
    [204, ['true true']],
    [500, ['true false']],
  ])('in its older form calls back with what became of it: %s', async (statusCode, logs) => {
    using place = bench({permissions: {...google, logging: {environments: 'all'}}, answer: () => ({statusCode})})
    await place.run(`const log = require('logToConsole');
      const gave = require('sendEventToGoogleAnalytics')(${event}, (result) => log(gave === undefined, result.success));`)
    await expect.poll(() => place.logs).toEqual(logs)
  })

  test('is denied without Google as a place to send to', async () => {
    using place = bench({permissions: {send_http: {allowedUrls: 'specific', urls: ['https://vendor.example/']}}})
    await expect(place.run(code)).rejects.toThrow(/sendEventToGoogleAnalytics was denied.*send_http/)
  })
})

describe('getGoogleScript', () => {
  test.each([
    ["'ANALYTICS'", 'https://www.google-analytics.com/analytics.js'],
    ["'GTAG', {id: 'G-1'}", 'https://www.googletagmanager.com/gtag/js?id=G-1'],
    ["'GTM', {id: 'GTM-1', debug: true}", 'https://www.googletagmanager.com/gtm.js?id=GTM-1&gtm_debug=x'],
  ])('of %s asks %s', async (args, url) => {
    const answer = {statusCode: 200, headers: {expires: 'never', etag: 'x'}, body: 'code()'}
    using place = bench({permissions: {send_http: {allowedUrls: 'any'}}, answer: () => answer})
    expect(await place.run(`return require('getGoogleScript')(${args})${settle};`)).toEqual({
      value: {script: 'code()', metadata: {expires: 'never'}},
    })
    expect(place.sent[0]?.url).toBe(url)
  })

  test('fails where nobody has a script, and says so', async () => {
    using place = bench({permissions: {send_http: {allowedUrls: 'any'}}})
    const code = `return require('getGoogleScript')('GTM', {id: 'GTM-1'})${settle};`
    expect(await place.run(code)).toEqual({reason: {reason: 'failed'}})
    expect(place.logs[0]).toMatch(/answered with 204, not with a script/)
  })

  test.each([
    ["'OTHER'", /"OTHER" is not one of ANALYTICS, GTAG, GTM/],
    ["'GTM'", /was denied/],
  ])('of %s is an error without permission', async (args, message) => {
    using place = bench()
    await expect(place.run(`return require('getGoogleScript')(${args});`)).rejects.toThrow(message)
  })
})
