import {gzipSync} from 'node:zlib'
import {parse} from 'acorn'
import {describe, expect, test, vi} from 'vitest'
import {fillSnippet} from '#runtime/export/snippet.ts'
import {openPage} from './page.ts'
import {snippetCode} from './snippet-code.ts'

const found = {
  status: 200,
  body: {requestId: 'r-1', status: 'found', kind: 'product', attributes: {name: 'Pole'}, meta: {latencyMs: 3}},
}
const pending = {status: 202, body: {requestId: 'r-2', status: 'pending', attributes: {}, pickup: 'se/cret'}}
const open = {status: 200, body: {requestId: 'r-2', status: 'pending', attributes: {}}}
const gtag = (...args: unknown[]) => args

describe('the snippet', () => {
  test('is small, and ES5', () => {
    expect(snippetCode.length).toBeLessThan(1_800)
    expect(gzipSync(snippetCode).length).toBeLessThan(1_000)
    expect(() => parse(openPage().script, {ecmaVersion: 5})).not.toThrow()
    expect(snippetCode.match(/\bSETTINGS\b/g)).toHaveLength(1)
  })

  test('cannot be ended by its settings', () => {
    const script = fillSnippet(snippetCode, {url: '</script><script>alert(1)', resultUrl: '$&', consent: ''})
    expect(script).not.toContain('</script')
    expect(script).toContain('"resultUrl":"$&"')
  })

  test('asks with one simple request and pushes attributes under one key, and nothing else of the answer', () => {
    const page = openPage({answers: [found]})
    const done = vi.fn()
    page.stitch({id: 'P-1001'}, done)
    page.settle()
    expect(page.sent).toEqual([
      {method: 'POST', url: 'https://sgtm.example/stitch', type: 'text/plain', body: {id: 'P-1001'}},
    ])
    const result = {status: 'found', attributes: {name: 'Pole'}, requestId: 'r-1', kind: 'product'}
    expect(page.layer).toEqual([{stitch: null}, {event: 'stitch', stitch: result}])
    expect(done).toHaveBeenCalledExactlyOnceWith(result)
  })

  test('takes an id by itself, and asks nothing where there is none', () => {
    const page = openPage({answers: [found]})
    for (const nothing of [undefined, null, '', 0]) page.stitch(nothing)
    page.stitch('ck_1')
    page.settle()
    expect(page.sent.map(({body}) => body)).toEqual([{id: 'ck_1'}])
  })

  test('pushes the answers of a batch', () => {
    const results = [{status: 'found', attributes: {}}, {status: 'not_found'}]
    const page = openPage({answers: [{status: 200, body: {requestId: 'r-3', status: 'partial', results}}]})
    page.stitch({ids: ['P-1', 'P-2']})
    page.settle()
    expect(page.results()).toEqual([{status: 'partial', attributes: {}, requestId: 'r-3', results}])
  })

  test.each([
    {what: 'silence', answer: 'silence' as const, status: 'degraded', after: 2000},
    {what: 'a request that cannot be sent', answer: 'throw' as const, status: 'degraded', after: 0},
    {what: 'an answer that is no JSON', answer: {status: 502, body: '<html>'}, status: 'degraded', after: 0},
    {what: 'an answer of nothing', answer: {status: 200, body: 'null'}, status: 'degraded', after: 0},
    {what: 'a degraded answer', answer: {status: 200, body: {status: 'degraded'}}, status: 'degraded', after: 0},
  ])('goes on after $what', ({answer, status, after}) => {
    const page = openPage({answers: [answer]})
    expect(() => page.stitch('P-1')).not.toThrow()
    expect(page.settle()).toBe(after)
    expect(page.results()).toEqual([{status, attributes: {}}])
  })

  test('says why it was refused', () => {
    const page = openPage({answers: [{status: 403, body: {error: {code: 'origin_not_allowed', message: 'No.'}}}]})
    page.stitch('P-1')
    page.settle()
    expect(page.results()).toEqual([{status: 'error', error: 'origin_not_allowed', attributes: {}}])
  })

  test('never throws into the page, whatever is in its way', () => {
    const loop: {self?: unknown} = {}
    loop.self = loop
    const layer: unknown[] = [null, 1, {consent: 1}, ['consent'], ['consent', 'update', null]]
    const page = openPage({consent: 'analytics_storage', answers: [found, found], layer})
    expect(() => layer.push(undefined, gtag('consent', 'update', {analytics_storage: 'granted'}))).not.toThrow()
    expect(() => page.stitch(loop)).not.toThrow()
    expect(() =>
      page.stitch('P-1', () => {
        throw new Error("the page's own")
      }),
    ).not.toThrow()
    expect(() => page.settle()).not.toThrow()
    expect(page.results()).toHaveLength(2)
  })

  test('does its work once, however often it stands on the page', () => {
    const page = openPage({consent: 'analytics_storage', layer: []})
    const {push} = page.layer
    page.run()
    expect(page.layer.push).toBe(push)
    expect(push).not.toBe(Array.prototype.push)
  })
})

describe('an asynchronous request', () => {
  test('is picked up once it is there, and its secret is pushed nowhere', () => {
    const page = openPage({answers: [pending, open, 'silence', {status: 503, body: {error: {code: 'x'}}}, found]})
    page.stitch({id: 'P-1', mode: 'async'})
    page.settle()
    expect(page.sent.map(({method, url, type}) => [method, url, type])).toEqual([
      ['POST', 'https://sgtm.example/stitch', 'text/plain'],
      ...Array.from({length: 4}, () => [
        'GET',
        'https://sgtm.example/stitch/result?requestId=r-2&pickup=se%2Fcret',
        undefined,
      ]),
    ])
    expect(page.results()).toEqual([{status: 'found', attributes: {name: 'Pole'}, requestId: 'r-1', kind: 'product'}])
    expect(JSON.stringify(page.layer)).not.toContain('cret')
  })

  test('is given up after ten seconds, and said to be pending', () => {
    const page = openPage({answers: [pending, ...Array.from({length: 50}, () => open)]})
    page.stitch({id: 'P-1', mode: 'async'})
    expect(page.settle()).toBeLessThanOrEqual(10_000)
    expect(page.sent.length).toBeLessThan(12)
    expect(page.results()).toEqual([{status: 'pending', attributes: {}, requestId: 'r-2'}])
  })

  test('ends at once where the result is refused', () => {
    const page = openPage({answers: [pending, {status: 400, body: {error: {code: 'invalid_request'}}}, found]})
    page.stitch({id: 'P-1', mode: 'async'})
    page.settle()
    expect(page.results()).toEqual([{status: 'error', error: 'invalid_request', attributes: {}}])
  })
})

describe('consent', () => {
  const type = 'analytics_storage'
  const ask = (layer: unknown[]) => {
    const page = openPage({consent: type, answers: [found, found], layer})
    page.stitch('P-1')
    page.settle()
    return page
  }

  test.each([
    {what: 'nothing is known', layer: [], sent: 0},
    {what: 'the default is no', layer: [gtag('consent', 'default', {[type]: 'denied'})], sent: 0},
    {what: 'another type is granted', layer: [gtag('consent', 'default', {ad_storage: 'granted'})], sent: 0},
    {what: 'the default is yes', layer: [gtag('consent', 'default', {[type]: 'granted'})], sent: 1},
    {
      what: 'the default is yes in some regions',
      layer: [gtag('consent', 'default', {[type]: 'granted', region: ['CH']})],
      sent: 0,
    },
    {
      what: 'the default is no in some regions',
      layer: [
        gtag('consent', 'default', {[type]: 'granted'}),
        gtag('consent', 'default', {[type]: 'denied', region: ['ES']}),
      ],
      sent: 0,
    },
    {
      what: 'the default was no and the visitor agreed',
      layer: [gtag('consent', 'default', {[type]: 'denied'}), gtag('consent', 'update', {[type]: 'granted'})],
      sent: 1,
    },
    {
      what: 'the default was yes and the visitor did not agree',
      layer: [gtag('consent', 'default', {[type]: 'granted'}), gtag('consent', 'update', {[type]: 'denied'})],
      sent: 0,
    },
  ])('sends $sent requests where $what', ({layer, sent}) => {
    expect(ask(layer).sent).toHaveLength(sent)
  })

  test('is waited for, and what was asked is asked then', () => {
    const page = ask([])
    page.stitch('P-2')
    page.layer.push(gtag('consent', 'update', {ad_storage: 'granted'}))
    expect(page.sent).toEqual([])
    expect(page.layer.push(gtag('consent', 'update', {[type]: 'granted'}))).toBe(2)
    page.settle()
    expect(page.sent.map(({body}) => body)).toEqual([{id: 'P-1'}, {id: 'P-2'}])
    expect(page.results()).toHaveLength(2)
  })

  test('that is taken back keeps an answer that is under way out of the data layer', () => {
    const page = openPage({
      consent: type,
      answers: [found],
      layer: [gtag('consent', 'default', {[type]: 'granted'})],
    })
    page.stitch('P-1')
    page.layer.push(gtag('consent', 'update', {[type]: 'denied'}))
    page.settle()
    expect(page.results()).toEqual([])
    page.stitch('P-2')
    expect(page.sent).toHaveLength(1)
  })

  test('may be told by a call, and no data layer speaks for it then', () => {
    const page = openPage({consent: 'callback', answers: [found], layer: []})
    page.layer.push(gtag('consent', 'update', {[type]: 'granted', ad_storage: 'granted'}))
    page.stitch('P-1')
    page.stitch.consent(false)
    expect(page.sent).toEqual([])
    page.stitch.consent(true)
    expect(page.sent).toHaveLength(1)
  })
})
