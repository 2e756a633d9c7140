import {createHash, createHmac} from 'node:crypto'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import {systemClock} from '#runtime/kernel/clock.ts'
import type {Fact} from '#runtime/kernel/events.ts'
import {readDefinition} from '#runtime/sgtm/definition/definition.ts'
import {resolveDefinition} from '#runtime/sgtm/definition/resolve-definition.ts'
import {startContainer} from '#runtime/sgtm/start.ts'
import type {Container} from '#runtime/sgtm/types.ts'

type Call = {
  readonly path: string
  readonly headers: Record<string, unknown>
  readonly text: string
  readonly body: Record<string, unknown>
}
type Reply = {readonly status: number; readonly body: unknown; readonly afterMs?: number}

const key = Buffer.alloc(32, 7)
const definitionFile = fileURLToPath(new URL('../../fixtures/container/container.json', import.meta.url))
const found: Reply = {
  status: 200,
  body: {
    requestId: 'r-1',
    status: 'found',
    kind: 'product',
    attributes: {name: 'Pole'},
    eventAttributes: {gender: 'f', profitMargin: 0.43},
    meta: {},
  },
}

/** The shipped container in front of a function that gives one reply. */
async function open(reply: Reply = found) {
  const stack = new AsyncDisposableStack()
  const calls: Call[] = []
  const server = createServer((message, response) => {
    void (async () => {
      const text = (await Array.fromAsync(message as AsyncIterable<Buffer>)).join('')
      calls.push({
        path: message.url ?? '',
        headers: message.headers,
        text,
        body: JSON.parse(text) as Record<string, unknown>,
      })
      await new Promise((resolve) => void setTimeout(resolve, reply.afterMs ?? 0))
      response.writeHead(reply.status, {'content-type': 'application/json'}).end(JSON.stringify(reply.body))
    })()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => void server.once('listening', resolve))
  stack.defer(() => server.close().closeAllConnections())
  const lookupUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const values = {lookupUrl, keyId: 'local-1', allowedOrigins: ['https://shop.example']}
  const definition = resolveDefinition(await readDefinition(definitionFile), values)
  const facts: Fact[] = []
  const container = stack.use(
    await startContainer({
      definition,
      host: '127.0.0.1',
      port: {port: 0, explicit: true},
      keys: {'local-1': key.toString('base64')},
      outbound: [{url: lookupUrl, action: 'forward'}],
      clock: systemClock,
      emit: (fact) => void facts.push(fact),
      signal: new AbortController().signal,
    }),
  )
  return {container, calls, facts, [Symbol.asyncDispose]: () => stack.disposeAsync()}
}

function sign(
  method: string,
  path: string,
  text: string,
  seconds = Math.floor(Date.now() / 1000),
): Record<string, string> {
  const nonce = 'abcdefghijklmnop'
  const digest = createHash('sha256').update(text).digest('hex')
  const signature = createHmac('sha256', key)
    .update(`v1\n${seconds}\n${nonce}\n${method}\n${path}\n${digest}`)
    .digest('base64url')
  return {'x-stitch-key': 'local-1', 'x-stitch-ts': String(seconds), 'x-stitch-nonce': nonce, 'x-stitch-sig': signature}
}

const settled = async (container: Container): Promise<void> => {
  await expect.poll(() => container.captured().length).toBe(1)
}

describe('a lookup', () => {
  test('is signed so that the function can check it, byte for byte', async () => {
    await using opened = await open()
    await fetch(`${opened.container.url}/stitch?id=P-1001`)
    const [call] = opened.calls
    const {
      'x-stitch-ts': ts,
      'x-stitch-nonce': nonce,
      'x-stitch-sig': signature,
    } = call!.headers as Record<string, string>
    const digest = createHash('sha256').update(call!.text).digest('hex')
    const expected = createHmac('sha256', key)
      .update(`v1\n${ts}\n${nonce}\nPOST\n/v1/stitch\n${digest}`)
      .digest('base64url')
    expect(signature).toBe(expected)
    expect(nonce).toMatch(/^[\w-]{16,64}$/)
    expect(call!.body['requestId']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('says the same whether it came as GET or as POST', async () => {
    await using opened = await open()
    const body = JSON.stringify({
      id: 'P-1001',
      fields: ['name', 'price'],
      requestId: '6f1c2f0e-0000-4000-8000-000000000000',
    })
    await fetch(
      `${opened.container.url}/stitch?id=P-1001&fields=name,price&requestId=6f1c2f0e-0000-4000-8000-000000000000`,
    )
    await fetch(`${opened.container.url}/stitch`, {method: 'POST', body, headers: {'content-type': 'application/json'}})
    expect(opened.calls[0]?.body).toEqual(opened.calls[1]?.body)
  })

  test('answers without what is for the container, and the tag sends it to the vendor', async () => {
    await using opened = await open()
    const response = await fetch(`${opened.container.url}/stitch?id=P-1001`)
    const text = await response.text()
    expect(JSON.parse(text)).toEqual({
      requestId: 'r-1',
      status: 'found',
      kind: 'product',
      attributes: {name: 'Pole'},
      meta: {},
    })
    expect(text).not.toContain('profitMargin')
    expect(response.headers.get('cache-control')).toBe('no-store')
    await settled(opened.container)
    const [captured] = opened.container.captured()
    expect(captured?.url).toBe('https://vendor.example/collect')
    expect(JSON.parse(captured?.body ?? '')).toEqual({
      event: 'stitch_result',
      event_id: 'r-1',
      status: 'found',
      attributes: {gender: 'f', profitMargin: 0.43},
    })
  })

  test("is the server's only when the server has signed it", async () => {
    await using opened = await open()
    const ask = async (headers: Record<string, string>): Promise<unknown> => {
      await fetch(`${opened.container.url}/stitch?id=P-1001`, {headers})
      return opened.calls.at(-1)?.body['destination']
    }
    const good = sign('GET', '/stitch?id=P-1001', '')
    expect(await ask({})).toBe('browser')
    expect(await ask(good)).toBe('server')
    expect(await ask(sign('GET', '/stitch?id=P-1002', ''))).toBe('browser')
    expect(await ask(sign('GET', '/stitch?id=P-1001', '', Math.floor(Date.now() / 1000) - 301))).toBe('browser')
    expect(await ask({...good, 'x-stitch-sig': 'forged'})).toBe('browser')
    expect(await ask({...good, 'x-stitch-key': 'other'})).toBe('browser')
  })

  test('that takes too long is degraded within the time-out, and tags run', async () => {
    await using opened = await open({...found, afterMs: 60_000})
    const response = await fetch(`${opened.container.url}/stitch?id=P-1001`)
    expect([response.status, await response.json()]).toMatchObject([200, {status: 'degraded', attributes: {}}])
    await settled(opened.container)
    expect(opened.container.events()[0]?.data['x-stitch-status']).toBe('degraded')
  })

  test.each([
    [{status: 503, body: {error: {code: 'store_unavailable'}}}, 200, 'degraded'],
    [{status: 401, body: {error: {code: 'bad_signature'}}}, 200, 'degraded'],
    [{status: 200, body: 'no object'}, 200, 'degraded'],
    [{status: 404, body: {status: 'not_found'}}, 404, 'not_found'],
    [{status: 202, body: {status: 'pending', pickup: 's'}}, 202, 'pending'],
  ])('with the function answering %j is answered with %i %s', async (reply, status, outcome) => {
    await using opened = await open(reply)
    const response = await fetch(`${opened.container.url}/stitch?id=P-1001`)
    expect([response.status, await response.json()]).toMatchObject([status, {status: outcome}])
  })

  test.each([
    ['a repeated id', '/stitch?id=1&id=2', {}, 400, 'invalid_id'],
    ['a query that is no UTF-8', '/stitch?id=%ff', {}, 400, 'invalid_id'],
    [
      'a form',
      '/stitch',
      {method: 'POST', body: 'id=1', headers: {'content-type': 'application/x-www-form-urlencoded'}},
      415,
      'unsupported_media_type',
    ],
    [
      'broken JSON',
      '/stitch',
      {method: 'POST', body: '{"id":', headers: {'content-type': 'application/json'}},
      400,
      'invalid_request',
    ],
    [
      'a foreign origin',
      '/stitch?id=1',
      {headers: {origin: 'https://shop.example.attacker.example'}},
      403,
      'origin_not_allowed',
    ],
    [
      'a foreign beacon',
      '/stitch',
      {method: 'POST', body: '{"id":"1"}', headers: {'content-type': 'text/plain', origin: 'null'}},
      403,
      'origin_not_allowed',
    ],
  ])('%s is refused without asking the function', async (_, path, init, status, code) => {
    await using opened = await open()
    const response = await fetch(opened.container.url + path, init)
    expect([response.status, await response.json()]).toMatchObject([status, {error: {code}}])
    expect(opened.calls).toEqual([])
  })

  test('nests the hops of its trace', async () => {
    await using opened = await open()
    await fetch(`${opened.container.url}/stitch?id=P-1001`, {
      headers: {traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'},
    })
    const spans = opened.facts.flatMap((fact) => (fact.type === 'span.started' ? [fact] : []))
    const [request, forward] = spans
    expect([request?.parent, forward?.parent]).toEqual(['b7ad6b7169203331', request?.span])
    expect(opened.calls[0]?.headers['traceparent']).toBe(`00-0af7651916cd43dd8448eb211c80319c-${forward?.span}-01`)
  })
})

describe('pages of other origins', () => {
  test('get a preflight by name', async () => {
    await using opened = await open()
    const ask = (origin: string): Promise<Response> =>
      fetch(`${opened.container.url}/stitch`, {method: 'OPTIONS', headers: {origin}})
    const yes = await ask('https://shop.example')
    expect([yes.status, yes.headers.get('access-control-allow-origin'), yes.headers.get('vary')]).toEqual([
      204,
      'https://shop.example',
      'Origin',
    ])
    const no = await ask('https://evil.example')
    expect([no.status, no.headers.get('access-control-allow-origin')]).toEqual([403, null])
  })

  test('may read the answer', async () => {
    await using opened = await open()
    const response = await fetch(`${opened.container.url}/stitch?id=1`, {headers: {origin: 'https://shop.example'}})
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example')
  })
})

describe('a callback', () => {
  const text = JSON.stringify({
    requestId: 'r-9',
    status: 'found',
    kind: 'visitor',
    attributes: {gender: 'm', lifetimeRevenue: 4180.35},
    messageId: '1',
  })
  const call = (container: Container, headers: Record<string, string>): Promise<Response> =>
    fetch(`${container.url}/stitch/callback`, {
      method: 'POST',
      body: text,
      headers: {'content-type': 'application/json', ...headers},
    })

  test('runs the container and is confirmed when the tags have finished', async () => {
    await using opened = await open()
    const response = await call(opened.container, sign('POST', '/stitch/callback', text))
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect(opened.container.captured().map(({body}) => JSON.parse(body) as unknown)).toEqual([
      {event: 'stitch_result', event_id: 'r-9', status: 'found', attributes: {gender: 'm', lifetimeRevenue: 4180.35}},
    ])
  })

  test.each([
    ['without a signature', {}],
    ['with a stale signature', sign('POST', '/stitch/callback', text, Math.floor(Date.now() / 1000) - 400)],
    ['with the signature of another body', sign('POST', '/stitch/callback', '{}')],
    ['with the signature of another path', sign('POST', '/stitch', text)],
  ])('%s is refused and runs nothing', async (_, headers) => {
    await using opened = await open()
    expect((await call(opened.container, headers)).status).toBe(401)
    expect(opened.container.events()).toEqual([])
  })
})

test('a result is picked up through the signed path of the function', async () => {
  await using opened = await open()
  const response = await fetch(`${opened.container.url}/stitch/result?requestId=r-1&pickup=secret`)
  expect(await response.text()).not.toContain('profitMargin')
  expect(opened.calls[0]).toMatchObject({path: '/v1/result', body: {requestId: 'r-1', pickup: 'secret'}})
  expect(opened.container.events()).toEqual([])
})
