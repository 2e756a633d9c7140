import {expect, test} from 'vitest'
import type {Operation} from '#runtime/deploy/types.ts'
import {apiOver, failureOf, fakeClock, startGoogle} from './google.ts'

const name = 'projects/p/locations/us-central1/operations/a b'
const started: Operation = {name, metadata: {stages: []}}

test('an operation is polled ever more slowly until it is done, and every state is told', async () => {
  const states = [
    ...Array.from({length: 8}, (_, n) => ({body: {name, metadata: {n}}})),
    {body: {name, done: true, response: {x: 1}}},
  ]
  await using google = await startGoogle(states)
  const clock = fakeClock()
  const told: Operation[] = []
  const done = await apiOver(google.transport, {clock}).wait('cloudfunctions', 'v2', started, (state) =>
    told.push(state),
  )
  expect(done).toMatchObject({done: true, response: {x: 1}})
  expect(google.seen[0]).toMatchObject({
    method: 'GET',
    url: 'https://cloudfunctions.googleapis.com/v2/projects/p/locations/us-central1/operations/a%20b',
  })
  expect(told).toHaveLength(10)
  expect(clock.waits.map(Math.round)).toEqual([1000, 1500, 2250, 3375, 5063, 7594, 10_000, 10_000, 10_000])
})

test('an operation that is done at once is not asked for', async () => {
  await using google = await startGoogle([{}])
  const done = {name: 'operations/noop', done: true}
  expect(await apiOver(google.transport).wait('serviceusage', 'v1', done)).toBe(done)
  expect(google.seen).toEqual([])
})

test('operations of Service Usage are read with the scope that started them', async () => {
  await using google = await startGoogle([{body: {name: 'operations/acat.x', done: true}}])
  await apiOver(google.transport).wait('serviceusage', 'v1', {name: 'operations/acat.x'})
  expect(google.seen[0]).toMatchObject({url: 'https://serviceusage.googleapis.com/v1/operations/acat.x'})
  expect(google.seen[0]!.headers.authorization).toMatch(/service\.management$/)
})

test('an operation that ends in an error rejects with it and with the last state', async () => {
  const metadata = {stages: [{name: 'BUILD', state: 'COMPLETE'}]}
  const failed = {name, done: true, metadata, error: {code: 3, message: 'Build failed', details: [{a: 1}]}}
  await using google = await startGoogle([{body: failed}])
  const error = await failureOf(apiOver(google.transport).wait('cloudfunctions', 'v2', started))
  expect(error).toMatchObject({status: 400, reason: 'INVALID_ARGUMENT', isUnclear: false, operation: {metadata}})
})

test('an operation that does not end is given up after half an hour, and is unclear', async () => {
  await using google = await startGoogle([{body: started}])
  const clock = fakeClock()
  const error = await failureOf(apiOver(google.transport, {clock}).wait('cloudfunctions', 'v2', started))
  expect(error).toMatchObject({reason: 'DEADLINE_EXCEEDED', isUnclear: true})
  expect(clock.now() - fakeClock().now()).toBeGreaterThan(30 * 60_000)
})

test('a poll that fails for a moment is repeated', async () => {
  await using google = await startGoogle(['reset', {status: 503}, {body: {name, done: true}}])
  expect(await apiOver(google.transport).wait('cloudfunctions', 'v2', started)).toMatchObject({done: true})
})
