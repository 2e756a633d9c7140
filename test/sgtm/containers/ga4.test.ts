import {describe, expect, test} from 'vitest'
import {logging, makeExport, parameters, serveExport} from '../export.ts'

const client = (values: Record<string, unknown> = {}) => ({
  clientId: '1',
  name: 'GA4',
  type: 'gaaw_client',
  parameter: parameters(values),
})
const tag = (values: Record<string, unknown> = {}) =>
  logging('9', '', {name: 'GA4 tag', type: 'sgtmgaaw', parameter: parameters(values)})
const hit =
  'v=2&tid=G-ABC123&cid=1.2&en=page_view&dl=https%3A%2F%2Fshop.example%2Fp&ep.colour=blue&epn.value=3&up.plan=gold&_uip=203.0.113.9'

/** Serves the GA4 client and tag, and lets one request in. */
async function collect(
  request: {readonly path: string} & RequestInit,
  {
    clientValues = {},
    tagValues = {},
  }: {clientValues?: Record<string, unknown>; tagValues?: Record<string, unknown>} = {},
) {
  const served = await serveExport(makeExport({client: [client(clientValues)], tag: [tag(tagValues)]}))
  const {path, ...init} = request
  const response = await fetch(served.container.url + path, init)
  const sent = served.container.captured().map(({url}) => new URL(url))
  return {served, response, sent}
}

describe('the GA4 client', () => {
  test('claims /g/collect, runs the container for each event of a batch, and answers when all tags are done', async () => {
    const {served, response} = await collect({
      path: `/g/collect?v=2&tid=G-ABC123&cid=1.2`,
      method: 'POST',
      body: 'en=page_view&ep.a=1\r\nen=scroll&epn.b=2',
      headers: {origin: 'https://shop.example'},
    })
    await using _closing = served
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-credentials': 'true',
      'cache-control': 'no-cache, no-store, must-revalidate',
    })
    expect(served.container.events()).toMatchObject([
      {client: 'GA4', name: 'page_view', data: {client_id: '1.2', 'x-ga-measurement_id': 'G-ABC123', a: '1'}},
      {client: 'GA4', name: 'scroll', data: {client_id: '1.2', b: 2}},
    ])
  })

  test('claims /mp/collect with the JSON of Measurement Protocol', async () => {
    const {served, response} = await collect({
      path: '/mp/collect?measurement_id=G-ABC123&api_secret=x',
      method: 'POST',
      body: JSON.stringify({client_id: '5.6', events: [{name: 'buy', params: {value: 7}}]}),
    })
    await using _closing = served
    expect(response.status).toBe(204)
    expect(served.container.events()).toMatchObject([{name: 'buy', data: {client_id: '5.6', value: 7}}])
  })

  test.each([
    ['another path', '/collect?v=1', {}],
    ['its path without an event of version 2', '/g/collect?x=1', {}],
    ['its paths where they are switched off', `/g/collect?${hit}`, {activateDefaultPaths: false}],
    ['gtag.js unless it is asked to serve it', '/gtag/js?id=G-ABC123', {}],
  ])('leaves %s to others', async (_, path, clientValues) => {
    const {served, response} = await collect({path}, {clientValues})
    await using _closing = served
    expect(response.status).toBe(400)
    expect(served.settled('client.settled')).toMatchObject([{client: 'GA4', outcome: 'declined'}])
  })

  test('answers a preflight without running the container', async () => {
    const {served, response} = await collect({
      path: '/g/collect',
      method: 'OPTIONS',
      headers: {origin: 'https://a.example'},
    })
    await using _closing = served
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, 'https://a.example'])
    expect(served.container.events()).toEqual([])
  })

  describe('with cookies that the server manages', () => {
    const clientValues = {
      cookieManagement: 'server',
      cookieName: 'FPID',
      cookieDomain: 'auto',
      cookiePath: '/',
      cookieMaxAgeInSec: '100',
    }
    const host = {'x-forwarded-host': 'sgtm.shop.example'}

    test('gives a visitor an id of its own, in a cookie that scripts cannot read', async () => {
      const {served, response} = await collect({path: `/g/collect?${hit}`, headers: host}, {clientValues})
      await using _closing = served
      const [cookie = ''] = response.headers.getSetCookie()
      expect(cookie).toMatch(
        /^FPID=FPID2\.2\.[^;]+; Domain=shop\.example; Path=\/; Max-Age=100; SameSite=Lax; Secure; HttpOnly$/,
      )
      const id = decodeURIComponent(cookie.slice('FPID=FPID2.2.'.length, cookie.indexOf(';')))
      expect(served.container.events()[0]?.data['client_id']).toBe(id)
      expect(id).not.toBe('1.2')
    })

    test('keeps the id of the cookie', async () => {
      const headers = {...host, cookie: 'FPID=FPID2.2.abc.1'}
      const {served, response} = await collect({path: `/g/collect?${hit}`, headers}, {clientValues})
      await using _closing = served
      expect(served.container.events()[0]?.data['client_id']).toBe('abc.1')
      expect(response.headers.getSetCookie()[0]).toMatch(/^FPID=FPID2\.2\.abc\.1;/)
    })

    test('takes over the id of the script where that is wanted', async () => {
      const {served} = await collect(
        {path: `/g/collect?${hit}`, headers: host},
        {clientValues: {...clientValues, migrateFromJsClientId: true}},
      )
      await using _closing = served
      expect(served.container.events()[0]?.data['client_id']).toBe('1.2')
    })
  })

  test('serves gtag.js as Google answers it', async () => {
    const exported = makeExport({client: [client({activateGtagSupport: true})]})
    await using served = await serveExport(exported, {
      outbound: [
        {
          url: 'https://www.googletagmanager.com/gtag/js',
          action: 'answer',
          status: 200,
          headers: {'cache-control': 'private, max-age=900'},
          body: 'gtag()',
        },
      ],
    })
    const response = await fetch(`${served.container.url}/gtag/js?id=G-ABC123`)
    expect([response.status, response.headers.get('cache-control'), await response.text()]).toEqual([
      200,
      'private, max-age=900',
      'gtag()',
    ])
    expect(served.container.captured()[0]?.url).toBe('https://www.googletagmanager.com/gtag/js?id=G-ABC123')
  })
})

describe('other clients of Google', () => {
  test('that of web containers serves gtm.js for those that are allowed', async () => {
    const allowedContainerIds = [{containerId: 'GTM-WEB1'}]
    const clients = [{clientId: '1', name: 'Web', type: 'gtm_client', parameter: parameters({allowedContainerIds})}]
    const url = 'https://www.googletagmanager.com/gtm.js'
    await using served = await serveExport(makeExport({client: clients}), {
      outbound: [{url, action: 'answer', status: 200, body: 'gtm()'}],
    })
    const response = await fetch(`${served.container.url}/gtm.js?id=GTM-WEB1`)
    expect([response.status, await response.text()]).toEqual([200, 'gtm()'])
    expect(served.container.captured().map((request) => request.url)).toEqual([`${url}?id=GTM-WEB1`])
    expect((await fetch(`${served.container.url}/gtm.js?id=GTM-OTHER`)).status).toBe(400)
  })

  test('that of Universal Analytics runs the container for each hit and answers with a pixel', async () => {
    const clients = [{clientId: '1', name: 'UA', type: 'ua_client'}]
    await using served = await serveExport(makeExport({client: clients, tag: [logging('1', '{{_event}}')]}))
    const hit = 'v=1&tid=UA-1-1&cid=5&t=pageview&dl=https%3A%2F%2Fshop.example%2F'
    const response = await fetch(`${served.container.url}/collect?${hit}`)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/gif'])
    const batch = await fetch(`${served.container.url}/batch`, {method: 'POST', body: `${hit}\n${hit}`})
    expect(batch.status).toBe(200)
    expect(served.texts()).toEqual(['page_view', 'page_view', 'page_view'])
    expect((await fetch(`${served.container.url}/g/collect?v=1`)).status).toBe(400)
  })
})

describe('the GA4 tag', () => {
  test.each([
    [
      'as it came',
      {},
      {
        tid: 'G-ABC123',
        en: 'page_view',
        'ep.colour': 'blue',
        'epn.value': '3',
        'up.plan': 'gold',
        _uip: '203.0.113.9',
        cid: '1.2',
        dl: 'https://shop.example/p',
      },
    ],
    [
      'to another property, under another name',
      {measurementId: 'G-OTHER', eventName: 'seen'},
      {tid: 'G-OTHER', en: 'seen', 'ep.colour': 'blue'},
    ],
    [
      'without parameters',
      {epToIncludeDropdown: 'none'},
      {'ep.colour': null, 'epn.value': null, dl: 'https://shop.example/p', 'up.plan': 'gold'},
    ],
    ['without user properties', {upToIncludeDropdown: 'none'}, {'up.plan': null, 'ep.colour': 'blue'}],
    ['without the address of the visitor', {redactVisitorIp: true}, {_uip: null, 'ep.colour': 'blue'}],
    [
      'with more',
      {
        eventParameters: [
          {name: 'size', value: 'L'},
          {fieldName: 'colour', value: 'red'},
        ],
        userProperties: [{name: 'age', value: '30'}],
      },
      {'ep.size': 'L', 'ep.colour': 'red', 'up.age': '30', 'up.plan': 'gold'},
    ],
  ])('sends the event %s', async (_, tagValues, expected) => {
    const {served, sent} = await collect({path: `/g/collect?${hit}`}, {tagValues})
    await using _closing = served
    const [url] = sent
    expect(url?.origin).toBe('https://www.google-analytics.com')
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, url?.searchParams.get(name)]))).toEqual(
      expected,
    )
    expect(served.settled('tag.settled')).toMatchObject([{outcome: 'fired', status: 'success', placeholder: false}])
  })

  test('of an event without a measurement id ends in an exception that says so', async () => {
    await using served = await serveExport(makeExport({tag: [tag()]}))
    await served.send([{event_name: 'x'}])
    expect(served.settled('tag.settled')).toMatchObject([{status: 'exception'}])
    expect(served.logs().at(-1)).toContain('x-ga-measurement_id')
  })
})
