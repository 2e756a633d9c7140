import {createHmac} from 'node:crypto'
import {describe, expect, test} from 'vitest'
import {StoreError} from '#runtime/handlers/ports.ts'
import {
  CONFIG,
  COOKIE,
  createStage,
  DOCUMENTS,
  identity,
  KEYS,
  NOW,
  RUN,
  signed,
  stable,
  VISITOR,
} from './stand-ins/stage.ts'
import {toFields} from './stand-ins/memory.ts'

function idToken(id: string, expires: number): string {
  return `v1.${expires}.${createHmac('sha256', KEYS[1]!.key).update(`id\n${expires}\n${id}`).digest('base64url')}`
}

describe('a direct lookup', () => {
  test('answers with the id alone, in one read', async () => {
    const stage = createStage()
    const {status, body, headers} = await stage.post({id: 'P-1001'})
    expect(status).toBe(200)
    expect(body).toMatchObject({status: 'found', kind: 'product', attributes: {name: 'Espresso machine', price: 349.5}})
    expect(body.meta).toEqual({source: 'firestore', latencyMs: 0, schema: 1})
    expect(headers).toMatchObject({'cache-control': 'no-store', 'x-content-type-options': 'nosniff'})
    expect(stage.memory.calls).toHaveLength(1)
  })

  test('reads only what may be shown, and what tells whether it may be', async () => {
    const stage = createStage()
    await stage.post({id: 'P-1001'})
    expect(stage.memory.calls[0]?.mask?.toSorted()).toEqual(['expireAt', 'mergedInto', 'name', 'price', 'suppressed'])
  })

  test('is routed by the first kind that matches, and by a named kind whatever the id', async () => {
    const stage = createStage()
    expect((await stage.post({id: 'n', kind: 'note'})).body).toMatchObject({
      status: 'found',
      attributes: {text: 'a note'},
    })
    expect((await stage.post({id: 'n'})).body.error?.code).toBe('unknown_kind')
    expect((await stage.post({id: 'P-1001', kind: 'toString'})).body.error?.code).toBe('unknown_kind')
  })

  test('treats an expired document as not there', async () => {
    const documents = {...DOCUMENTS, 'products/P-1': toFields({name: 'old', expireAt: new Date(NOW)})}
    expect((await createStage({documents}).post({id: 'P-1', destination: 'server'})).body.status).toBe('not_found')
  })

  test('matches each alternative of a pattern against the whole id', async () => {
    const stage = createStage({
      config: {kinds: {...CONFIG.kinds, product: {...CONFIG.kinds.product, match: '^P-1001|X$'}}},
    })
    expect((await stage.post({id: 'P-1001'})).body.status).toBe('found')
    expect((await stage.post({id: 'P-1001-and-more'})).body.error?.code).toBe('unknown_kind')
  })

  test('matches the pattern against the whole id', async () => {
    const {body} = await createStage().post({id: `${RUN}\nP-1`})
    expect(body.error?.code).toBe('unknown_kind')
  })
})

describe('a graph lookup', () => {
  test('takes two reads from any of the ids of a visitor', async () => {
    for (const id of ['C-1001', COOKIE, ' Franziska@EXAMPLE.com ']) {
      const stage = createStage()
      const {body} = await stage.post({id, destination: 'server', fields: ['gender']})
      expect(body).toMatchObject({status: 'found', kind: 'visitor', attributes: {gender: 'f'}})
      expect(stage.memory.calls.map(({refs}) => refs.map((ref) => ref.split('/')[0]))).toEqual([
        ['identities'],
        ['visitors'],
      ])
      expect(JSON.stringify(stage.memory.calls)).not.toContain(id)
    }
  })

  test('follows the tombstone of a merge once more', async () => {
    const documents = {...DOCUMENTS, 'visitors/v1': toFields({mergedInto: 'v2'}), 'visitors/v2': VISITOR}
    const stage = createStage({documents})
    expect((await stage.post({id: COOKIE})).body).toMatchObject({status: 'found', attributes: {gender: 'f'}})
    expect(stage.memory.calls).toHaveLength(3)
  })

  test('gives up on tombstones that point at each other', async () => {
    const documents = {
      ...DOCUMENTS,
      'visitors/v1': toFields({mergedInto: 'v2'}),
      'visitors/v2': toFields({mergedInto: 'v1'}),
    }
    const stage = createStage({documents})
    expect((await stage.post({id: COOKIE})).body.status).toBe('not_found')
    expect(stage.memory.calls.length).toBeLessThan(7)
  })

  test.each([
    ['shared', {visitorId: 'v1', shared: true}, 'ambiguous'],
    ['suppressed', {visitorId: 'v1', suppressed: true}, 'suppressed'],
    ['expired', {visitorId: 'v1', expireAt: new Date(NOW - 1)}, 'not_found'],
    ['dangling', {visitorId: 'v9'}, 'not_found'],
    ['crooked', {visitorId: 'v1/private/x'}, 'not_found'],
  ])('says of a %s identity what it is, to a server only', async (_name, fields, expected) => {
    const stage = createStage({documents: {...DOCUMENTS, ...identity('cookie', COOKIE, fields)}})
    const server = await stage.post({id: COOKIE, destination: 'server'})
    expect(server.body).toMatchObject({status: expected, attributes: {}})
    const browser = await stage.post({id: COOKIE})
    const absent = await stage.post({id: `ck_${'f'.repeat(32)}`})
    expect(browser.status).toBe(absent.status)
    expect({...browser.body, requestId: ''}).toEqual({...absent.body, requestId: ''})
  })
})

describe('a browser', () => {
  const absent = `ck_${'f'.repeat(32)}`

  test('may not look up guessable ids unless the site signed them', async () => {
    const stage = createStage()
    const denied = await stage.post({id: 'C-1001'})
    expect({...denied.body, requestId: ''}).toEqual({...(await stage.post({id: absent})).body, requestId: ''})
    expect(stage.memory.calls).toHaveLength(1)
    expect(JSON.stringify(stage.lines[0])).toContain('browser_lookup')
    const token = idToken('C-1001', NOW / 1000 + 60)
    expect((await stage.post({id: 'C-1001', idToken: token})).body.status).toBe('found')
  })

  test.each([
    ['expired', idToken('C-1001', NOW / 1000 - 1)],
    ['of another id', idToken('C-1002', NOW / 1000 + 60)],
    ['with a later end', idToken('C-1001', NOW / 1000 + 60).replace(String(NOW / 1000 + 60), String(NOW / 1000 + 61))],
    ['garbage', 'v1.x.y'],
  ])('gets nothing with a token that is %s', async (_name, token) => {
    expect((await createStage().post({id: 'C-1001', idToken: token})).body.status).toBe('not_found')
  })

  test('cannot tell blocked, denied, listless and absent apart', async () => {
    const stage = createStage()
    const bodies = await Promise.all(
      [{id: 'P-none'}, {id: 'P-0'}, {id: 'B-1'}, {id: RUN}].map(async (body) => (await stage.post(body)).body),
    )
    for (const {kind: _kind, requestId: _id, ...body} of bodies) {
      expect(body).toEqual({status: 'not_found', attributes: {}, meta: {source: 'firestore', schema: 1}})
    }
  })

  test('never sees a sensitive attribute, asked for or not', async () => {
    const stage = createStage()
    const {body} = await stage.post({id: 'P-1001', fields: ['name', 'profitMargin', 'cost']})
    expect(body['attributes']).toEqual({name: 'Espresso machine'})
    expect(JSON.stringify(body)).not.toContain('profitMargin')
    expect(stage.lines.at(-1)).toMatchObject({
      stitch: {
        dropped: [
          {attribute: 'profitMargin', destination: 'browser', reason: 'not on the allow-list'},
          {attribute: 'cost', destination: 'browser', reason: 'not on the allow-list'},
          {attribute: 'price', destination: 'browser', reason: 'not asked for'},
        ],
      },
    })
  })

  test('is the weaker destination and therefore the default', async () => {
    expect((await createStage().post({id: 'P-1001'})).body['attributes']).not.toHaveProperty('profitMargin')
  })
})

describe('a server', () => {
  test('gets its own list and the reasons for what it does not get', async () => {
    const {body} = await createStage().post({
      id: 'C-1001',
      destination: 'server',
      fields: ['crm.segment', 'crm.rank', 'phone', 'email'],
    })
    expect(body['attributes']).toEqual({crm: {segment: 'loyal-customers'}, email: 'franziska@example.com'})
    expect(body.meta?.['dropped']).toEqual([
      {attribute: 'crm.rank', reason: 'no such attribute'},
      {attribute: 'phone', reason: 'not on the allow-list'},
      {attribute: 'gender', reason: 'not asked for'},
      {attribute: 'purchases', reason: 'not asked for'},
      {attribute: 'crm.creditLimit', reason: 'not asked for'},
    ])
  })

  test('is told of a blocked id', async () => {
    expect((await createStage().post({id: 'ANONYMOUS', destination: 'server'})).body.error?.code).toBe('blocked_id')
  })

  test('beside a browser gets its projection from the same read', async () => {
    const stage = createStage()
    const {body} = await stage.post({id: 'P-1001', eventAttributes: true})
    expect(body['attributes']).toEqual({name: 'Espresso machine', price: 349.5})
    expect(body['eventAttributes']).toEqual({name: 'Espresso machine', price: 349.5, profitMargin: 39.9})
    expect(stage.memory.calls).toHaveLength(1)
    expect((await stage.post({id: 'C-1001', eventAttributes: true})).body['eventAttributes']).toEqual({})
  })
})

describe('a batch', () => {
  test('answers in order with a status each, directly in one read', async () => {
    const stage = createStage()
    const {body} = await stage.post({ids: ['P-0', 'P-1001', 'P-1001']})
    expect(body.status).toBe('partial')
    expect(body.results?.map(({status}) => status)).toEqual(['not_found', 'found', 'found'])
    expect(stage.memory.calls).toEqual([expect.objectContaining({refs: ['products/P-0', 'products/P-1001']})])
  })

  test('takes two reads where the graph is in it', async () => {
    const stage = createStage()
    const {body} = await stage.post({ids: [COOKIE, 'P-1001', 'C-1001', RUN], destination: 'server'})
    expect(body.results?.map(({kind, status}) => [kind, status])).toEqual([
      ['visitor', 'found'],
      ['product', 'found'],
      ['visitor', 'found'],
      ['script_run', 'found'],
    ])
    expect(stage.memory.calls).toHaveLength(2)
  })

  test('is not spoiled by a bad id', async () => {
    const {body} = await createStage().post({ids: ['a/b', 'P-1001', 'what']})
    expect(body.results?.map(({status, error}) => error?.code ?? status)).toEqual([
      'invalid_id',
      'found',
      'unknown_kind',
    ])
  })

  test('mixes kinds without mixing their lists', async () => {
    const {body} = await createStage().post({ids: ['P-1001', 'T-1']})
    expect(Object.keys(body.results?.[0]?.['attributes'] as object)).toEqual(['name', 'price'])
  })
})

describe('a failing database', () => {
  test.each([
    [new StoreError('unavailable'), 503, 'store_unavailable'],
    [new StoreError('deadline_exceeded'), 504, 'deadline'],
  ])('degrades the answer: %s', async (failure, status, code) => {
    const stage = createStage()
    stage.memory.fail(failure)
    const tag = await stage.post({id: 'P-1001'})
    expect([tag.status, tag.body.status, tag.body['attributes'], tag.body.meta?.['source']]).toEqual([
      200,
      'degraded',
      {},
      'fallback',
    ])
    const strict = await stage.post({id: 'P-1001', strict: true})
    expect([strict.status, strict.body.error?.code]).toEqual([status, code])
  })

  test('that never answers is not waited for', async () => {
    const stage = createStage({config: {deadlines: {functionMs: 40, firestoreMs: 20}}})
    stage.memory.fail('hang')
    expect((await stage.post({id: 'P-1001'})).body.status).toBe('degraded')
    expect((await stage.result({requestId: crypto.randomUUID(), pickup: 'a'.repeat(22)})).body.status).toBe('degraded')
  })

  test('is one word in the log, without the message that names documents', async () => {
    const stage = createStage()
    stage.memory.fail(new StoreError('permission_denied'))
    await stage.post({id: 'P-1001'})
    expect(stage.lines[0]).toMatchObject({stitch: {hop: {lane: 'firestore', ok: false, error: 'permission_denied'}}})
  })

  test('with a bug of ours is 500 and a stack without a message', async () => {
    const stage = createStage()
    Object.assign(stage.memory.store, {read: undefined})
    expect((await stage.post({id: 'P-1001'})).body.error?.code).toBe('internal')
    expect(JSON.stringify(stage.lines)).not.toContain('is not a function')
  })
})

test('strict turns a negative into 404', async () => {
  const {status, body} = await createStage().post({id: 'P-0', strict: true})
  expect([status, body.error?.code]).toEqual([404, 'not_found'])
})

test('a finished request is one line per hop, nested', async () => {
  const stage = createStage()
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await stage.lookup(signed({body: JSON.stringify({id: COOKIE}), headers: {traceparent}}))
  expect(stage.hops()).toEqual(['read identities', 'read visitors', 'lookup'])
  const [first, , whole] = stage.lines
  expect(whole).toMatchObject({
    severity: 'INFO',
    'logging.googleapis.com/trace': 'projects/demo-stitch/traces/0af7651916cd43dd8448eb211c80319c',
    stitch: {
      hop: {
        lane: 'lookup',
        parent: 'b7ad6b7169203331',
        start: NOW,
        end: NOW,
        ok: true,
        facts: {kind: 'visitor', status: 'found'},
      },
    },
  })
  expect(first).toMatchObject({stitch: {hop: {lane: 'firestore', parent: whole?.['logging.googleapis.com/spanId']}}})
})

test('GET and POST are the same request', async () => {
  const stage = createStage()
  const post = await stage.post({id: 'P-1001', fields: ['name'], types: 1, destination: 'server'})
  const get = await stage.get('id=P-1001&fields=name&types=1&destination=server')
  expect(stable(get.body)).toEqual(stable(post.body))
})
