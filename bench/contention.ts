// Transactions on one document through the official client, with locks and without them, against Google's emulator; and
// what locks cost writes that nobody is in the way of.
import {Firestore} from '@google-cloud/firestore'
import {createFirestoreService} from '#runtime/engine/embedded/firestore/service.ts'
import {startEmbeddedEngine} from '#runtime/engine/embedded/start.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import type {FirestoreConcurrency} from '#runtime/engine/types.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {PROJECT, startEngineProcess} from './engine-process.ts'
import {interleave, median, printMachine, printTable, ratio} from './measure.ts'

const AT_ONCE = [2, 20] as const
const WRITES = 20_000
const rounds = Number(process.argv[2] ?? 5)

await using stack = new AsyncDisposableStack()
const clients = {
  pessimistic: await openEmbedded('pessimistic'),
  optimistic: await openEmbedded('optimistic'),
  official: openClient(stack.use(await startEngineProcess('official')).firestoreHost),
}
let documents = 0

const rows: string[][] = []
for (const lanes of AT_ONCE) {
  const figures = await interleave(rounds, {
    pessimistic: () => increment(clients.pessimistic, lanes),
    optimistic: () => increment(clients.optimistic, lanes),
    official: () => increment(clients.official, lanes),
  })
  const times = Object.values(figures).map((all) => all.map(({ms}) => ms))
  const attempts = Object.values(figures).map((all) => all.map((figure) => figure.attempts))
  rows.push([
    `${lanes} at once, ms until all are done`,
    ...times.map((all) => median(all).toFixed(0)),
    ratio(times[0]!, times[2]!),
  ])
  rows.push([
    `${lanes} at once, attempts`,
    ...attempts.map((all) => median(all).toFixed(0)),
    ratio(attempts[0]!, attempts[2]!),
  ])
}
printMachine()
printTable(
  `Increments of one document by transactions (${rounds} rounds)`,
  ['what', 'pessimistic', 'optimistic', 'official', 'pessimistic / official'],
  rows,
)

const costs = await interleave(rounds, {
  none: () => commit('optimistic', 0),
  locks: () => commit('pessimistic', 0),
  open: () => commit('pessimistic', 100),
})
printTable(
  `${WRITES} commits to the service itself, in this thread: µs each (${rounds} rounds)`,
  ['optimistic', 'pessimistic', 'with 100 transactions open', 'pessimistic / optimistic', '100 open / optimistic'],
  [
    [
      ...Object.values(costs).map((all) => median(all).toFixed(1)),
      ratio(costs.locks, costs.none),
      ratio(costs.open, costs.none),
    ],
  ],
)

async function openEmbedded(firestoreConcurrency: FirestoreConcurrency): Promise<Firestore> {
  const port = {port: 0, explicit: false}
  const engine = await startEmbeddedEngine({
    name: 'embedded',
    dataDir: '',
    inMemory: true,
    firestoreConcurrency,
    projectId: PROJECT,
    firestorePort: port,
    pubsubPort: port,
    signal: new AbortController().signal,
    log: () => {},
  })
  return openClient(stack.use(engine).firestoreHost)
}

function openClient(host: string): Firestore {
  const client = new Firestore({projectId: PROJECT, host, ssl: false, preferRest: false})
  stack.defer(() => client.terminate())
  return client
}

async function increment(client: Firestore, lanes: number): Promise<{readonly ms: number; readonly attempts: number}> {
  const ref = client.doc(`counters/c${documents++}`)
  await ref.set({n: 0})
  let attempts = 0
  const once = () =>
    client.runTransaction(
      async (transaction) => {
        attempts++
        const read = await transaction.get(ref)
        transaction.update(ref, {n: read.get('n') + 1})
      },
      {maxAttempts: 50},
    )
  const began = performance.now()
  await Promise.all(Array.from({length: lanes}, once))
  const ms = performance.now() - began
  const read = await ref.get()
  if (read.get('n') !== lanes) throw new Error(`${lanes} increments made ${read.get('n')}`)
  return {ms, attempts}
}

/** One field of the wire format with a length. */
function field(number: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([(number << 3) | 2, body.length]), body])
}

/** @param open how many transactions are open that have read a document each, none of those written */
async function commit(concurrency: FirestoreConcurrency, open: number): Promise<number> {
  using store = openStore({})
  using firestore = createFirestoreService(store, systemClock, {concurrency})
  const call = {metadata: {}, signal: new AbortController().signal}
  const database = `projects/${PROJECT}/databases/(default)`
  const nameOf = (id: number) => Buffer.from(`${database}/documents/c/d${id}`)
  const ask = (method: string, request: Buffer) => {
    const handler = firestore.service[`/google.firestore.v1.Firestore/${method}`]!
    if (handler.kind === 'bidi') throw new Error(`${method} takes many requests`)
    return handler.handle(request, call)
  }
  for (let at = 0; at < open; at++) {
    const newTransaction = field(5, field(3))
    const request = Buffer.concat([field(1, Buffer.from(database)), field(2, nameOf(100_000 + at)), newTransaction])
    for (const answer of ask('BatchGetDocuments', request) as Iterable<Uint8Array>) void answer
  }
  const began = performance.now()
  for (let at = 0; at < WRITES; at++) {
    const write = field(2, field(1, field(1, nameOf(at % 500))))
    const answer = ask('Commit', Buffer.concat([field(1, Buffer.from(database)), write]))
    if (!(answer instanceof Uint8Array)) throw new Error('a write had to wait')
  }
  return ((performance.now() - began) * 1000) / WRITES
}
