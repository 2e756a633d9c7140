import {describe, expect, test} from 'vitest'
import {toHttpRequest} from '#runtime/traffic/http-request.ts'
import {planTraffic} from '#runtime/traffic/plan.ts'

const json = {'content-type': 'application/json'}

describe('a wish as HTTP', () => {
  test.each([
    ['an id alone', {id: 'R210319-143855-123'}, '/stitch?id=R210319-143855-123', '{"id":"R210319-143855-123"}'],
    [
      'characters of URLs',
      {id: 'a b&c=d/é?#%+'},
      '/stitch?id=a%20b%26c%3Dd%2F%C3%A9%3F%23%25%2B',
      '{"id":"a b&c=d/é?#%+"}',
    ],
    ['an empty id', {id: ''}, '/stitch?id=', '{"id":""}'],
    ['a repeated id', {id: ['a', 'b']}, '/stitch?id=a&id=b', '{"id":["a","b"]}'],
    ['a batch', {ids: ['a', 'b']}, '/stitch?ids=a%2Cb', '{"ids":["a","b"]}'],
    [
      'all fields',
      {
        id: 'a',
        kind: 'visitor',
        fields: ['x', 'y.z'],
        mode: 'async',
        requestId: 'r',
        strict: true,
        types: 1,
        idToken: 'v1.1.s',
      },
      '/stitch?id=a&kind=visitor&fields=x%2Cy.z&mode=async&requestId=r&strict=1&types=1&idToken=v1.1.s',
      '{"id":"a","kind":"visitor","fields":["x","y.z"],"mode":"async","requestId":"r","strict":true,"types":1,"idToken":"v1.1.s"}',
    ],
    ['a false flag', {id: 'a', strict: false}, '/stitch?id=a', '{"id":"a","strict":false}'],
    ['nothing at all', {}, '/stitch', '{}'],
    ['a lone surrogate', {id: '\uD800'}, '/stitch?id=%EF%BF%BD', String.raw`{"id":"\ud800"}`],
  ] as const)('%s', (_, wish, target, body) => {
    expect(toHttpRequest({...wish, method: 'GET'})).toEqual({method: 'GET', target, headers: {}, body: undefined})
    expect(toHttpRequest({...wish, method: 'POST'})).toEqual({method: 'POST', target: '/stitch', headers: json, body})
  })

  test('a text body goes out as it is, any other as JSON, and its type can be given', () => {
    expect(toHttpRequest({method: 'POST', body: '{"id":'}).body).toBe('{"id":')
    expect(toHttpRequest({method: 'POST', body: ['a'], id: 'b'}).body).toBe('["a"]')
    const headers = {'Content-Type': 'text/plain'}
    expect(toHttpRequest({method: 'POST', body: 'x', headers}).headers).toEqual(headers)
  })

  test('further parameters stand in the query of both methods, repeated where they are several', () => {
    const query = {a: ['1', '2'], b: '&'}
    expect(toHttpRequest({method: 'GET', id: 'x', query}).target).toBe('/stitch?id=x&a=1&a=2&b=%26')
    expect(toHttpRequest({method: 'POST', path: '/other', id: 'x', query}).target).toBe('/other?a=1&a=2&b=%26')
  })
})

describe('the plan of traffic', () => {
  const step = (name: string, request = {}) => ({scenario: 's', step: name, title: name, request})

  test('a step without a method is sent as GET and as POST', () => {
    expect(planTraffic([step('a', {id: 'x'}), step('b', {method: 'POST', mode: 'async'})])).toMatchObject([
      [
        {step: 'a', title: 'a, GET', mode: 'sync', request: {id: 'x', method: 'GET'}},
        {step: 'a', title: 'a, POST', mode: 'sync', request: {id: 'x', method: 'POST'}},
        {step: 'b', title: 'b', mode: 'async', request: {method: 'POST'}},
      ],
    ])
  })

  test('repeating gives rounds of the same steps', () => {
    const rounds = planTraffic([step('a', {method: 'GET'}), step('b', {method: 'GET'})], {repeat: 2})
    expect(rounds.map((round) => round.map(({title}) => title))).toEqual([
      ['a, round 1 of 2', 'b, round 1 of 2'],
      ['a, round 2 of 2', 'b, round 2 of 2'],
    ])
  })
})
