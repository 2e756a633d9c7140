import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {connect} from 'node:net'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {readBundle} from '#runtime/functions/bundle.ts'
import {startFunctions} from '#runtime/functions/start.ts'
import type {FunctionsOptions} from '#runtime/functions/types.ts'
import type {Fact} from '#runtime/kernel/events.ts'

const standIn = join(import.meta.dirname, 'stand-ins/functions.cjs')
const trace = 'a'.repeat(32)
const published = 'b'.repeat(16)

async function start(options: Partial<FunctionsOptions> = {}) {
  const facts: Fact[] = []
  const functions = await startFunctions({
    bundle: await readBundle(standIn),
    targets: ['lookup'],
    env: {},
    emit: (fact) => facts.push(fact),
    signal: new AbortController().signal,
    ...options,
  })
  const ask = async (path = '/', init?: RequestInit) => {
    const answer = await fetch(functions.lookupUrl + path, init)
    return {
      status: answer.status,
      json: (await answer.json()) as {version?: string; port: number} & Record<string, unknown>,
    }
  }
  return {facts, functions, ask, [Symbol.asyncDispose]: () => functions[Symbol.asyncDispose]()}
}

/** Whether something accepts connections. */
function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  const {promise, resolve} = Promise.withResolvers<boolean>()
  const socket = connect(port, host)
  socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

describe('a function', () => {
  test('is reached through its face as it is through the cloud', async () => {
    await using run = await start({env: {VERSION: '1', SECRET: 'hidden-key'}})
    const answer = await run.ask('/v1/stitch?a=b%20c', {
      method: 'POST',
      body: '{"id":"x"}',
      headers: {traceparent: 'kept'},
    })
    expect(answer).toMatchObject({
      status: 200,
      json: {version: '1', method: 'POST', path: '/v1/stitch?a=b%20c', body: '{"id":"x"}', traceparent: 'kept'},
    })
    expect(answer.json['secretOnCommandLine']).toBe(false)
    expect(await accepts(answer.json.port)).toBe(true)
    // Any other address of this machine: 127.0.0.2 is one where the whole of 127/8 is loopback.
    expect(await accepts(answer.json.port, '127.0.0.2')).toBe(false)
  })

  test('states what it prints, to its last line', async () => {
    const run = await start()
    const line = JSON.stringify({
      message: 'lookup',
      'logging.googleapis.com/trace': `projects/p/traces/${trace}`,
      'logging.googleapis.com/spanId': published,
      stitch: {hop: {lane: 'lookup', start: 1, end: 2, ok: true}},
    })
    await run.ask('/print', {method: 'POST', body: line})
    await run.functions[Symbol.asyncDispose]()
    expect(run.facts).toEqual([
      {type: 'span.started', trace, span: published, name: 'lookup', lane: 'lookup', start: 1},
      {type: 'span.ended', trace, span: published, end: 2, ok: true},
      {type: 'log.line', source: 'lookup', level: 'info', text: 'last line before the end'},
    ])
  })

  test('finishes what it was asked before it is closed, and is gone then', async () => {
    const run = await start()
    const {port} = (await run.ask()).json
    const slow = run.ask('/?ms=200')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await run.functions[Symbol.asyncDispose]()
    expect((await slow).status).toBe(200)
    expect(await accepts(port)).toBe(false)
  })
})

test('a push delivery is a hop between publisher and worker', async () => {
  await using run = await start({targets: ['lookup', 'worker']})
  const body = JSON.stringify({
    message: {messageId: '9', attributes: {traceparent: `00-${trace}-${published}-01`}, data: 'e30='},
  })
  const deliver = (path: string) => fetch(run.functions.workerUrl + path, {method: 'POST', body})
  await deliver('/?status=503')
  const seen = (await (await deliver('/')).json()) as {traceparent: string}
  const started = run.facts.filter((fact) => fact.type === 'span.started')
  expect(started).toMatchObject([
    {lane: 'pubsub', name: 'delivery 1', trace, parent: published, facts: {messageId: '9', attempt: 1}},
    {lane: 'pubsub', name: 'delivery 2', trace, parent: published, facts: {messageId: '9', attempt: 2}},
  ])
  expect(run.facts.filter((fact) => fact.type === 'span.ended')).toMatchObject([
    {ok: false, facts: {messageId: '9', attempt: 1, status: 503}},
    {ok: true, facts: {messageId: '9', attempt: 2, status: 200}},
  ])
  expect(seen.traceparent).toBe(`00-${trace}-${started[1]!.span}-01`)
  expect(run.facts.find((fact) => fact.type === 'http.exchanged')).toMatchObject({
    exchange: {request: {method: 'POST', body}, response: {status: 503, body: expect.stringContaining('"port"')}},
  })
})

describe('reload', () => {
  test('loses no request under load and ends with the new environment', async () => {
    await using run = await start({env: {VERSION: '1'}})
    const first = await run.ask()
    const done = new AbortController()
    const load = async () => {
      const answers = []
      while (!done.signal.aborted) answers.push(await run.ask('/?ms=5', {method: 'POST', body: 'x'.repeat(10_000)}))
      return answers
    }
    const loads = Array.from({length: 8}, load)
    await run.functions.reload({env: {VERSION: '2'}})
    done.abort()
    const answers = (await Promise.all(loads)).flat()
    expect(new Set(answers.map(({status}) => status))).toEqual(new Set([200]))
    expect((await run.ask()).json.version).toBe('2')
    expect(await accepts(first.json.port)).toBe(false)
  })

  test('that fails leaves the old one at work', async () => {
    await using run = await start({env: {VERSION: '1'}})
    await expect(run.functions.reload({env: {AT_LOAD: 'throw'}})).rejects.toMatchObject({
      code: 'STITCH_FUNCTION_NOT_STARTED',
    })
    expect((await run.ask()).json.version).toBe('1')
  })
})

describe('a function that ends by itself', () => {
  test('is started again once, and a second time is the end', async () => {
    await using run = await start()
    const failed = once(run.functions.failed, 'abort')
    // The framework still answers the request that ended it.
    expect((await fetch(`${run.functions.lookupUrl}/die`)).status).toBe(500)
    expect((await run.ask()).status).toBe(200)
    expect(run.facts).toContainEqual(
      expect.objectContaining({level: 'error', text: expect.stringContaining('exit code 3')}),
    )
    await fetch(`${run.functions.lookupUrl}/die`)
    await failed
    expect(run.functions.failed.reason).toMatchObject({code: 'STITCH_FUNCTION_DIED', exit: 'bug'})
    expect((await fetch(run.functions.lookupUrl)).status).toBe(503)
  })

  test('by a signal breaks the request, and the next one meets its successor', async () => {
    await using run = await start()
    expect((await fetch(`${run.functions.lookupUrl}/die?signal=SIGKILL`)).status).toBe(503)
    expect((await run.ask()).status).toBe(200)
  })

  test('while it starts says why, and takes the other one along', async () => {
    await expect(start({targets: ['lookup', 'worker'], env: {AT_LOAD: 'throw'}})).rejects.toMatchObject({
      code: 'STITCH_FUNCTION_NOT_STARTED',
      exit: 'bug',
      hints: expect.arrayContaining([expect.stringContaining('the bundle is broken')]),
    })
  })
})

test('an abort while starting ends even a process that hangs', async () => {
  const controller = new AbortController()
  const starting = start({env: {AT_LOAD: 'hang'}, signal: controller.signal})
  setTimeout(() => controller.abort(new Error('stopped')), 100)
  await expect(starting).rejects.toThrow('stopped')
})

test('no process outlives a parent that was killed', async () => {
  const args = ['--conditions=stitch-source', join(import.meta.dirname, 'stand-ins/parent.ts'), standIn]
  const parent = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']})
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const ports = JSON.parse(line.toString()) as number[]
  expect(await Promise.all(ports.map((port) => accepts(port)))).toEqual([true, true])
  parent.kill('SIGKILL')
  await expect.poll(() => Promise.all(ports.map((port) => accepts(port))), {timeout: 5_000}).toEqual([false, false])
})
