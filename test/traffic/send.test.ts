import {once} from 'node:events'
import {createServer} from 'node:http'
import type {RequestListener} from 'node:http'
import type {AddressInfo} from 'node:net'
import {describe, expect, test} from 'vitest'
import type {Fact} from '#runtime/kernel/events.ts'
import {inParallel} from '#runtime/traffic/in-parallel.ts'
import {pollResult} from '#runtime/traffic/poll.ts'
import {startTraffic} from '#runtime/traffic/start.ts'

const purpose = {scenario: 's', step: 'a', title: 'a title', mode: 'sync'} as const
const get = (target: string) => ({method: 'GET', target, headers: {}, body: undefined}) as const

/** A container's stand-in and the traffic to it; the clock ticks once per reading. */
async function start(answer: RequestListener, signal = new AbortController().signal) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const facts: Fact[] = []
  let now = 0
  const baseUrl = `http://localhost:${(server.address() as AddressInfo).port}`
  const traffic = startTraffic({baseUrl, emit: (fact) => facts.push(fact), clock: {now: () => ++now}, signal})
  const close = async () => {
    await traffic[Symbol.asyncDispose]()
    server.closeAllConnections()
    if (server.listening) await server[Symbol.asyncDispose]()
  }
  return {facts, traffic, server, [Symbol.asyncDispose]: close}
}

describe('a request', () => {
  test('states what it is for, its span and the exchange, and carries its trace', async () => {
    const seen: unknown[] = []
    await using run = await start((request, response) => {
      seen.push(request.headers['traceparent'], request.headers.origin, request.url)
      response
        .writeHead(200, {'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2']})
        .end('{"status":"found"}')
    })
    const request = {
      method: 'POST',
      target: '/stitch?x=1',
      headers: {origin: 'https://shop.example'},
      body: '{"id":"x"}',
    } as const
    const answer = await run.traffic.send(request, purpose)
    const {context} = answer
    expect(answer).toMatchObject({
      status: 200,
      body: '{"status":"found"}',
      json: {status: 'found'},
      durationMs: 1,
      error: undefined,
    })
    expect(seen).toEqual([`00-${context.trace}-${context.span}-01`, 'https://shop.example', '/stitch?x=1'])
    run.traffic.settle(answer)
    const {trace} = context
    expect(run.facts).toMatchObject([
      {type: 'request.started', trace, ...purpose, method: 'POST', path: '/stitch'},
      {type: 'span.started', trace, span: context.span, name: 'POST /stitch', lane: 'client', start: 1},
      {
        type: 'http.exchanged',
        span: context.span,
        exchange: {
          request: {
            method: 'POST',
            url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/stitch\?x=1$/),
            body: '{"id":"x"}',
          },
          response: {status: 200, headers: {'set-cookie': 'a=1, b=2'}, body: '{"status":"found"}'},
        },
      },
      {type: 'span.ended', span: context.span, end: 2, ok: true, facts: {status: 200}},
      {type: 'request.ended', trace, status: 200, outcome: 'found'},
    ])
  })

  test('within a trace is a child span and no new request', async () => {
    await using run = await start((_, response) => response.end('later'))
    const context = {trace: 'a'.repeat(32), span: 'b'.repeat(16)}
    const answer = await run.traffic.sendWithin(get('/stitch/result'), context)
    expect(answer).toMatchObject({context: {trace: context.trace}, json: undefined})
    expect(run.facts.map(({type}) => type)).toEqual(['span.started', 'http.exchanged', 'span.ended'])
    expect(run.facts[0]).toMatchObject({parent: context.span})
  })

  test('without an answer in time is an answer with an error', async () => {
    await using run = await start(() => undefined)
    const answer = await run.traffic.send(get('/stitch'), {...purpose, timeoutMs: 20})
    expect(answer).toMatchObject({status: undefined, error: 'no answer within 20 ms', body: ''})
    run.traffic.settle(answer)
    expect(run.facts.slice(-3)).toMatchObject([
      {type: 'http.exchanged', exchange: {error: 'no answer within 20 ms'}},
      {type: 'span.ended', ok: false, error: 'no answer within 20 ms'},
      {type: 'request.ended', error: 'no answer within 20 ms'},
    ])
  })

  test('to nobody is an answer with an error', async () => {
    await using run = await start(() => undefined)
    run.server.close()
    expect((await run.traffic.send(get('/stitch'), purpose)).error).toContain('ECONNREFUSED')
  })

  test('ends with the reason of the run when that is stopped', async () => {
    const controller = new AbortController()
    await using run = await start(() => controller.abort(new Error('stopped')), controller.signal)
    await expect(run.traffic.send(get('/stitch'), purpose)).rejects.toThrow('stopped')
    expect(run.facts.at(-1)).toMatchObject({type: 'span.ended', ok: false})
  })

  test('keeps long bodies whole for checks and cut in the log', async () => {
    await using run = await start((_, response) => response.end('é'.repeat(50_000)))
    const answer = await run.traffic.send(get('/stitch'), purpose)
    expect(answer.body).toHaveLength(50_000)
    const exchanged = run.facts.find((fact) => fact.type === 'http.exchanged')
    expect(exchanged?.exchange.response?.body).toBe('é'.repeat(32_768))
  })

  test('uses connections again', async () => {
    let connections = 0
    await using run = await start((_, response) => response.end())
    run.server.on('connection', () => connections++)
    for (let i = 0; i < 6; i++) await run.traffic.send(get('/stitch'), purpose)
    // A pool takes a second one when the next request comes in the very moment of the answer.
    expect(connections).toBeLessThanOrEqual(2)
  })
})

describe('polling', () => {
  const wait = async (bodies: readonly (string | undefined)[]) => {
    const waited: number[] = []
    const targets: string[] = []
    let turn = 0
    await using run = await start((request, response) => {
      targets.push(request.url!)
      const body = bodies[turn++]
      if (body === undefined) request.socket.destroy()
      else response.writeHead(200, {'content-type': 'application/json'}).end(body)
    })
    const context = {trace: 'a'.repeat(32), span: 'b'.repeat(16)}
    const answer = await pollResult({
      requestId: 'r 1',
      pickup: 'p&',
      send: (request) => run.traffic.sendWithin(request, context),
      sleep: async (ms) => waited.push(ms),
    })
    return {answer, waited, targets}
  }
  const pending = '{"status":"pending"}'

  test('ends with the first answer that is not pending', async () => {
    const {answer, waited, targets} = await wait([pending, undefined, '{"status":"found"}'])
    expect(answer?.json).toEqual({status: 'found'})
    expect(waited).toEqual([300, 600, 1_200])
    expect(new Set(targets)).toEqual(new Set(['/stitch/result?requestId=r%201&pickup=p%26']))
  })

  test('gives up after five attempts', async () => {
    const {answer, waited} = await wait(Array.from({length: 9}, () => pending))
    expect(answer?.json).toEqual({status: 'pending'})
    expect(waited).toEqual([300, 600, 1_200, 1_200, 1_200])
  })
})

describe('parallel work', () => {
  test('keeps the order of results and never exceeds its width', async () => {
    let running = 0
    let most = 0
    const results = await inParallel([30, 5, 20, 1], 2, async (ms) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, ms))
      running--
      return ms
    })
    expect(results).toEqual([30, 5, 20, 1])
    expect(most).toBe(2)
  })

  test('begins nothing after a failure', async () => {
    const begun: number[] = []
    const work = inParallel([1, 2, 3], 1, async (item) => {
      begun.push(item)
      if (item === 2) throw new Error('no')
    })
    await expect(work).rejects.toThrow('no')
    expect(begun).toEqual([1, 2])
  })
})
