// A million visitors of 20 attributes on disk against ten thousand and none: start, memory, point reads, and a query on an
// equality filter. Aims: at most 400 MB, point reads as with ten thousand, at most twice the start of an empty folder.
import {Firestore} from '@google-cloud/firestore'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import {PROJECT, startEngineProcess} from './engine-process.ts'
import {interleave, makeFolder, median, percentile, printMachine, printTable, ratio, root, timeNode} from './measure.ts'

const MANY = Number(process.argv[2] ?? 1_000_000)
const FEW = 10_000
const ROUNDS = 3
const READS = 300

await using stack = new AsyncDisposableStack()
const empty = stack.use(await makeFolder()).path
const few = stack.use(await makeFolder()).path
const many = stack.use(await makeFolder()).path
// In processes of their own, whose memory is gone with them.
for (const [folder, count] of [
  [few, FEW],
  [many, MANY],
] as const) {
  const source = `
    import {fillStore} from ${JSON.stringify(`${root}bench/visitors.ts`)}
    import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
    using store = openStore({dataDir: ${JSON.stringify(folder)}})
    fillStore(store, 'visitors', ${count}, 500, ${JSON.stringify(PROJECT)})`
  await timeNode(['--conditions=stitch-source', '--input-type=module', '--eval', source])
}
{
  using store = openStore({dataDir: many})
  if (store.get(`projects/${PROJECT}/databases/(default)/documents/visitors/v0`) === undefined) throw new Error('empty')
}

const starts = await interleave(ROUNDS, {
  empty: () => startOn(empty),
  few: () => startOn(few),
  many: () => startOn(many),
})
// Whoever first asks by a field waits for its index, once in the life of the folder; others are answered meanwhile.
const built = {few: await askFirst(few, FEW), many: await askFirst(many, MANY)}
const reads = await interleave(ROUNDS, {few: () => readFrom(few, FEW), many: () => readFrom(many, MANY)})
const of = (side: 'few' | 'many', key: keyof (typeof reads.few)[number]) => reads[side].map((figure) => figure[key])
const line = (name: string, key: keyof (typeof reads.few)[number], digits = 2): string[] => [
  name,
  '',
  median(of('few', key)).toFixed(digits),
  median(of('many', key)).toFixed(digits),
  ratio(of('many', key), of('few', key)),
]
printMachine()
printTable(
  `Visitors of 20 attributes on disk (${ROUNDS} rounds; a new engine in each)`,
  ['what', 'none', String(FEW), String(MANY), 'last / others'],
  [
    [
      'start of a process until both services answered, ms',
      ...[starts.empty, starts.few, starts.many].map((all) => median(all).toFixed(0)),
      `${ratio(starts.many, starts.empty)} of none`,
    ],
    line('ref.get() of a random visitor, p50 ms', 'p50'),
    line('the same, p99 ms', 'p99'),
    line("engine's CPU ms per 1000 reads", 'cpu', 0),
    ['query by email that makes the index, ms', '', built.few.query.toFixed(0), built.many.query.toFixed(0), ''],
    ["others' reads meanwhile", '', String(built.few.reads.length), String(built.many.reads.length), ''],
    ...[50, 99, 100].map((part) => [
      `the same, ${part === 100 ? 'longest' : `p${part}`} ms`,
      '',
      percentile(built.few.reads, part / 100).toFixed(1),
      percentile(built.many.reads, part / 100).toFixed(1),
      '',
    ]),
    ['resident memory then, MiB', '', built.few.residentMiB.toFixed(0), built.many.residentMiB.toFixed(0), ''],
    line('query by email, first of a process, ms', 'first', 1),
    line('query by email, p50 ms', 'query'),
    line('resident memory after the reads and queries, MiB', 'residentMiB', 0),
  ],
)

async function startOn(folder: string): Promise<number> {
  await using engine = await startEngineProcess('embedded', folder)
  return engine.readyMs
}

/** The first query by a field, and how long somebody else waits for each document until it is answered. */
async function askFirst(folder: string, count: number) {
  await using engine = await startEngineProcess('embedded', folder)
  const open = () => new Firestore({projectId: PROJECT, host: engine.firestoreHost, ssl: false, preferRest: false})
  const [asking, reading] = [open(), open()]
  await Promise.all([asking, reading].map((client) => client.doc('visitors/v0').get()))
  const answer = {isThere: false}
  const ask = async (): Promise<number> => {
    const began = performance.now()
    await asking.collection('visitors').where('email', '==', 'visitor-7@example.com').get()
    answer.isThere = true
    return performance.now() - began
  }
  const asked = ask()
  const reads: number[] = []
  while (!answer.isThere) {
    const began = performance.now()
    await reading.doc(`visitors/v${((reads.length * 104_729) % count) * 7919}`).get()
    reads.push(performance.now() - began)
  }
  const query = await asked
  const residentMiB = engine.residentMiB()
  await Promise.all([asking.terminate(), reading.terminate()])
  return {query, reads, residentMiB}
}

async function readFrom(folder: string, count: number) {
  await using engine = await startEngineProcess('embedded', folder)
  const client = new Firestore({projectId: PROJECT, host: engine.firestoreHost, ssl: false, preferRest: false})
  const visitors = client.collection('visitors')
  const read = async (at: number): Promise<number> => {
    const began = performance.now()
    const found = await visitors.doc(`v${at * 7919}`).get()
    if (!found.exists) throw new Error('a visitor is missing')
    return performance.now() - began
  }
  const ask = async (at: number): Promise<number> => {
    const began = performance.now()
    const {size} = await visitors.where('email', '==', `visitor-${(at * 48_271) % 1_000_003}@example.com`).get()
    if (size === 0) throw new Error('a visitor was not found')
    return performance.now() - began
  }
  // The same visitors on both sides of a comparison would be cached; these are spread.
  const spread = (at: number): number => (at * 104_729) % count
  for (let at = 0; at < READS; at++) await read(spread(at + READS))
  const times: number[] = []
  const cpuBefore = engine.cpuMs()
  for (let at = 0; at < READS; at++) times.push(await read(spread(at)))
  const cpu = ((engine.cpuMs() - cpuBefore) * 1000) / READS
  const first = await ask(1)
  const queries: number[] = []
  for (let at = 0; at < READS; at++) queries.push(await ask(spread(at)))
  const residentMiB = engine.residentMiB()
  await client.terminate()
  return {p50: percentile(times, 0.5), p99: percentile(times, 0.99), cpu, first, query: median(queries), residentMiB}
}
