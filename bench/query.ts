// Queries over many visitors: with and without a field index, memory, and what an index costs a write.
import {copyFile} from 'node:fs/promises'
import {join} from 'node:path'
import {createQueryOf, fillStore} from './visitors.ts'
import {runQuery} from '#runtime/engine/embedded/firestore/query/run-query.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import {interleave, makeFolder, median, printMachine, printTable, ratio} from './measure.ts'

const VISITORS = Number(process.argv[2] ?? 100_000)
const ROUNDS = 5
const WRITES = 2000

printMachine()
await using folder = await makeFolder()
{
  using store = openStore({dataDir: folder.path, indexAbove: Number.POSITIVE_INFINITY})
  fillStore(store, 'visitors', VISITORS)
}
await using copy = await makeFolder()
await copyFile(join(folder.path, 'firestore.db'), join(copy.path, 'firestore.db'))
const residentMiB = (): number => process.memoryUsage().rss / 2 ** 20
const before = residentMiB()
const timed = (run: () => unknown): number => {
  const began = performance.now()
  run()
  return performance.now() - began
}

// The first to ask builds the index; what that takes is a figure of its own.
const rows: string[][] = []
for (const name of ['one', 'many', 'newest'] as const) {
  const query = createQueryOf(name, VISITORS)
  const {first: built} = measureQuery(query, undefined)
  const indexedMiB = residentMiB()
  const figures = await interleave(ROUNDS, {
    index: () => Promise.resolve(measureQuery(query, undefined)),
    scan: () => Promise.resolve(measureQuery(query, Number.POSITIVE_INFINITY)),
  })
  rows.push([name, String(figures.index[0]!.found), ...describe(figures), built.toFixed(0), indexedMiB.toFixed(0)])
}
printTable(
  `Queries over ${VISITORS} visitors on disk (${ROUNDS} rounds)`,
  ['query', 'results', 'index ms', 'scan ms', 'index / scan', 'built in ms', 'MiB then'],
  rows,
)

{
  const figures = await interleave(ROUNDS, {none: () => measureWrites(0), three: () => measureWrites(3)})
  printTable(
    `Commits of one document, ${WRITES} each (${ROUNDS} rounds)`,
    ['indexes', 'us per commit', 'times none'],
    [
      ['0', ((median(figures.none) * 1000) / WRITES).toFixed(0), '1'],
      ['3', ((median(figures.three) * 1000) / WRITES).toFixed(0), ratio(figures.three, figures.none)],
    ],
  )
}
process.stdout.write(
  `Resident memory: ${before.toFixed(0)} MiB after writing, ${residentMiB().toFixed(0)} MiB at the end\n`,
)

type Figure = {readonly first: number; readonly again: number; readonly found: number}

function measureQuery(query: Parameters<typeof runQuery>[1], above: number | undefined): Figure {
  // An index that a file has is used whatever the option says, so scans have a file of their own.
  using store = openStore(above === undefined ? {dataDir: folder.path} : {dataDir: copy.path, indexAbove: above})
  let found = 0
  const run = (): void => {
    found = runQuery(store, query, undefined).length
  }
  const first = timed(run)
  return {first, again: timed(run), found}
}

function describe({index, scan}: {readonly index: readonly Figure[]; readonly scan: readonly Figure[]}): string[] {
  const [ours, theirs] = [index, scan].map((figures) => figures.map(({again}) => again))
  return [median(ours!).toFixed(2), median(theirs!).toFixed(1), ratio(ours!, theirs!)]
}

async function measureWrites(indexes: number): Promise<number> {
  await using own = await makeFolder()
  using store = openStore({dataDir: own.path, indexAbove: 0})
  fillStore(store, 'visitors', 1000)
  for (const field of ['email', 'country', 'seenAt'].slice(0, indexes)) {
    store.openIndex('projects/p/databases/(default)/documents/visitors', {path: [field], of: 'value'})
  }
  return timed(() => fillStore(store, 'visitors', WRITES, 1))
}
