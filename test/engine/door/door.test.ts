import {once} from 'node:events'
import {connect, constants, createServer} from 'node:http2'
import type {AddressInfo} from 'node:net'
import {Firestore} from '@google-cloud/firestore'
import {PubSub} from '@google-cloud/pubsub'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {createFirestoreStore} from '#runtime/handlers/gcp-firestore.ts'
import {openDoor} from '#runtime/engine/door/door.ts'
import type {Door} from '#runtime/engine/door/door.ts'
import {createFaults} from '#runtime/engine/door/faults.ts'
import type {Fault} from '#runtime/engine/door/fault.ts'
import type {Engine} from '#runtime/engine/types.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import type {Fact} from '#runtime/kernel/events.ts'
import {startEmbedded} from '../firestore/start-embedded.ts'

const trace = {trace: 'a'.repeat(32), span: 'b'.repeat(16)}
const within = {timeoutMs: 5000, trace}
const ref = (id: string) => ({collection: 'c', id})

let engine: Engine
let firestoreDoor: Door
let pubsubDoor: Door
let facts: Fact[] = []
const faults = createFaults()
const stack = new AsyncDisposableStack()

beforeAll(async () => {
  engine = stack.use(await startEmbedded())
  const options = {faults, emit: (fact: Fact) => void facts.push(fact), clock: systemClock}
  firestoreDoor = stack.use(await openDoor({...options, to: 'firestore', engine: engine.firestoreHost}))
  pubsubDoor = stack.use(await openDoor({...options, to: 'pubsub', engine: engine.pubsubHost}))
})
afterAll(async () => await stack.disposeAsync())
beforeEach(() => {
  facts = []
  faults.arm([], '')
})

const openStore = () => createFirestoreStore({project: 'demo', database: '(default)'}, firestoreDoor.host)
const arm = (...some: Fault[]) => faults.arm(some, 'seed')
/** Each call that was stated: its RPC and how it ended. */
const stated = () =>
  facts.flatMap((fact) => {
    if (fact.type !== 'span.ended') return []
    const started = facts.find((other) => other.type === 'span.started' && other.span === fact.span)
    const {ok, error, facts: counts} = fact
    return [{name: started?.type === 'span.started' ? started.name : '', ok, ...(error && {error}), ...counts}]
  })

describe('what passes a door', () => {
  test('is stated below the hop that caused it, with what was read and written', async () => {
    const store = openStore()
    await store.create(ref('a'), {n: 1}, within)
    await store.read([ref('a'), ref('b')], undefined, within)
    await store.update(ref('a'), {n: 2}, within)
    expect(stated()).toEqual([
      {name: 'Commit', ok: true, writes: 1},
      {name: 'BatchGetDocuments', ok: true, reads: 2},
      {name: 'Commit', ok: true, writes: 1},
    ])
    expect(facts.filter(({type}) => type === 'span.started')).toEqual(
      Array(3).fill(expect.objectContaining({trace: trace.trace, parent: trace.span, lane: 'engine'})),
    )
  })

  test('is stated with how long another transaction kept it waiting, and with no such time if none did', async () => {
    const client = new Firestore({projectId: 'waiting', host: engine.firestoreHost, ssl: false})
    const store = createFirestoreStore({project: 'waiting', database: '(default)'}, firestoreDoor.host)
    await store.create(ref('a'), {n: 1}, within)
    let writing: Promise<unknown> | undefined
    await client.runTransaction(async (transaction) => {
      await transaction.get(client.doc('c/a'))
      writing = store.update(ref('a'), {n: 2}, within)
      await store.read([ref('a')], undefined, within)
    })
    await writing
    const waitedMs = expect.any(Number) as number
    expect(stated()).toEqual([
      {name: 'Commit', ok: true, writes: 1},
      {name: 'BatchGetDocuments', ok: true, reads: 1},
      {name: 'Commit', ok: true, writes: 1, waitedMs},
    ])
    await client.terminate()
  })

  test('is unchanged: queries, transactions and listeners of the unmodified client work through it', async () => {
    const client = new Firestore({projectId: 'through', host: firestoreDoor.host, ssl: false})
    const collection = client.collection('people')
    const seen = Promise.withResolvers<number>()
    const stop = collection.onSnapshot((snapshot) => snapshot.size === 3 && seen.resolve(snapshot.size))
    await Promise.all([1, 2, 3].map((n) => collection.doc(`p${n}`).set({n, text: 'x'.repeat(100_000)})))
    expect(await seen.promise).toBe(3)
    stop()
    expect((await collection.where('n', '>', 1).get()).docs.map(({id}) => id)).toEqual(['p2', 'p3'])
    const total = await client.runTransaction(async (transaction) => {
      const all = await transaction.get(collection)
      transaction.set(client.doc('sums/all'), {n: 6})
      return all.size
    })
    expect(total).toBe(3)
    await expect(client.doc('people/none').update({n: 1})).rejects.toMatchObject({code: 5})
    await client.terminate()
  })

  test('is told of by the traceparent in a message', async () => {
    const client = new PubSub({projectId: 'demo', apiEndpoint: pubsubDoor.host, emulatorMode: true})
    const [topic] = await client.createTopic('told')
    const traceparent = `00-${trace.trace}-${trace.span}-01`
    await topic.publishMessage({data: Buffer.from('x'), attributes: {other: '1', traceparent}})
    await client.close()
    expect(stated()).toEqual([{name: 'Publish', ok: true, messages: 1}])
  })
})

describe('what befalls a call', () => {
  test.each([
    ['a status', {status: 'ABORTED'}, 'aborted', 'aborted'],
    ['a broken stream', {reset: true}, 'internal', 'reset'],
  ] as const)('%s reaches its caller, and the engine is not asked', async (_, fault, code, error) => {
    arm({at: 'firestore', ...fault})
    const id = `before-${code}`
    await expect(openStore().create(ref(id), {n: 1}, within)).rejects.toMatchObject({code})
    faults.arm([], '')
    expect(await openStore().read([ref(id)], undefined, within)).toEqual([undefined])
    expect(stated()[0]).toEqual({name: 'Commit', ok: false, error, fault: true})
  })

  test('an answer that is lost: the engine has done it, and the caller does not know', async () => {
    arm({at: 'firestore', status: 'UNAVAILABLE', when: 'after', times: 1})
    await expect(openStore().create(ref('lost'), {n: 1}, within)).rejects.toMatchObject({code: 'unavailable'})
    expect((await openStore().read([ref('lost')], undefined, within))[0]).toBeDefined()
  })

  test('a latency beyond the deadline ends the call at its deadline', async () => {
    arm({at: 'firestore', latencyMs: 30_000})
    await expect(openStore().read([ref('a')], undefined, {...within, timeoutMs: 100})).rejects.toMatchObject({
      code: 'deadline_exceeded',
    })
  })

  test('a stream that fails once is read by the unmodified client at its second attempt', async () => {
    const client = new Firestore({projectId: 'again', host: firestoreDoor.host, ssl: false})
    await client.doc('c/a').set({n: 1})
    arm({at: 'firestore', rpc: 'BatchGetDocuments', status: 'UNAVAILABLE', times: 1})
    expect((await client.doc('c/a').get()).get('n')).toBe(1)
    await client.terminate()
  })
})

test('A door to an engine that is not there says so, and lets calls through once it is', async () => {
  await using late = await startEmbedded()
  const host = late.firestoreHost
  await late[Symbol.asyncDispose]()
  await using door = await openDoor({to: 'firestore', engine: host, faults, emit: () => undefined, clock: systemClock})
  const store = createFirestoreStore({project: 'demo', database: '(default)'}, door.host)
  await expect(store.read([ref('a')], undefined, within)).rejects.toMatchObject({code: 'unavailable'})
  const port = Number(host.split(':')[1])
  await using _again = await startEmbedded({firestorePort: {port, explicit: true}})
  expect(await store.read([ref('a')], undefined, within)).toEqual([undefined])
})

test("A refusal that is nothing but trailers, as Google's emulators give it, passes as it is and breaks no stream", async () => {
  const server = createServer()
  const codes: (number | undefined)[] = []
  server.on('stream', (stream) => {
    stream.on('error', () => undefined)
    stream.respond({':status': 200, 'content-type': 'application/grpc', 'grpc-status': '9'}, {endStream: true})
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const {port} = server.address() as AddressInfo
  const ends: Fact[] = []
  await using door = await openDoor({
    to: 'firestore',
    engine: `127.0.0.1:${port}`,
    faults,
    emit: (fact) => void ends.push(fact),
    clock: systemClock,
  })
  const session = connect(`http://${door.host}`)
  // Its own side stays open, as that of a listener does.
  const stream = session.request({':method': 'POST', ':path': '/x/Listen', te: 'trailers'}, {endStream: false})
  const answered = once(stream, 'response') as Promise<[{readonly 'grpc-status'?: string}]>
  stream.on('error', () => undefined)
  stream.on('close', () => codes.push(stream.rstCode))
  stream.resume()
  const [headers] = await answered
  expect(headers['grpc-status']).toBe('9')
  await new Promise((resolve) => void setTimeout(resolve, 50))
  stream.end()
  if (!stream.closed) await once(stream, 'close')
  expect(codes).toEqual([constants.NGHTTP2_NO_ERROR])
  session.destroy()
  server.close()
})
