import {describe, expect, test} from 'vitest'
import {checkMethodsAgree, checkNothingLeaks, checkPathsAgree} from '#runtime/session/agreement.ts'
import {serverOnlyAttributes} from '#runtime/session/server-only.ts'

const found = {
  requestId: 'a',
  status: 'found',
  kind: 'product',
  attributes: {name: 'Pole', price: 1},
  meta: {latencyMs: 3, source: 'firestore'},
}

describe('GET and POST', () => {
  test('agree when only request id and time differ', () => {
    const other = {...found, requestId: 'b', meta: {...found.meta, latencyMs: 9}}
    expect(checkMethodsAgree({status: 200, json: found}, {status: 200, json: other}).passed).toBe(true)
  })

  test.each([
    {what: 'the status code', other: {status: 404, json: found}},
    {what: 'an attribute', other: {status: 200, json: {...found, attributes: {name: 'Pole', price: 2}}}},
    {what: 'an attribute too many', other: {status: 200, json: {...found, attributes: {...found.attributes, cost: 1}}}},
    {what: 'no answer', other: {status: undefined, json: undefined}},
  ])('differ by $what', ({other}) => {
    expect(checkMethodsAgree({status: 200, json: found}, other).passed).toBe(false)
  })
})

describe('both paths', () => {
  test('agree when status, kind and attributes do', () => {
    const {passed, check} = checkPathsAgree(found, {...found, requestId: 'z', meta: {}}, 'pick-up')
    expect({passed, check}).toEqual({passed: true, check: 'pick-up equals the synchronous answer'})
  })

  test.each([undefined, null, {...found, status: 'pending'}, {...found, attributes: {}}])('differ from %j', (later) => {
    expect(checkPathsAgree(found, later, 'callback').passed).toBe(false)
  })
})

describe('a leak', () => {
  test.each([
    {answer: {attributes: {name: 'Pole'}}, passed: true},
    {answer: {attributes: {cost: 1}}, passed: false},
    {answer: {results: [{attributes: {}}, {attributes: {crm: {segment: 'b'}}}]}, passed: false},
    {answer: {meta: {cost: 0}}, passed: false},
    {answer: 'cost', passed: true},
    {answer: undefined, passed: true},
  ])('in $answer: none is $passed', ({answer, passed}) => {
    expect(checkNothingLeaks(answer, ['cost', 'crm.segment']).passed).toBe(passed)
  })
})

describe('what is for servers only', () => {
  const config = {
    destinations: {
      browser: {product: ['name', 'price'], visitor: ['visits']},
      server: {product: ['name', 'price', 'cost', 'supplier'], everything: ['*']},
    },
    sensitive: {product: ['cost', 'profitMargin'], everything: ['secret']},
  }

  test.each([
    {kind: 'product', paths: ['cost', 'profitMargin', 'supplier']},
    {kind: 'visitor', paths: []},
    {kind: 'everything', paths: ['secret']},
    {kind: 'unknown', paths: []},
  ])('of $kind: $paths', ({kind, paths}) => {
    expect(serverOnlyAttributes(config, kind)).toEqual(paths)
  })
})
