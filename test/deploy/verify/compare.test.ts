import {describe, expect, test} from 'vitest'
import {compareAnswers, compareHops} from '#runtime/deploy/verify/compare.ts'
import type {SeenHop} from '#runtime/deploy/verify/seen.ts'

const answer = (body: object, status = 200) => ({status, body})

describe('answers', () => {
  test.each([
    {
      what: 'are the same but for ids and times',
      before: answer({requestId: 'a', meta: {latencyMs: 1}}),
      now: answer({requestId: 'b', meta: {latencyMs: 9}}),
      found: [],
    },
    {
      what: 'differ in status',
      before: answer({}, 200),
      now: answer({}, 503),
      found: [{what: 'HTTP status', simulated: '200', deployed: '503'}],
    },
    {
      what: 'differ in outcome',
      before: answer({status: 'found'}),
      now: answer({status: 'not_found'}),
      found: [{what: 'status', simulated: 'found', deployed: 'not_found'}],
    },
    {
      what: 'lack an attribute',
      before: answer({attributes: {visits: 87}}),
      now: answer({attributes: {}}),
      found: [{what: 'attributes.visits', simulated: '87', deployed: 'nothing'}],
    },
    {
      what: 'have another attribute, whose value is not told',
      before: answer({attributes: {city: 'Chur'}}),
      now: answer({attributes: {city: 'Bern'}}),
      found: [{what: 'attributes.city', simulated: 'Chur', deployed: 'another value'}],
    },
    {
      what: 'have one more, whose value is not told',
      before: answer({attributes: {}}),
      now: answer({attributes: {email: 'a@b.c'}}),
      found: [{what: 'attributes.email', simulated: 'nothing', deployed: 'another value'}],
    },
    {
      what: 'hide attributes of a batch too',
      before: answer({results: [{attributes: {a: 1}}]}),
      now: answer({results: [{attributes: {a: 2}}]}),
      found: [{what: 'results.0.attributes.a', simulated: '1', deployed: 'another value'}],
    },
    {
      what: 'are the same where a reference names another project and database',
      before: answer({a: {referenceValue: 'projects/demo/databases/(default)/documents/products/P-1'}}),
      now: answer({a: {referenceValue: 'projects/my-project/databases/stitch/documents/products/P-1'}}),
      found: [],
    },
    {
      what: 'differ where a reference names another document',
      before: answer({attributes: {referenceValue: 'projects/demo/databases/(default)/documents/products/P-1'}}),
      now: answer({attributes: {referenceValue: 'projects/demo/databases/(default)/documents/products/P-2'}}),
      found: [
        {
          what: 'attributes.referenceValue',
          simulated: 'projects/demo/databases/(default)/documents/products/P-1',
          deployed: 'another value',
        },
      ],
    },
    {
      what: 'need an answer',
      before: answer({}),
      now: undefined,
      found: [{what: 'answer', simulated: '200', deployed: 'none'}],
    },
    {what: 'are not compared where the simulation has none', before: undefined, now: answer({}), found: []},
  ])('$what', ({before, now, found}) => {
    expect(compareAnswers(before, now)).toEqual(found)
  })
})

describe('hops', () => {
  const hop = (name: string, facts: SeenHop['facts'] = {}, changes: Partial<SeenHop> = {}): SeenHop => ({
    lane: name.startsWith('read') ? 'firestore' : 'lookup',
    name,
    ok: true,
    error: undefined,
    facts,
    ms: 1,
    ...changes,
  })
  const lookup = hop('lookup', {http: 200})

  test.each([
    {
      what: 'are the same whatever time they take',
      now: [lookup, hop('read products', {documents: 1}, {ms: 99})],
      found: [],
    },
    {what: 'are fewer', now: [lookup], found: [{what: 'hops', simulated: 'lookup, read products', deployed: 'lookup'}]},
    {
      what: 'come in another order',
      now: [hop('read products', {documents: 1}), lookup],
      found: [{what: 'hops', simulated: 'lookup, read products', deployed: 'read products, lookup'}],
    },
    {
      what: 'read more',
      now: [lookup, hop('read products', {documents: 2})],
      found: [{what: 'read products, documents', simulated: '1', deployed: '2'}],
    },
    {
      what: 'fail',
      now: [lookup, hop('read products', {documents: 1}, {ok: false, error: 'deadline_exceeded'})],
      found: [{what: 'read products', simulated: 'ok', deployed: 'deadline_exceeded'}],
    },
  ])('$what', ({now, found}) => {
    expect(compareHops([lookup, hop('read products', {documents: 1})], now)).toEqual(found)
  })
})
