import {inspect} from 'node:util'
import {describe, expect, test} from 'vitest'
import {ApiError} from '#runtime/deploy/gcp/api-error.ts'
import type {ApiRequest} from '#runtime/deploy/types.ts'
import {apiOver, errorInfo, failureOf, fakeClock, refusal, startGoogle, type Reply} from './google.ts'

const get: ApiRequest = {api: 'pubsub', method: 'GET', path: '/v1/projects/p/topics/t'}
const put: ApiRequest = {...get, method: 'PUT', body: {labels: {}}}
const post: ApiRequest = {api: 'cloudfunctions', method: 'POST', path: '/v2/projects/p/locations/r/functions', body: {}}
const patch: ApiRequest = {...post, method: 'PATCH'}
const remove: ApiRequest = {...get, method: 'DELETE'}
const ok: Reply = {body: {name: 'it'}}
const unavailable = refusal(503, 'UNAVAILABLE', 'try later')
const internal = refusal(500, 'INTERNAL', 'oops')
const busy = refusal(429, 'RESOURCE_EXHAUSTED', 'too fast')

async function send(request: ApiRequest, replies: readonly Reply[]) {
  await using google = await startGoogle(replies)
  const clock = fakeClock()
  const api = apiOver(google.transport, {clock})
  const outcome: {value?: unknown; error?: unknown} = await api.call(request).then(
    (value) => ({value}),
    (error: unknown) => ({error}),
  )
  return {...outcome, waits: clock.waits, seen: google.seen}
}

describe('one call', () => {
  test('goes to the host of its API with its body, its scope and an encoded query', async () => {
    const query = {updateMask: 'labels,name', filter: 'a="b c"', ids: ['1', '2/3']}
    const {seen, ...outcome} = await send({...post, query, body: {a: 1}}, [ok])
    expect(outcome).toMatchObject({value: {name: 'it'}, waits: []})
    expect(seen).toEqual([
      expect.objectContaining({
        method: 'POST',
        url: 'https://cloudfunctions.googleapis.com/v2/projects/p/locations/r/functions?updateMask=labels%2Cname&filter=a%3D%22b%20c%22&ids=1&ids=2%2F3',
        body: '{"a":1}',
      }),
    ])
    expect(seen[0]!.headers).toMatchObject({
      authorization: 'Bearer token-for-https://www.googleapis.com/auth/cloud-platform',
      'content-type': 'application/json',
      accept: 'application/json',
    })
  })

  test('sends no body and no content type where there is none', async () => {
    const {seen} = await send(get, [ok])
    expect(seen[0]).toMatchObject({body: '', method: 'GET'})
    expect(seen[0]!.headers).not.toHaveProperty('content-type')
  })

  test('takes an empty answer for an empty object', async () => {
    expect(await send(remove, [{body: ''}])).toMatchObject({value: {}})
  })

  test.each<[string, ApiRequest, readonly Reply[], number]>([
    ['a read after a reset', get, ['reset', ok], 2],
    ['a read after 500', get, [internal, ok], 2],
    ['a read after 503', get, [unavailable, unavailable, ok], 3],
    ['a PUT after a reset', put, ['reset', ok], 2],
    ['a DELETE after 500', remove, [internal, ok], 2],
    ['a POST that only reads after 503', {...post, readOnly: true}, [unavailable, ok], 2],
    ['a PATCH that says it is repeatable after 503', {...patch, repeatable: true}, [unavailable, ok], 2],
    ['a POST after 429, which says that nothing was done', post, [busy, ok], 2],
    ['anything after five failures', get, [internal, internal, internal, internal, internal, ok], 6],
  ])('repeats %s', async (_, request, replies, times) => {
    const {value, seen} = await send(request, replies)
    expect(value).toEqual({name: 'it'})
    expect(seen).toHaveLength(times)
  })

  test.each<[string, ApiRequest, Reply, boolean]>([
    ['a POST after a reset', post, 'reset', true],
    ['a POST after 500', post, internal, true],
    ['a POST after 503', post, unavailable, true],
    ['a PATCH after 504', patch, {status: 504, body: '<html>'}, true],
    ['a PUT that says it is not repeatable', {...put, repeatable: false}, 'reset', true],
    ['a conflict', post, refusal(409, 'ALREADY_EXISTS', 'it is there'), false],
    ['a failed precondition', patch, refusal(412, 'FAILED_PRECONDITION', 'etag'), false],
    ['a bad request', post, refusal(400, 'INVALID_ARGUMENT', 'no'), false],
  ])('does not repeat %s', async (_, request, reply, isUnclear) => {
    const {error, seen, waits} = await send(request, [reply])
    expect(seen).toHaveLength(1)
    expect(waits).toEqual([])
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({isUnclear})
  })

  test('stays unclear where a repeated change is refused after an attempt that may have made it', async () => {
    const {error} = await send(put, ['reset', refusal(409, 'ALREADY_EXISTS', 'it is there')])
    expect(error).toMatchObject({status: 409, isUnclear: true})
  })

  test('gives up after six attempts with growing delays', async () => {
    const {error, waits} = await send(get, [unavailable])
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000])
    expect(error).toMatchObject({status: 503, reason: 'UNAVAILABLE', isUnclear: false})
  })

  test('waits as long as the answer asks for', async () => {
    expect((await send(get, [{status: 429, headers: {'retry-after': '7'}}, ok])).waits).toEqual([7000])
    const date = new Date(fakeClock().now() + 9000).toUTCString()
    expect((await send(get, [{status: 503, headers: {'retry-after': date}}, ok])).waits).toEqual([9000])
  })

  test('repeats what never arrived, thrice, and is clear about it', async () => {
    await using google = await startGoogle([ok])
    const clock = fakeClock()
    let count = 0
    const api = apiOver(
      async () => {
        count++
        throw Object.assign(new Error('refused'), {code: 'ECONNREFUSED'})
      },
      {clock},
    )
    const error = await failureOf(api.call(post))
    expect(error).toMatchObject({status: 0, reason: 'ECONNREFUSED', isUnclear: false})
    expect([count, google.seen.length]).toEqual([3, 0])
  })

  test('asks for a fresh token once after 401', async () => {
    const unauthenticated = refusal(401, 'UNAUTHENTICATED', 'expired')
    await using google = await startGoogle([unauthenticated, ok])
    const asked: (boolean | undefined)[] = []
    const authorize = async (_: readonly string[], fresh?: boolean) => {
      asked.push(fresh)
      return {authorization: 'Bearer x'}
    }
    expect(await apiOver(google.transport, {authorize}).call(post)).toEqual({name: 'it'})
    expect(asked).toEqual([false, true])
    await using other = await startGoogle([unauthenticated])
    expect(await failureOf(apiOver(other.transport).call(post))).toMatchObject({status: 401, isUnclear: false})
    expect(other.seen).toHaveLength(2)
  })

  test('ends with the reason of the signal, also while it waits for an answer', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    await using google = await startGoogle(async () => {
      controller.abort(reason)
      return await new Promise<Reply>(() => undefined)
    })
    expect(await failureOf(apiOver(google.transport, {signal: controller.signal}).call(put))).toBe(reason)
  })

  test('ends an attempt that takes too long, and leaves it unclear', async () => {
    await using google = await startGoogle(async () => await new Promise<Reply>(() => undefined))
    const error = await failureOf(apiOver(google.transport, {timeoutMs: 20}).call(post))
    expect(error).toMatchObject({status: 0, reason: 'TimeoutError', isUnclear: true, message: 'no answer in time'})
  })

  test('says so where a change was answered with something else than JSON', async () => {
    const {error} = await send(post, [{body: '<html>secret</html>'}])
    expect(error).toMatchObject({reason: 'NOT_JSON', isUnclear: true})
    expect(inspect(error)).not.toContain('secret</html>')
  })

  test('tells every attempt to whoever counts them, without bodies', async () => {
    await using google = await startGoogle([internal, 'reset', ok])
    const calls: unknown[] = []
    await apiOver(google.transport, {onCall: (call) => calls.push(call)}).call(put)
    const {body: _, ...bare} = put
    expect(calls).toEqual([500, 0, 200].map((status) => ({request: bare, status})))
  })
})

describe('finding', () => {
  const disabled = refusal(403, 'PERMISSION_DENIED', 'disabled', [errorInfo('SERVICE_DISABLED')])

  test.each<[string, Reply, unknown]>([
    ['what is there', ok, {name: 'it'}],
    ['nothing at 404', refusal(404, 'NOT_FOUND', 'no'), undefined],
    ['nothing while the API is disabled', disabled, undefined],
    [
      'nothing while an API says in words only that it is disabled',
      refusal(403, 'PERMISSION_DENIED', 'X API has not been used in project 12 before or it is disabled.'),
      undefined,
    ],
  ])('gives %s', async (_, reply, expected) => {
    await using google = await startGoogle([reply])
    expect(await apiOver(google.transport).find(get)).toEqual(expected)
  })

  test('rejects where it is not known whether it is there', async () => {
    await using google = await startGoogle([refusal(403, 'PERMISSION_DENIED', 'no')])
    expect(await failureOf(apiOver(google.transport).find(get))).toMatchObject({status: 403})
  })

  test('gives an empty list while the API is disabled, and rejects at 404', async () => {
    await using google = await startGoogle([disabled, refusal(404, 'NOT_FOUND', 'no such project')])
    const api = apiOver(google.transport)
    expect(await api.list(get, 'topics')).toEqual([])
    expect(await failureOf(api.list(get, 'topics'))).toMatchObject({status: 404})
  })
})

describe('listing', () => {
  test('follows the pages of a GET in the query', async () => {
    await using google = await startGoogle([
      {body: {topics: ['a', 'b'], nextPageToken: 'x/y='}},
      {body: {nextPageToken: 'z'}},
      {body: {topics: ['c'], nextPageToken: ''}},
    ])
    expect(await apiOver(google.transport).list({...get, query: {pageSize: '2'}}, 'topics')).toEqual(['a', 'b', 'c'])
    expect(google.seen.map(({url}) => new URL(url).search)).toEqual([
      '?pageSize=2',
      '?pageSize=2&pageToken=x%2Fy%3D',
      '?pageSize=2&pageToken=z',
    ])
  })

  test('follows the pages of a POST in the body', async () => {
    await using google = await startGoogle([{body: {entries: [1], nextPageToken: 'n'}}, {body: {entries: [2]}}])
    const request: ApiRequest = {api: 'logging', method: 'POST', path: '/v2/entries:list', readOnly: true, body: {a: 1}}
    expect(await apiOver(google.transport).list(request, 'entries')).toEqual([1, 2])
    expect(google.seen.map(({body}) => body)).toEqual(['{"a":1}', '{"a":1,"pageToken":"n"}'])
  })
})

describe('signed URLs', () => {
  const url = 'https://storage.googleapis.com/gcf-v2-uploads-1/x.zip?GoogleAccessId=a%40b&Signature=S3cr3t%2Bsig'

  test('take a zip without credentials, and are tried again', async () => {
    await using google = await startGoogle(['reset', internal, {body: ''}])
    await apiOver(google.transport).upload(url, new Uint8Array([80, 75]))
    expect(google.seen).toHaveLength(3)
    expect(google.seen[2]).toMatchObject({method: 'PUT', url, body: 'PK'})
    expect(google.seen[2]!.headers).toMatchObject({'content-type': 'application/zip', 'content-length': '2'})
    expect(google.seen[2]!.headers).not.toHaveProperty('authorization')
  })

  test('give bytes', async () => {
    await using google = await startGoogle([{body: 'PK'}])
    expect(Buffer.from(await apiOver(google.transport).download(url)).toString()).toBe('PK')
    expect(google.seen[0]).toMatchObject({method: 'GET', url})
  })

  test('are not part of the error', async () => {
    const body = `<?xml version='1.0'?><Error><Code>SignatureDoesNotMatch</Code><Message>${url}</Message></Error>`
    await using google = await startGoogle([{status: 403, body}])
    const error = await failureOf(apiOver(google.transport).upload(url, new Uint8Array(1)))
    expect(error).toMatchObject({status: 403, reason: 'SignatureDoesNotMatch'})
    expect(inspect(error, {depth: 9})).not.toContain('S3cr3t')
  })
})

test('no error holds a token or the payload of a secret', async () => {
  const value = '{"k1":"bXkga2V5"}'
  const data = Buffer.from(value).toString('base64')
  const token = 'ya29.a0AfB_secret-token'
  const message = `Invalid value at 'payload.data' (TYPE_BYTES), "${data}" for ${token}; ${value}`
  const details = [{'@type': 'x/google.rpc.BadRequest', fieldViolations: [{description: message}]}]
  await using google = await startGoogle([refusal(400, 'INVALID_ARGUMENT', message, details)])
  const authorize = async () => ({authorization: `Bearer ${token}`})
  const request: ApiRequest = {
    api: 'secretmanager',
    method: 'POST',
    path: '/v1/projects/p/secrets/s:addVersion',
    body: {payload: {data}},
  }
  const error = await failureOf(apiOver(google.transport, {authorize}).call(request))
  const shown = inspect(error, {depth: 9}) + JSON.stringify(error)
  for (const secret of [data, value, token]) expect(shown).not.toContain(secret)
  expect(error).toMatchObject({status: 400, message: expect.stringContaining("Invalid value at 'payload.data'")})
})
