// Reads of one document of 20 attributes through the official client: latency one at a time, throughput many at once.
import {Firestore} from '@google-cloud/firestore'
import {PROJECT, startEngineProcess, type EngineProcess, type EngineSide} from './engine-process.ts'
import {interleave, median, percentile, printMachine, printTable, ratio} from './measure.ts'

const LANES = [1, 16, 64] as const
/** How many reads make one figure. */
const READS = {1: 300, 16: 2000, 64: 3000} as const
const DOCUMENTS = 500
const rounds = Number(process.argv[2] ?? 5)

await using stack = new AsyncDisposableStack()
const embedded = await open('embedded')
const official = await open('official')

const rows: string[][] = []
for (const lanes of LANES) {
  const figures = await interleave(rounds, {
    ours: () => measure(embedded, lanes),
    theirs: () => measure(official, lanes),
  })
  const of = (key: keyof Figure) => {
    const [ours, theirs] = [figures.ours, figures.theirs].map((all) => all.map((figure) => figure[key]))
    return [median(ours!).toFixed(2), median(theirs!).toFixed(2), ratio(ours!, theirs!)]
  }
  rows.push([`${lanes} at once, p50 ms`, ...of('p50')])
  rows.push([`${lanes} at once, p99 ms`, ...of('p99')])
  rows.push([`${lanes} at once, reads per second`, ...of('perSecond')])
  rows.push([`${lanes} at once, engine's CPU ms per 1000`, ...of('cpu')])
}
printMachine()
printTable(
  `ref.get() through @google-cloud/firestore (${rounds} rounds, both warm)`,
  ['what', 'embedded', 'official', 'embedded / official'],
  rows,
)

type Side = {readonly engine: EngineProcess; readonly client: Firestore}
type Figure = Readonly<Record<'p50' | 'p99' | 'perSecond' | 'cpu', number>>

/** A client of an engine with documents, warm. */
async function open(side: EngineSide): Promise<Side> {
  const engine = stack.use(await startEngineProcess(side))
  const client = new Firestore({projectId: PROJECT, host: engine.firestoreHost, ssl: false, preferRest: false})
  stack.defer(() => client.terminate())
  const batch = client.batch()
  for (let at = 0; at < DOCUMENTS; at++) {
    const fields = Array.from({length: 20}, (_, n) => [`attribute_${n}`, `value ${n} of ${at}, and so on`] as const)
    batch.set(client.doc(`visitors/v${at}`), Object.fromEntries(fields))
  }
  await batch.commit()
  for (let round = 0; round < 3; round++) await measure({engine, client}, 64)
  return {engine, client}
}

async function measure({engine, client}: Side, lanes: (typeof LANES)[number]): Promise<Figure> {
  const times: number[] = []
  let left: number = READS[lanes]
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const began = performance.now()
      const found = await client.doc(`visitors/v${left % DOCUMENTS}`).get()
      if (!found.exists) throw new Error('a document is missing')
      times.push(performance.now() - began)
    }
  }
  const cpuBefore = engine.cpuMs()
  const began = performance.now()
  await Promise.all(Array.from({length: lanes}, lane))
  const perSecond = (times.length * 1000) / (performance.now() - began)
  const cpu = ((engine.cpuMs() - cpuBefore) * 1000) / times.length
  return {cpu, p50: percentile(times, 0.5), p99: percentile(times, 0.99), perSecond}
}
