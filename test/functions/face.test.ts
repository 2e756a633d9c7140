import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {once} from 'node:events'
import {expect, test} from 'vitest'
import type {Child} from '#runtime/functions/child.ts'
import {startFace} from '#runtime/functions/face.ts'
import {createSlot} from '#runtime/functions/slot.ts'
import type {Fact} from '#runtime/kernel/events.ts'
import type {Deliver} from '#runtime/functions/types.ts'

const emit = () => undefined

async function startUpstream(text: string) {
  const server = createServer((_, response) => response.end(text)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  const child: Child = {
    pid: 0,
    port,
    ended: Promise.resolve({code: 0, signal: null, lastWords: []}),
    hasEnded: () => false,
    stop: async () => undefined,
  }
  return {child, close: () => server[Symbol.asyncDispose](), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]()}
}

test('a request that comes before the process waits for it', async () => {
  await using upstream = await startUpstream('here')
  const slot = createSlot()
  await using face = await startFace({slot, emit, deliver: undefined})
  const answer = fetch(face.url)
  setTimeout(() => slot.open(upstream.child), 20)
  expect(await (await answer).text()).toBe('here')
})

test('nobody waits for ever', async () => {
  await using face = await startFace({slot: createSlot(), emit, deliver: undefined, waitMs: 10})
  expect((await fetch(face.url)).status).toBe(503)
})

test('a given-up function turns requests away at once', async () => {
  const slot = createSlot()
  await using face = await startFace({slot, emit, deliver: undefined, waitMs: 60_000})
  const waiting = fetch(face.url)
  slot.abandon()
  expect((await waiting).status).toBe(503)
  expect((await fetch(face.url)).status).toBe(503)
})

test('a request that met a process just gone is sent to its successor', async () => {
  const gone = await startUpstream('gone')
  await gone.close()
  await using successor = await startUpstream('successor')
  const slot = createSlot()
  const ended = Promise.withResolvers<{code: number; signal: null; lastWords: string[]}>()
  slot.open({...gone.child, ended: ended.promise})
  await using face = await startFace({slot, emit, deliver: undefined})
  const answer = fetch(face.url, {method: 'POST', body: 'x'})
  setTimeout(() => {
    slot.hold()
    ended.resolve({code: 1, signal: null, lastWords: []})
    slot.open(successor.child)
  }, 20)
  expect(await (await answer).text()).toBe('successor')
})

test('a connection that broke does not condemn a process that lives on', async () => {
  let calls = 0
  const server = createServer((request, response) => (calls++ === 0 ? request.socket.destroy() : response.end('alive')))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await using upstream = await startUpstream('unused')
  const slot = createSlot()
  const never = new Promise<never>(() => undefined)
  slot.open({...upstream.child, port: (server.address() as AddressInfo).port, ended: never})
  await using face = await startFace({slot, emit, deliver: undefined})
  expect((await fetch(face.url)).status).toBe(503)
  expect(await (await fetch(face.url)).text()).toBe('alive')
  await server[Symbol.asyncDispose]()
})

test('a body over the limit of Cloud Run is refused', async () => {
  await using upstream = await startUpstream('here')
  const slot = createSlot()
  slot.open(upstream.child)
  await using face = await startFace({slot, emit, deliver: undefined})
  const answer = await fetch(face.url, {method: 'POST', body: Buffer.alloc(32 * 1024 * 1024 + 1)}).catch(
    (error: unknown) => error,
  )
  // The answer comes before the body is read, so a client that is still writing may meet a closed connection instead.
  expect(answer instanceof Response ? answer.status : answer).toEqual(
    answer instanceof Response ? 413 : expect.any(TypeError),
  )
})

test('a delivery ends as it is told to, before the worker gets it or after, and each is stated', async () => {
  await using upstream = await startUpstream('done')
  const slot = createSlot()
  slot.open(upstream.child)
  const ends = [{http: 503, when: 'before'}, {http: 500, when: 'after'}, {when: 'before'}] as const
  let next = 0
  const deliver: Deliver = (once) => once(ends[next++]!)
  const stated: Fact[] = []
  await using face = await startFace({slot, emit: (fact) => void stated.push(fact), deliver})
  const body = JSON.stringify({message: {messageId: '1'}})
  const statuses: number[] = []
  for (const _ of ends) statuses.push((await fetch(face.url, {method: 'POST', body})).status)
  expect(statuses).toEqual([503, 500, 200])
  expect(stated.flatMap((fact) => (fact.type === 'span.ended' ? [fact.facts] : []))).toEqual([
    {messageId: '1', attempt: 1, status: 503},
    {messageId: '1', attempt: 2, status: 500},
    {messageId: '1', attempt: 3, status: 200},
  ])
})
