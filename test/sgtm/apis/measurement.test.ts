import {describe, expect, test} from 'vitest'
import {encodeMpv2} from '#runtime/sgtm/apis/measurement/encode-v2.ts'
import {extractMpv1, isMpv1} from '#runtime/sgtm/apis/measurement/extract-v1.ts'
import {extractMpv2, isMpv2} from '#runtime/sgtm/apis/measurement/extract-v2.ts'
import {formatItem, readItem} from '#runtime/sgtm/apis/measurement/items.ts'
import {request} from './request.ts'

const received = 1_700_000_000_000.5
const hit = (query: string, body?: string) =>
  request({
    path: '/g/collect',
    query: `v=2&tid=G-1&en=page_view&${query}`,
    headers: {'user-agent': 'Browser/1'},
    ...(body === undefined ? {} : {body}),
  })
const one = (query: string) => extractMpv2(hit(query), received)[0]!

describe('which requests are of version 2', () => {
  test.each([
    ['a hit of gtag.js', request({path: '/g/collect', query: 'v=2&tid=G-1&en=x'}), true],
    ['a hit on a path of its own', request({path: '/metrics', query: 'tid=G-1&v=2'}), true],
    ['a hit whose parameters are all in the body', request({body: 'v=2&tid=G-1&en=x'}), true],
    ['no property', request({query: 'v=2'}), false],
    ['an empty property', request({query: 'v=2&tid='}), false],
    ['version 1', request({query: 'v=1&tid=UA-1&t=event&cid=1'}), false],
    ['the JSON form', request({path: '/mp/collect', body: '{}'}), true],
    ['the JSON form on a path of its own', request({path: '/x', query: 'measurement_id=G-1', body: '{}'}), true],
    ['some JSON', request({path: '/x', body: '{"v":2}'}), false],
    ['nothing', request({}), false],
  ])('%s: %#', (_, given, is) => {
    expect(isMpv2(given)).toBe(is)
  })
})

describe('parameters of version 2', () => {
  test.each([
    ['gtm=45je', {'x-ga-gtm_version': '45je'}],
    ['_p=761826058', {'x-ga-page_id': 761_826_058}],
    ['_s=5', {'x-ga-request_count': 5}],
    ['cid=1768696203.151', {client_id: '1768696203.151'}],
    ['uid=u1', {user_id: 'u1'}],
    ['ul=en-gb', {language: 'en-gb'}],
    ['sr=2560x1440', {screen_resolution: '2560x1440'}],
    ['sid=1638520154', {ga_session_id: '1638520154'}],
    ['sct=345', {ga_session_number: 345}],
    ['sct=ss', {ga_session_number: 'ss'}],
    ['seg=1', {'x-ga-mp2-seg': '1'}],
    ['_et=12', {engagement_time_msec: 12}],
    ['cu=EUR', {currency: 'EUR'}],
    ['gcs=G111&gcd=13l3&npa=0&dma=1', {'x-ga-gcs': 'G111', 'x-ga-gcd': '13l3', 'x-ga-npa': '0', 'x-ga-dma': '1'}],
    ['tfd=5784', {'x-ga-tfd': 5784}],
    ['lps=1', {'x-ga-lps': true}],
    ['ep.method=Google%20Login', {method: 'Google Login'}],
    ['ep.zip=01234', {zip: '01234'}],
    ['epn.value=123.45', {value: 123.45}],
    ['epn.value=', {value: ''}],
    ['ep.a.b=dotted', {'a.b': 'dotted'}],
    ['up.tier=gold&upn.visits=3', {'x-ga-mp2-user_properties': {tier: 'gold', visits: 3}}],
    ['_fv=1&_ss=1&_dbg=1', {'x-ga-system_properties': {fv: '1', ss: '1', dbg: '1'}}],
    ['frm=0&richsstsse', {'x-ga-mp2-frm': '0', 'x-ga-mp2-richsstsse': ''}],
    ['ur=IL-TA', {event_location: {country: 'IL', region: 'TA'}}],
    ['ur=GB', {event_location: {country: 'GB'}}],
    ['_uip=198.51.100.7', {ip_override: '198.51.100.7'}],
    [
      'sst.tft=17&sst.ude=0',
      {'x-sst-system_properties': {tft: '17', ude: '0', request_start_time_ms: 1_700_000_000_000}},
    ],
    [
      'ep.user_data.email_address=a%40b.example&ep.user_data.address.0.city=Rome',
      {user_data: {email_address: 'a@b.example', address: {'0': {city: 'Rome'}}}},
    ],
    [
      'uaa=arm&uab=64&uafvl=Chromium%3B122.0.1%7CNot(A%253ABrand%3B24&uamb=0&uam=&uap=macOS&uapv=15&uaw=0',
      {
        client_hints: {
          architecture: 'arm',
          bitness: '64',
          full_version_list: [
            {brand: 'Chromium', version: '122.0.1'},
            {brand: 'Not(A:Brand', version: '24'},
          ],
          mobile: false,
          model: '',
          platform: 'macOS',
          platform_version: '15',
          wow64: false,
        },
      },
    ],
    [
      'dl=https%3A%2F%2Fshop.example%2Fa%3Fb%3D1&dr=https%3A%2F%2Fx.example%2F&dt=Shop',
      {
        page_location: 'https://shop.example/a?b=1',
        page_referrer: 'https://x.example/',
        page_title: 'Shop',
        page_hostname: 'shop.example',
        page_path: '/a',
      },
    ],
    [
      'pr2=idB~nmTwo&pr1=idA~nmSt%7E%7Ear~pr9.5~qt2~lp0~k0colour~v0red',
      {
        items: [
          {item_id: 'A', item_name: 'St~ar', price: 9.5, quantity: 2, index: 0, colour: 'red'},
          {item_id: 'B', item_name: 'Two'},
        ],
      },
    ],
  ])('%s', (query, wanted) => {
    const shared = {
      'x-ga-protocol_version': '2',
      'x-ga-measurement_id': 'G-1',
      event_name: 'page_view',
      ip_override: '192.0.2.1',
      user_agent: 'Browser/1',
    }
    expect(one(query)).toEqual({...shared, ...wanted})
  })

  test('each line of a batch is an event with the parameters of the address', () => {
    const body = 'en=scroll&epn.percent_scrolled=90\r\nen=purchase&epn.value=5&cid=other\r\n'
    const events = extractMpv2(hit('cid=1', body), received)
    expect(events).toMatchObject([
      {event_name: 'scroll', percent_scrolled: 90, client_id: '1'},
      {event_name: 'purchase', value: 5, client_id: 'other'},
    ])
    expect(events).toHaveLength(2)
  })

  test('a parameter named like something of every object is a field like any other', () => {
    const event = one(
      'ep.__proto__=x&ep.constructor=y&ep.user_data.__proto__.polluted=1&ep.user_data.a.toString=2&up.__proto__=z&pr1=k0__proto__~v0w',
    )
    expect(event).toMatchObject({constructor: 'y', user_data: {a: {toString: '2'}}})
    const texts = JSON.stringify(event)
    for (const text of ['"__proto__":"x"', '"__proto__":{"polluted":"1"}', '"__proto__":"z"', '[{"__proto__":"w"}]'])
      expect(texts).toContain(text)
    const {url} = encodeMpv2(event)
    expect(new URL(url).searchParams.get('ep.user_data.__proto__.polluted')).toBe('1')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test.each([
    ['an event without a name', request({query: 'v=2&tid=G-1'}), /no event name/],
    ['another request', request({query: 'a=1'}), /not one of Measurement Protocol version 2/],
    ['a body that is no JSON', request({path: '/mp/collect', body: 'x'}), /not a JSON object/],
    ['a body without events', request({path: '/mp/collect', body: '{"client_id":"1"}'}), /no list of events/],
    ['a nameless event', request({path: '/mp/collect', body: '{"events":[{"name":"a"},{}]}'}), /Event 2 .* no name/],
  ])('%s is refused', (_, given, message) => {
    expect(() => extractMpv2(given, received)).toThrow(message)
  })
})

test('the JSON form of version 2 gives one event per entry, without the sending server as the visitor', () => {
  const payload = {
    client_id: 'c1',
    user_id: 'u1',
    timestamp_micros: 1,
    user_properties: {tier: {value: 'gold'}},
    non_personalized_ads: true,
    user_location: {country_id: 'GB', region_id: 'GB-ENG', city: 'Leeds'},
    events: [
      {name: 'login', params: {method: 'x', session_id: 77, session_number: 2}},
      {name: 'purchase', timestamp_micros: 2, params: {items: [{item_id: 'A'}], value: 3}},
    ],
  }
  const given = request({
    path: '/mp/collect',
    query: 'measurement_id=G-9&api_secret=s',
    headers: {'user-agent': 'server/1'},
    body: JSON.stringify(payload),
  })
  const shared = {
    'x-ga-protocol_version': '2',
    'x-ga-measurement_id': 'G-9',
    'x-ga-npa': '1',
    'x-ga-mp2-user_properties': {tier: 'gold'},
    client_id: 'c1',
    user_id: 'u1',
    event_location: {country: 'GB', region: 'GB-ENG', city: 'Leeds'},
  }
  expect(extractMpv2(given, received)).toEqual([
    {...shared, event_name: 'login', method: 'x', ga_session_id: '77', ga_session_number: 2, timestamp_micros: 1},
    {...shared, event_name: 'purchase', items: [{item_id: 'A'}], value: 3, timestamp_micros: 2},
  ])
})

describe('version 1', () => {
  const v1 = (query: string) => request({path: '/collect', query: `v=1&tid=UA-1&cid=c&${query}`})

  test.each([
    ['a page view', v1('t=pageview'), true],
    ['a user instead of a client', request({query: 'v=1&tid=UA-1&t=event&uid=u'}), true],
    ['a batch', request({path: '/batch', body: 'v=1&tid=UA-1&t=event&cid=1\nv=1&tid=UA-1&t=event&cid=1'}), true],
    ['no type', v1(''), false],
    ['nobody', request({query: 'v=1&tid=UA-1&t=event'}), false],
    ['version 2', request({query: 'v=2&tid=G-1&t=event&cid=1'}), false],
  ])('%s: %#', (_, given, is) => {
    expect(isMpv1(given)).toBe(is)
  })

  test.each([
    ['t=pageview&dl=https://a.example/b', {event_name: 'page_view', page_location: 'https://a.example/b'}],
    [
      't=event&ec=Video&ea=play&el=Intro&ev=3',
      {event_name: 'play', event_category: 'Video', event_action: 'play', event_label: 'Intro', 'x-ga-mp1-ev': '3'},
    ],
    ['t=exception&exd=boom', {event_name: 'exception', 'x-ga-mp1-exd': 'boom'}],
    [
      't=pageview&pa=purchase&ti=T1&tr=12.5&tt=2&cu=EUR&pr1id=A&pr1pr=6.25&pr1qt=2&pr2nm=B',
      {
        transaction_id: 'T1',
        'x-ga-mp1-pa': 'purchase',
        'x-ga-mp1-tr': '12.5',
        'x-ga-mp1-tt': '2',
        currency: 'EUR',
        items: [{item_id: 'A', price: 6.25, quantity: 2}, {item_name: 'B'}],
      },
    ],
    ['t=pageview&cd3=x&uip=198.51.100.7', {'x-ga-mp1-cd3': 'x', ip_override: '198.51.100.7'}],
  ])('%s', (query, wanted) => {
    expect(extractMpv1(v1(query))).toMatchObject([{'x-ga-measurement_id': 'UA-1', client_id: 'c', ...wanted}])
  })

  test('another request is refused', () => {
    expect(() => extractMpv1(request({query: 'v=2&tid=G-1'}))).toThrow(/not one of Measurement Protocol version 1/)
  })
})

describe('an event becomes a hit', () => {
  test('that says the same when it is read', () => {
    const event = {
      'x-ga-protocol_version': '2',
      'x-ga-measurement_id': 'G-1',
      'x-ga-page_id': 17,
      'x-ga-lps': true,
      'x-ga-mp2-seg': '1',
      'x-ga-mp2-user_properties': {tier: 'gold', visits: 3},
      'x-ga-system_properties': {ss: '1'},
      client_id: 'c.1',
      event_name: 'purchase',
      ga_session_id: '5',
      ga_session_number: 2,
      currency: 'EUR',
      value: 12.5,
      coupon: 'A&B=C',
      event_location: {country: 'GB', region: 'ENG'},
      client_hints: {mobile: true, full_version_list: [{brand: 'A;B', version: '1'}]},
      user_data: {address: {city: 'Rome'}},
      items: [{item_id: 'A', price: 2, own: 'x'}, {item_name: 'two~three'}],
      ip_override: '198.51.100.7',
      user_agent: 'Browser/1',
      page_location: 'https://shop.example/a',
      page_hostname: 'shop.example',
      page_path: '/a',
    }
    const {url, headers} = encodeMpv2(event)
    expect(url).toMatch(/^https:\/\/www\.google-analytics\.com\/g\/collect\?v=2&tid=G-1&/)
    expect(extractMpv2(request({query: new URL(url).search.slice(1), headers}), received)).toEqual([event])
  })

  test('booleans of the sender are words, and what has no value is left out', () => {
    const {url} = encodeMpv2({'x-ga-measurement_id': 'G-1', event_name: 'e', on: true, no: undefined, none: null})
    expect(new URL(url).search).toBe('?v=2&tid=G-1&en=e&ep.on=true')
  })

  test('but not one without a property', () => {
    expect(() => encodeMpv2({event_name: 'e'})).toThrow(/no x-ga-measurement_id/)
  })
})

test('an item keeps ten fields of the sender, and tildes', () => {
  const own = Object.fromEntries(Array.from({length: 12}, (_, index) => [`own${index}`, `v~${index}`]))
  const read = readItem(formatItem({item_id: 'a~b', ...own}))
  expect(Object.keys(read)).toHaveLength(11)
  expect(read).toMatchObject({item_id: 'a~b', own0: 'v~0', own9: 'v~9'})
})
