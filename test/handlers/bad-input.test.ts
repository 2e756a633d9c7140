import {describe, expect, test} from 'vitest'
import {ERRORS} from '#runtime/handlers/errors.ts'
import {createStage, KEYS, NOW, signed} from './stand-ins/stage.ts'

type Signing = Parameters<typeof signed>[0]

async function codeOf(request: ReturnType<typeof signed>, stage = createStage()) {
  const {status, body, headers} = await stage.lookup(request)
  const {error} = JSON.parse(body) as {error?: {code: keyof typeof ERRORS; message: string}}
  if (error) expect(status).toBe(ERRORS[error.code].status)
  expect(stage.memory.calls.length === 0 || !error).toBe(true)
  return {code: error?.code, headers}
}

const post = (body: unknown, more: Signing = {}) => signed({body: JSON.stringify(body), ...more})

describe('an id is refused and never cleaned', () => {
  test.each([
    ['empty', ''],
    ['a dot', '.'],
    ['two dots', '..'],
    ['a path', '../visitors/1'],
    ['with a slash', 'a/b'],
    ['reserved', '__x__'],
    ['reserved over two lines', '__\n__'],
    ['with NUL', 'P-\0'],
    ['half a surrogate pair', 'P-\ud800'],
    ['1,501 bytes', 'P'.repeat(1501)],
    ['1,501 bytes in fewer characters', `${'é'.repeat(750)}x`],
    ['a number', 7],
    ['a list, as of a repeated parameter', ['P-1', 'P-2']],
    ['an object', {id: 'P-1'}],
    ['null', null],
  ])('%s', async (_name, id) => {
    expect((await codeOf(post({id}))).code).toBe('invalid_id')
    if (typeof id === 'string' && id.isWellFormed()) {
      expect((await codeOf(signed({method: 'GET', path: `/v1/stitch?id=${encodeURIComponent(id)}`}))).code).toBe(
        'invalid_id',
      )
    }
  })

  test.each([
    ['missing', ''],
    ['given twice', 'id=P-1&id=P-2'],
    ['given twice as a list', 'ids=P-1&ids=P-2'],
    ['not UTF-8', 'id=%FF'],
    ['half an escape', 'id=P-%2'],
  ])('in a query: %s', async (_name, query) => {
    expect((await codeOf(signed({method: 'GET', path: `/v1/stitch?${query}`}))).code).toBe('invalid_id')
  })

  test('1,500 bytes are still an id, which only a named kind takes', async () => {
    const stage = createStage()
    expect((await codeOf(post({id: 'P'.repeat(1500), kind: 'note'}), stage)).code).toBeUndefined()
    expect((await codeOf(post({id: `P-${'x'.repeat(300)}`}))).code).toBe('unknown_kind')
  })
})

describe('a body is refused', () => {
  test.each([
    ['no JSON', '{', 'invalid_request'],
    ['a list', '[]', 'invalid_request'],
    ['null', 'null', 'invalid_request'],
    ['not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'invalid_request'],
    ['empty', '', 'invalid_request'],
    ['id and ids', '{"id":"P-1","ids":["P-1"]}', 'invalid_request'],
    ['no ids', '{"ids":[]}', 'invalid_request'],
    ['ids as a text', '{"ids":"P-1"}', 'invalid_request'],
    ['51 ids', JSON.stringify({ids: Array.from({length: 51}, () => 'P-1')}), 'batch_too_large'],
    ['an id only in the prototype', '{"__proto__":{"id":"P-1"}}', 'invalid_id'],
    ['a mode of its own', '{"id":"P-1","mode":"later"}', 'invalid_request'],
    ['a destination of its own', '{"id":"P-1","destination":"admin"}', 'invalid_request'],
    ['a request id that is no UUID', '{"id":"P-1","requestId":"../x"}', 'invalid_request'],
    ['a preview that splits headers', '{"id":"P-1","preview":"a\\r\\nb: c"}', 'invalid_request'],
    ['a flag that is none', '{"id":"P-1","strict":"yes"}', 'invalid_request'],
    ['fields as a text', '{"id":"P-1","fields":"name"}', 'invalid_field'],
    ['a prototype as field', '{"id":"P-1","fields":["__proto__.x"]}', 'invalid_field'],
    ['a constructor as field', '{"id":"P-1","fields":["a.constructor"]}', 'invalid_field'],
    ['an empty step', '{"id":"P-1","fields":["a..b"]}', 'invalid_field'],
    ['a star as field', '{"id":"P-1","fields":["*"]}', 'invalid_field'],
  ])('%s', async (_name, body, code) => {
    expect((await codeOf(signed({body}))).code).toBe(code)
  })

  test('over 64 KiB, before its signature is looked at', async () => {
    const body = JSON.stringify({id: 'P-1', pad: 'x'.repeat(65_536)})
    expect((await codeOf(signed({body, headers: {'x-stitch-sig': 'no'}}))).code).toBe('body_too_large')
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', undefined])(
    'of type %s',
    async (type) => {
      expect((await codeOf(post({id: 'P-1'}, {headers: {'content-type': type}}))).code).toBe('unsupported_media_type')
    },
  )

  test('with a GET', async () => {
    expect((await codeOf(signed({method: 'GET', path: '/v1/stitch?id=P-1', body: '{}'}))).code).toBe('invalid_request')
  })

  test('of a pick-up without its secret', async () => {
    const requestId = crypto.randomUUID()
    for (const body of [{requestId}, {requestId, pickup: 'short'}, {requestId: 'x', pickup: 'a'.repeat(22)}]) {
      expect((await codeOf(post(body, {path: '/v1/result'}))).code).toBe('invalid_request')
    }
  })
})

test('a parameter of JSON in capitals or with a charset is JSON', async () => {
  expect(
    (await codeOf(post({id: 'P-1'}, {headers: {'content-type': 'Application/JSON; charset=utf-8'}}))).code,
  ).toBeUndefined()
})

test('other paths and methods are refused, with the methods that are taken', async () => {
  expect((await codeOf(post({}, {path: '/'}))).code).toBe('no_such_path')
  expect((await codeOf(post({}, {path: '/v1/stitchx'}))).code).toBe('no_such_path')
  const {code, headers} = await codeOf(post({}, {method: 'PUT'}))
  expect([code, headers['allow']]).toEqual(['method_not_allowed', 'GET, POST'])
  expect((await codeOf(signed({method: 'GET', path: '/v1/result'}))).headers['allow']).toBe('POST')
})

describe('a signature', () => {
  const good = (): Signing => ({body: '{"id":"P-1"}', nonce: 'n'.repeat(16)})

  test('of either active key is taken', async () => {
    expect((await codeOf(signed(good()))).code).toBeUndefined()
    expect((await codeOf(signed({...good(), keys: KEYS.slice(1)}))).code).toBeUndefined()
  })

  test('with padding is the same signature', async () => {
    const request = signed(good())
    expect(
      (await codeOf({...request, headers: {...request.headers, 'x-stitch-sig': `${request.headers['x-stitch-sig']}=`}}))
        .code,
    ).toBeUndefined()
  })

  test.each<[string, Signing]>([
    ['by an unknown key', {keys: [{id: 'stolen', key: Buffer.alloc(32)}]}],
    ['by another key under a known name', {keys: [{id: 'new', key: Buffer.alloc(32)}]}],
    ['that is missing', {headers: {'x-stitch-sig': undefined}}],
    ['that is empty', {headers: {'x-stitch-sig': ''}}],
    ['whose nonce is too short', {nonce: 'n'.repeat(15)}],
    ['whose nonce is too long', {nonce: 'n'.repeat(65)}],
    ['whose nonce holds a line end', {nonce: `${'n'.repeat(16)}\n`}],
    ['whose time is no number', {headers: {'x-stitch-ts': 'now'}}],
    ['whose time was changed', {headers: {'x-stitch-ts': String(NOW / 1000 - 1)}}],
    ['whose nonce was changed', {headers: {'x-stitch-nonce': 'm'.repeat(16)}}],
  ])('%s is refused', async (_name, change) => {
    expect((await codeOf(signed({...good(), ...change}))).code).toBe('bad_signature')
  })

  test('covers the bytes of the body, the path with its query, and the method', async () => {
    const request = signed(good())
    expect((await codeOf({...request, body: Buffer.from('{"id": "P-1"}')})).code).toBe('bad_signature')
    expect((await codeOf({...request, path: '/v1/stitch?x'})).code).toBe('bad_signature')
    const get = signed({method: 'GET', path: '/v1/stitch?id=P-1'})
    expect((await codeOf({...get, path: '/v1/stitch?id=P-2'})).code).toBe('bad_signature')
    expect((await codeOf({...get, method: 'POST'})).code).toBe('bad_signature')
  })

  test.each([
    [300, undefined],
    [301, 'stale_timestamp'],
    [-300, undefined],
    [-301, 'stale_timestamp'],
  ])('%i seconds old gives %s', async (age, code) => {
    expect((await codeOf(signed({...good(), at: NOW - age * 1000}))).code).toBe(code)
  })

  test('is taken once', async () => {
    const stage = createStage()
    const request = signed(good())
    expect((await stage.lookup(request)).status).toBe(200)
    expect(JSON.parse((await stage.lookup(request)).body)).toMatchObject({error: {code: 'replay'}})
  })

  test('that was refused does not use up the nonce', async () => {
    const stage = createStage()
    const request = signed(good())
    expect((await stage.lookup({...request, body: Buffer.from('{}')})).status).toBe(401)
    expect((await stage.lookup(request)).status).toBe(200)
  })
})
