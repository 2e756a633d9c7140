import {createHash} from 'node:crypto'
import {describe, expect, test} from 'vitest'
import {OutboundError} from '#runtime/handlers/callback.ts'
import {createNonceCache} from '#runtime/handlers/nonce-cache.ts'
import {StoreError} from '#runtime/handlers/ports.ts'
import {verifySignature} from '#runtime/handlers/signature.ts'
import {COOKIE, createStage, DOCUMENTS, KEYS, NOW, pushOf, RUN, signed, stable} from './stand-ins/stage.ts'
import {toFields} from './stand-ins/memory.ts'

const requestId = '0b6a4a5e-6b1c-4a3e-9d53-0d2f5f6f7a01'

describe('an asynchronous request', () => {
  test('is one message and 202, and the database is not touched', async () => {
    const stage = createStage()
    const {status, body} = await stage.post({id: COOKIE, mode: 'async', requestId, preview: 'ZW52'})
    expect(status).toBe(202)
    expect(body).toMatchObject({
      requestId,
      status: 'pending',
      kind: 'visitor',
      attributes: {},
      pickup: expect.stringMatching(/^[\w-]{22}$/),
    })
    expect(stage.memory.calls).toEqual([])
    expect(stage.topic.messages).toHaveLength(1)
    const {data, attributes} = stage.topic.messages[0]!
    expect(attributes).toEqual({
      requestId,
      schema: '1',
      preview: 'ZW52',
      kind: 'visitor',
      traceparent: expect.stringMatching(/^00-/),
    })
    expect(data.toString()).not.toContain(String(body['pickup']))
    expect(JSON.parse(data.toString())).toMatchObject({
      id: COOKIE,
      pickupHash: createHash('sha256').update(String(body['pickup'])).digest('hex'),
    })
  })

  test('that is wrong in itself is refused before anything is published', async () => {
    const stage = createStage()
    expect((await stage.post({id: 'what', mode: 'async'})).body.error?.code).toBe('unknown_kind')
    expect((await stage.post({id: 'a/b', mode: 'async'})).body.error?.code).toBe('invalid_id')
    expect(stage.topic.messages).toEqual([])
  })

  test('is 503 where the topic does not take it', async () => {
    const stage = createStage()
    stage.topic.fail(new StoreError('publish_failed'))
    expect((await stage.post({id: 'P-1001', mode: 'async'})).body.error?.code).toBe('queue_unavailable')
  })

  test('has the same secret when it is sent again, and another one for another request', async () => {
    const stage = createStage()
    const pickup = async (body: object) => (await stage.post({mode: 'async', requestId, ...body})).body['pickup']
    const first = await pickup({id: 'P-1001'})
    expect(await pickup({id: 'P-1001'})).toBe(first)
    expect(await pickup({id: 'P-1002'})).not.toBe(first)
  })
})

describe('the worker', () => {
  test('stores, calls back signed, and marks the delivery, in one write each', async () => {
    const stage = createStage()
    const accepted = await stage.post({id: COOKIE, mode: 'async', requestId, preview: 'ZW52'})
    expect((await stage.push()).status).toBe(204)
    expect(stage.memory.calls.map(({method}) => method)).toEqual(['read', 'read', 'create', 'update'])
    const [callback] = stage.sent
    expect(callback?.url.href).toBe('https://sgtm.example.com/stitch/callback')
    expect(callback?.headers).toMatchObject({'x-gtm-server-preview': 'ZW52', 'content-type': 'application/json'})
    expect(JSON.parse(String(callback?.body))).toMatchObject({
      requestId,
      messageId: '77',
      kind: 'visitor',
      status: 'found',
      attributes: {gender: 'f', email: 'franziska@example.com', crm: {creditLimit: 5000}},
    })
    const request = {method: 'POST', path: '/stitch/callback', headers: callback!.headers, body: callback!.body}
    expect(() => verifySignature(request, KEYS, createNonceCache(), NOW)).not.toThrow()
    const result = await stage.result({requestId, pickup: accepted.body['pickup']})
    expect(result.body).toMatchObject({
      requestId,
      status: 'found',
      attributes: {gender: 'f', purchases: 12, crm: {segment: 'loyal-customers'}},
    })
  })

  test('keeps nothing in the record but the browser projection', async () => {
    const stage = createStage()
    await stage.post({id: 'P-1001', mode: 'async', requestId})
    await stage.push()
    const record = stage.memory.get(`requests/${requestId}`)
    expect(Object.keys(record ?? {}).sort()).toEqual(
      [
        'bodyHash',
        'browser',
        'createdAt',
        'deliveredAt',
        'expireAt',
        'kind',
        'leaseUntil',
        'pickupHash',
        'state',
        'status',
      ].sort(),
    )
    expect(JSON.stringify(record)).not.toMatch(/profitMargin|39\.9|P-1001/)
  })

  test('takes three RPCs for a direct document', async () => {
    const stage = createStage()
    await stage.post({id: 'P-1001', mode: 'async'})
    await stage.push()
    expect(stage.memory.calls.map(({method}) => method)).toEqual(['read', 'create', 'update'])
  })

  test('calls back once, however often the message comes', async () => {
    const stage = createStage()
    await stage.post({id: COOKIE, mode: 'async', requestId})
    for (const deliveryAttempt of [1, 1, 2, 3]) expect((await stage.push(0, {deliveryAttempt})).status).toBe(204)
    expect(stage.sent).toHaveLength(1)
  })

  test('calls back once for deliveries at the same time; the other one comes again later', async () => {
    const stage = createStage()
    await stage.post({id: COOKIE, mode: 'async', requestId})
    const answers = await Promise.all([stage.push(), stage.push(), stage.push()])
    expect(answers.map(({status}) => status).sort((a, b) => a - b)).toEqual([204, 503, 503])
    expect(answers.find(({status}) => status === 503)?.body.error?.code).toBe('delivery_in_progress')
    expect((await stage.push()).status).toBe(204)
    expect(stage.sent).toHaveLength(1)
  })

  test('calls back once for the same request published twice', async () => {
    const stage = createStage()
    await stage.post({id: COOKIE, mode: 'async', requestId})
    await stage.get(`id=${COOKIE}&mode=async&requestId=${requestId.toUpperCase()}`)
    await stage.push(0)
    expect((await stage.push(1)).status).toBe(204)
    expect(stage.sent).toHaveLength(1)
  })

  test('does nothing for a request id that was used for something else, and says so', async () => {
    const stage = createStage()
    const first = await stage.post({id: COOKIE, mode: 'async', requestId})
    await stage.post({id: 'P-1001', mode: 'async', requestId})
    await stage.push(0)
    expect((await stage.push(1)).status).toBe(204)
    expect(stage.sent).toHaveLength(1)
    expect(stage.lines.at(-1)).toMatchObject({severity: 'ERROR', stitch: {hop: {error: 'idempotency_conflict'}}})
    expect(stage.memory.get(`requests/${requestId}`)).toHaveProperty('conflictAt')
    expect((await stage.result({requestId, pickup: first.body['pickup']})).body).toMatchObject({
      status: 'found',
      kind: 'visitor',
    })
  })

  test.each([
    ['an error status', async () => ({status: 500})],
    ['a redirect', async () => ({status: 302})],
    ['no answer', async () => Promise.reject(new OutboundError('timed_out'))],
  ])('has the message delivered again after %s, and then once', async (_name, fail) => {
    let calls = 0
    const stage = createStage({send: async () => (++calls === 1 ? fail() : {status: 204})})
    await stage.post({id: COOKIE, mode: 'async', requestId})
    const first = await stage.push()
    expect([first.status, first.body.error?.code]).toEqual([503, 'callback_failed'])
    expect((await stage.push(0, {deliveryAttempt: 2})).status).toBe(204)
    expect((await stage.push(0, {deliveryAttempt: 3})).status).toBe(204)
    expect(calls).toBe(2)
  })

  test('takes over from a delivery that died', async () => {
    const stage = createStage({send: async () => new Promise(() => {})})
    await stage.post({id: COOKIE, mode: 'async', requestId})
    void stage.push()
    await expect.poll(() => stage.sent.length).toBe(1)
    expect((await stage.push()).body.error?.code).toBe('delivery_in_progress')
    stage.time.now += 3601
    void stage.push(0, {deliveryAttempt: 2})
    await expect.poll(() => stage.sent.length).toBe(2)
  })

  test('waits for a database that fails instead of storing nothing', async () => {
    const stage = createStage()
    await stage.post({id: COOKIE, mode: 'async', requestId})
    stage.memory.fail(new StoreError('unavailable'))
    expect((await stage.push()).body.error?.code).toBe('store_unavailable')
    stage.memory.fail(undefined)
    expect((await stage.push()).status).toBe(204)
    expect(stage.sent).toHaveLength(1)
  })

  test.each([
    ['no JSON', Buffer.from('{')],
    ['no message', Buffer.from('{}')],
    ['no data', Buffer.from('{"message":{"attributes":{"schema":"1"},"messageId":"1"}}')],
    ['data of someone else', pushOf({data: Buffer.from('{"hello":1}'), attributes: {schema: '1'}}).body],
    ['another schema', pushOf({data: Buffer.from('{}'), attributes: {schema: '2'}}).body],
  ])('leaves a message that it cannot read to the dead-letter topic: %s', async (_name, body) => {
    const stage = createStage()
    const {status} = await stage.worker({
      method: 'POST',
      path: '/',
      headers: {'content-type': 'application/json'},
      body,
    })
    expect(status).toBe(400)
    expect(stage.lines).toEqual([
      expect.objectContaining({severity: 'ERROR', stitch: {hop: expect.objectContaining({error: 'invalid_message'})}}),
    ])
  })

  test('continues the trace of the message, whatever the front end says', async () => {
    const stage = createStage()
    await stage.post({id: COOKIE, mode: 'async'})
    const {traceparent} = stage.topic.messages[0]!.attributes
    const message = pushOf(stage.topic.messages[0]!)
    const [, trace] = traceparent!.split('-')
    await stage.worker({
      ...message,
      headers: {...message.headers, traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`},
    })
    expect(String(stage.lines.at(-1)?.['logging.googleapis.com/trace'])).toContain(trace)
    const nested = createStage()
    await nested.worker({...message, headers: {...message.headers, traceparent: `00-${trace}-${'d'.repeat(16)}-01`}})
    expect(nested.lines.at(-1)).toMatchObject({stitch: {hop: {lane: 'worker', parent: 'd'.repeat(16)}}})
    expect(stage.sent[0]?.headers['traceparent']).toContain(trace)
  })
})

describe('a pick-up', () => {
  test('looks the same before the end, for what never was, and with a wrong secret', async () => {
    const stage = createStage()
    const {body} = await stage.post({id: 'P-1001', mode: 'async', requestId})
    const before = await stage.result({requestId, pickup: body['pickup']})
    expect(before.body).toEqual({
      requestId,
      status: 'pending',
      kind: null,
      attributes: {},
      meta: {source: 'firestore', schema: 1},
    })
    await stage.push()
    expect((await stage.result({requestId, pickup: 'a'.repeat(22)})).body).toEqual(before.body)
    stage.time.now += 3_600_000
    const late = signed({
      path: '/v1/result',
      body: JSON.stringify({requestId, pickup: body['pickup']}),
      at: stage.time.now,
    })
    expect(JSON.parse((await stage.lookup(late)).body)).toEqual(before.body)
  })

  test.each([
    [{id: 'P-1001'}],
    [{id: 'P-1001', types: 1}],
    [{id: COOKIE, fields: ['crm.segment', 'nothing']}],
    [{id: 'P-0'}],
    [{id: 'C-1001'}],
    [{ids: ['P-1001', 'a/b', COOKIE, 'P-0']}],
    [{id: 'T-1', destination: 'browser'}],
  ])('gives what the synchronous request gives: %j', async (request) => {
    const deep = Array.from({length: 18}).reduce<object>((inner) => ({inner}), {leaf: 1})
    const documents = {...DOCUMENTS, 'specimens/T-1': toFields({value: deep})}
    const stage = createStage({documents})
    const sync = await stage.post(request)
    const accepted = await stage.post({...request, mode: 'async', requestId})
    await stage.push()
    const later = await stage.result({requestId, pickup: accepted.body['pickup']})
    expect(stable(later.body)).toEqual(stable(sync.body))
  })

  test('for a server holds what a browser might have got', async () => {
    const stage = createStage()
    const accepted = await stage.post({id: RUN, destination: 'server', mode: 'async', requestId})
    await stage.push()
    expect((await stage.result({requestId, pickup: accepted.body['pickup']})).body).toMatchObject({
      status: 'not_found',
      attributes: {},
    })
    expect(JSON.parse(String(stage.sent[0]?.body))).toMatchObject({
      status: 'found',
      attributes: {client: 'Example Ltd'},
    })
  })

  test('says degraded where the result was too large to keep', async () => {
    const documents = {...DOCUMENTS, 'products/P-1001': toFields({name: 'x'.repeat(600_000)})}
    const stage = createStage({documents})
    const accepted = await stage.post({id: 'P-1001', mode: 'async', requestId})
    expect((await stage.push()).status).toBe(204)
    expect((await stage.result({requestId, pickup: accepted.body['pickup']})).body.status).toBe('degraded')
  })
})
