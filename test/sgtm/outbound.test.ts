import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {readOutboundRules} from '#runtime/sgtm/server/outbound-file.ts'
import {findRule, isForwarded} from '#runtime/sgtm/server/outbound-rules.ts'
import type {OutboundRule} from '#runtime/sgtm/types.ts'
import {serve} from './serve.ts'

let folder: string
let vendor: {readonly url: string; readonly close: () => Promise<void>; asked: string[]}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stitch-outbound-'))
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['authorization'] ?? ''}`)
    response.writeHead(201, {'x-vendor': 'yes', 'set-cookie': 'a=b'})
    response.end(`answer ${asked.length}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  vendor = {url: `http://127.0.0.1:${port}`, close, asked}
})
afterAll(async () => {
  await vendor.close()
  await rm(folder, {recursive: true})
})

/** What a client that sends one request got, as its answer. */
async function send(rules: readonly OutboundRule[], url: string, options = '{}', body = "''"): Promise<unknown> {
  const code = `
    const set = require('setResponseBody');
    const done = (value) => { set(require('JSON').stringify(value)); require('returnResponse')(); };
    require('claimRequest')();
    require('sendHttpRequest')('${url}', ${options}, ${body}).then(
      (answer) => done([answer.statusCode, answer.body, answer.headers['x-vendor']]), done);`
  await using served = await serve([{code}], [], {outbound: rules})
  const response = await fetch(served.container.url)
  return await response.json()
}

describe('a rule covers', () => {
  test.each<[Partial<OutboundRule>, string, boolean]>([
    [{url: 'https://a.example'}, 'https://a.example/any?x', true],
    [{url: 'https://a.example/v1'}, 'https://a.example/v1/x', true],
    [{url: 'https://a.example/v1'}, 'https://a.example/v10', false],
    [{url: 'https://a.example/v1/'}, 'https://a.example/v1', false],
    [{url: 'https://a.example'}, 'https://a.example:8443/', false],
    [{url: 'https://*.a.example/v*/x'}, 'https://b.a.example/v2/x', true],
    [{url: 'https://*.a.example/v*/x'}, 'https://b.a.example/v2/y', false],
    [{url: '*'}, 'https://any.example/', true],
    [{url: '*', method: 'POST'}, 'https://any.example/', false],
    [{url: '*', method: 'GET'}, 'https://any.example/', true],
    [{url: '*'}, 'no address', false],
  ])('%j %s: %s', (rule, url, covered) => {
    const rules = [{action: 'fail', reason: 'failed', url: '', ...rule} as OutboundRule]
    expect(findRule(rules, {url, method: 'GET'}) !== undefined).toBe(covered)
  })

  test('first come, first served', async () => {
    const rules: OutboundRule[] = [
      {url: 'https://a.example/x', action: 'answer', status: 200, body: 'one'},
      {url: 'https://a.example', action: 'answer', status: 200, body: 'two'},
    ]
    expect(await send(rules, 'https://a.example/x')).toEqual([200, 'one', null])
    expect(await send(rules, 'https://a.example/y')).toEqual([200, 'two', null])
  })
})

describe('a request is', () => {
  test('captured and answered with 204 where no rule covers it', async () => {
    expect(await send([], 'https://a.example/')).toEqual([204, '', null])
  })

  test.each<[string, OutboundRule, string, unknown]>([
    [
      'answered',
      {url: '*', action: 'answer', status: 404, body: 'no', headers: {'x-vendor': 'v'}},
      '{}',
      [404, 'no', 'v'],
    ],
    ['answered late', {url: '*', action: 'answer', status: 200, delayMs: 5}, '{timeout: 1000}', [200, '', null]],
    [
      'answered too late',
      {url: '*', action: 'answer', status: 200, delayMs: 5000},
      '{timeout: 5}',
      {reason: 'timed_out'},
    ],
    ['failed', {url: '*', action: 'fail', reason: 'failed'}, '{}', {reason: 'failed'}],
    ['timed out', {url: '*', action: 'fail', reason: 'timed_out'}, '{}', {reason: 'timed_out'}],
    ['not sent away from this machine', {url: 'https://a.example', action: 'forward'}, '{}', {reason: 'failed'}],
  ])('%s', async (_, rule, options, expected) => {
    expect(await send([rule], 'https://a.example/', options)).toEqual(expected)
  })

  test('sent to the place that stands for its address', async () => {
    const rules: OutboundRule[] = [{url: 'https://a.example', action: 'forward', to: vendor.url}]
    expect(await send(rules, 'https://a.example/path?q=1')).toEqual([201, expect.stringMatching(/^answer/), 'yes'])
    expect(vendor.asked.at(-1)).toBe('GET /path?q=1 ')
  })

  test('recorded without what is secret or passing, and replayed', async () => {
    const file = join(folder, 'deep', 'vendor.json')
    const record: OutboundRule = {url: 'https://a.example', action: 'record', to: vendor.url, file}
    const replay: OutboundRule = {url: 'https://a.example', action: 'replay', file}
    const post = "{method: 'POST', headers: {authorization: 'Bearer secret'}}"
    const first = await send([record], 'https://a.example/x?n=1', post, "'body'")
    const asked = vendor.asked.length
    expect(vendor.asked.at(-1)).toBe('POST /x?n=1 Bearer secret')

    expect(await send([replay], 'https://a.example/x?n=1', post, "'body'")).toEqual(first)
    expect(await send([replay], 'https://a.example/x?n=2', post, "'body'")).toEqual({reason: 'failed'})
    expect(await send([replay], 'https://a.example/x?n=1', post, "'other'")).toEqual({reason: 'failed'})
    expect(await send([{...replay, match: 'path'}], 'https://a.example/x?n=2', post, "'other'")).toEqual(first)
    expect(await send([{...replay, match: 'path'}], 'https://a.example/x?n=1')).toEqual({reason: 'failed'})
    expect(vendor.asked).toHaveLength(asked)

    const text = await readFile(file, 'utf8')
    expect(text).not.toMatch(/secret|set-cookie|content-length/)
    expect(JSON.parse(text)).toMatchObject({
      version: 1,
      exchanges: [{request: {method: 'POST', url: 'https://a.example/x?n=1', body: 'body'}, response: {status: 201}}],
    })
  })

  test('recorded once, the last answer being kept, also when many come at once', async () => {
    const file = join(folder, 'many.json')
    const record: OutboundRule = {url: 'https://a.example', action: 'record', to: vendor.url, file}
    const code = `
      const send = require('sendHttpRequest');
      require('claimRequest')();
      require('Promise').all([1, 2, 3, 1, 2, 3].map((n) => send('https://a.example/' + n))).then(require('returnResponse'));`
    await using served = await serve([{code}], [], {outbound: [record]})
    expect((await fetch(served.container.url)).status).toBe(200)
    const {exchanges} = JSON.parse(await readFile(file, 'utf8')) as {exchanges: {request: {url: string}}[]}
    expect(exchanges.map(({request}) => request.url).sort()).toEqual([1, 2, 3].map((n) => `https://a.example/${n}`))
    expect(served.container.captured()).toEqual([])
  })

  test('failed where the recordings are none', async () => {
    const file = join(folder, 'broken.json')
    await writeFile(file, '{"exchanges": 1}')
    expect(await send([{url: '*', action: 'replay', file}], 'https://a.example/')).toEqual({reason: 'failed'})
  })
})

test('rules may change while the container runs', async () => {
  const code = `
    require('claimRequest')();
    require('sendHttpGet')('https://a.example/').then((answer) => {
      require('setResponseStatus')(answer.statusCode);
      require('returnResponse')();
    });`
  await using served = await serve([{code}], [], {outbound: [{url: '*', action: 'answer', status: 201}]})
  expect((await fetch(served.container.url)).status).toBe(201)
  await served.container.reload(served.definition, [{url: '*', action: 'answer', status: 202}])
  expect((await fetch(served.container.url)).status).toBe(202)
})

test('a local address that is forwarded stands for a production one, another address does not', () => {
  const rules: OutboundRule[] = [
    {url: 'http://127.0.0.1:9', action: 'forward'},
    {url: 'https://a.example', action: 'forward', to: 'http://127.0.0.1:9'},
    {url: 'https://b.example', action: 'forward', remote: true},
  ]
  const of = (url: string): boolean => isForwarded(rules, url)
  expect([of('http://127.0.0.1:9/x'), of('https://a.example/'), of('https://b.example/')]).toEqual([true, false, false])
})

describe('a file of rules', () => {
  const read = async (text: string): Promise<readonly OutboundRule[]> => {
    const file = join(folder, 'rules.json')
    await writeFile(file, text)
    return await readOutboundRules(file)
  }

  test('holds rules of every kind, with recordings beside it', async () => {
    const rules = [
      {url: 'http://localhost:1', action: 'forward'},
      {url: 'https://a.example', method: 'POST', action: 'record', to: 'http://[::1]:1', file: 'a.json'},
      {url: 'https://b.example', action: 'record', remote: true, file: '/tmp/b.json'},
      {url: 'https://c.example', action: 'replay', file: 'c.json', match: 'path'},
      {url: 'https://d.example', action: 'answer', body: {ok: true}, headers: {'x-a': 'b'}},
      {url: 'https://e.example', action: 'answer', body: 'text', status: 418},
      {url: '*', action: 'fail'},
    ]
    expect(await read(JSON.stringify({rules}))).toEqual([
      rules[0],
      {...rules[1], file: join(folder, 'a.json')},
      rules[2],
      {...rules[3], file: join(folder, 'c.json')},
      {
        url: 'https://d.example',
        action: 'answer',
        status: 200,
        body: '{"ok":true}',
        headers: {'content-type': 'application/json', 'x-a': 'b'},
      },
      rules[5],
      {url: '*', action: 'fail', reason: 'failed'},
    ])
  })

  test.each([
    ['{"rules": [', /not valid JSON/, 1],
    ['{"rules": [\n{"url": "https://a.example", "action": "forward"}]}', /rules\.0\.url: leads away/, 2],
    ['{"rules": [\n{"url": "https://*.a.example/", "action": "forward"}]}', /leads away/, 2],
    [
      '{"rules": [{"url": "*",\n"action": "record", "to": "https://a.example", "file": "x"}]}',
      /rules\.0\.to: leads/,
      2,
    ],
    ['{"rules": [{"url": "*", "action": "forward", "to": "http://localhost/path"}]}', /without a path/, 1],
    ['{"rules": [{"url": "*", "action": "dance"}]}', /rules\.0/, 1],
    ['{"rules": [{"url": "*",\n"action": "answer", "status": 99}]}', /rules\.0\.status/, 2],
    ['{"rules": [{"url": "nowhere", "action": "fail"}]}', /neither an address nor a pattern/, 1],
    ['{"rules": [{"url": "*", "action": "fail", "extra": 1}]}', /extra/, 1],
  ])('%j is refused with its place', async (text, message, line) => {
    const problem = await read(text).then(
      () => undefined,
      (error: unknown) => error as {message: string; hints: string[]; at: {line: number}},
    )
    expect([problem?.message, ...(problem?.hints ?? [])].join('\n')).toMatch(message)
    expect(problem?.at.line).toBe(line)
  })
})
