import {describe, expect, it} from 'vitest'
import {checkRequest} from '#runtime/trace/check.ts'
import type {Expectation} from '#runtime/trace/expectation.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import type {RequestView} from '#runtime/trace/view.ts'
import {tellPassed} from '../goldens/runs.ts'
import {known, late} from '../goldens/requests.ts'
import {MORNING} from '../goldens/story.ts'

const view = foldEvents(tellPassed())
const knownRequest = view.requests.get(known.trace)!
const lateRequest = view.requests.get(late.trace)!

/** The late request with what the container and a vendor received stated as exchanges. */
const observed: RequestView = {
  ...lateRequest,
  exchanges: [
    ...lateRequest.exchanges,
    exchange('d3', 'http://127.0.0.1:8888/stitch/callback', {status: 'found', attributes: {itemsProcessed: 418}}),
    exchange('d7', 'https://vendor.example/collect', {event: 'stitch_result', nested: {brand: 'Alp'}}),
  ],
}

function exchange(id: string, url: string, body: unknown): RequestView['exchanges'][number] {
  const request = {method: 'POST', url, headers: {}, body: JSON.stringify(body)}
  return {span: id.padStart(16, '0'), exchange: {request, response: {status: 204, headers: {}, body: ''}}}
}

const failing = (expected: Expectation, request: RequestView, more = {}): readonly string[] =>
  checkRequest(expected, {request, ...more})
    .filter((settled) => !settled.passed)
    .map((settled) => settled.check)

describe('expectations of an answer', () => {
  it.each<[Expectation, readonly string[]]>([
    [{http: 200, status: 'found', kind: 'visitor'}, []],
    [{http: 404}, ['answer has HTTP status 404']],
    [{status: 'not_found'}, ['answer has status not_found']],
    [{kind: null}, ['answer has kind null']],
    [{error: 'invalid_id'}, ['answer has error invalid_id']],
    [{attributes: {purchases: 7}}, []],
    [{attributes: {purchases: 8, gender: 'female'}}, ['answer has the attribute purchases']],
    [{attributes: {toString: 1}}, ['answer has the attribute toString']],
    [{exactAttributes: {gender: 'female', purchases: 7, favouriteBrand: 'Äpfel & Söhne'}}, []],
    [{exactAttributes: {gender: 'female'}}, ['answer has exactly the expected attributes']],
    [{absent: ['profitMargin', 'crm.creditLimit', 'constructor']}, []],
    [{absent: ['gender']}, ['answer holds no gender']],
    [{absent: ['latencyMs']}, ['answer holds no latencyMs']],
    [
      {absent: ['meta.latencyMs', 'attributes.gender']},
      ['answer holds no meta.latencyMs', 'answer holds no attributes.gender'],
    ],
    [{dropped: ['email', 'profitMargin']}, []],
    [{dropped: ['gender']}, ['gender is held back']],
    [{callback: false, hops: ['client', 'sgtm', 'lookup', 'firestore']}, []],
    [{}, []],
  ])('%j leaves %j unmet', (expected, unmet) => expect(failing(expected, knownRequest)).toEqual(unmet))

  it('are settled one by one, with both sides', () => {
    expect(checkRequest({http: 404, attributes: {purchases: 8}}, {request: knownRequest})).toEqual([
      {check: 'answer has HTTP status 404', passed: false, expected: '404', actual: '200'},
      {check: 'answer has the attribute purchases', passed: false, expected: '8', actual: '7'},
    ])
  })

  it('are unmet where nobody answered', () => {
    const silent = {...knownRequest, exchanges: []}
    expect(failing({http: 200, status: 'found', attributes: {a: 1}}, silent)).toHaveLength(3)
    expect(failing({sameAs: 'login'}, silent)).toEqual(['answer is the same as of step login'])
  })

  it('may be about each result of a batch', () => {
    const answer = {
      status: 200,
      body: {
        status: 'partial',
        results: [
          {status: 'found', attributes: {a: {b: 1}}},
          {status: 'not_found', attributes: {}},
        ],
      },
    }
    const results = [
      {status: 'found', attributes: {a: {}}},
      {status: 'found', absent: ['a']},
    ]
    expect(failing({results}, knownRequest, {answer})).toEqual(['result 2 has status found'])
    expect(failing({results: [...results, {}]}, knownRequest, {answer})).toContain('answer has 3 results')
  })

  it('take the first answer of the client, not that of a later pick-up', () => {
    const later = exchange('f9', 'http://127.0.0.1:8888/stitch/result', {})
    const span = {...knownRequest.spans[0]!, id: later.span, parent: knownRequest.spans[0]!.id, start: MORNING + 2000}
    const request = {
      ...knownRequest,
      spans: [...knownRequest.spans, span],
      exchanges: [...knownRequest.exchanges, later],
    }
    expect(failing({http: 200, status: 'found'}, request)).toEqual([])
  })

  it('compare with an earlier step but for request id and time', () => {
    const body = known.answer as {attributes: object; meta: object}
    const earlier = new Map([
      ['same', {status: 200, body: {...body, requestId: 'other', meta: {source: 'firestore', latencyMs: 99}}}],
      ['other', {status: 200, body: {...body, attributes: {}}}],
    ])
    expect(failing({sameAs: 'same'}, knownRequest, {earlier})).toEqual([])
    expect(failing({sameAs: 'other'}, knownRequest, {earlier})).toEqual(['answer is the same as of step other'])
    expect(failing({sameAs: 'never'}, knownRequest, {earlier})).toEqual(['answer is the same as of step never'])
  })
})

describe('expectations of the way of a request', () => {
  it.each<[Expectation, readonly string[]]>([
    [{callback: true, tag: 'Vendor sample'}, []],
    [{callback: false}, ['nobody called back']],
    [{tag: ['Vendor sample', 'Another']}, ['tag Another fires']],
    [{callback: {status: 'found', attributes: {itemsProcessed: 418}, absent: ['logs']}}, []],
    [
      {callback: {status: 'not_found', exactAttributes: {}}},
      ['callback has status not_found', 'callback has exactly the expected attributes'],
    ],
    [{vendor: {url: 'https://vendor.example/', body: {nested: {brand: 'Alp'}}, absent: ['email']}}, []],
    [{vendor: {url: 'https://other.example/'}}, ['vendor receives a request at https://other.example/']],
    [
      {vendor: {body: {event: 'purchase'}, absent: ['brand']}},
      ['vendor receives the expected body', 'vendor holds no brand'],
    ],
    [{hops: ['publish', 'wait', 'delivery 2', 'callback', 'container', 'vendor']}, []],
    [{hops: ['delivery 3']}, ['request passes delivery 3']],
  ])('%j leaves %j unmet', (expected, unmet) => expect(failing(expected, observed)).toEqual(unmet))

  it('are unmet where the callback failed', () => {
    const spans = lateRequest.spans.map((span) => ({...span, ok: span.name.includes('callback') ? false : span.ok}))
    expect(failing({callback: true}, {...lateRequest, spans})).toEqual(['worker called back'])
  })

  it('read event and callback from what the container kept', () => {
    const event = {name: 'stitch_result', attributes: {profitMargin: 0.43}}
    expect(failing({event: {name: 'stitch_result', attributes: {profitMargin: 0.43}}}, knownRequest, {event})).toEqual(
      [],
    )
    expect(failing({event: {name: 'stitch_result', absent: ['profitMargin']}}, knownRequest, {event})).toEqual([
      'event holds no profitMargin',
    ])
    expect(failing({event: {name: 'stitch_result'}}, knownRequest)).toEqual([
      'container runs with the event stitch_result',
    ])
    expect(failing({callback: {status: 'found'}}, lateRequest, {callback: {status: 'found'}})).toEqual([])
  })
})
