// Seeding visitors by the command's own code: documents per second and memory of the engine, embedded against Google's
// emulators as they come. Aims: not slower with 10,000, a quarter of the memory with 100,000.
import {generateRecords} from '#runtime/fixtures/generate.ts'
import type {FixtureRecord} from '#runtime/fixtures/records.ts'
import {seed} from '#runtime/fixtures/seed.ts'
import {sourceOf} from '#runtime/fixtures/seed-plan.ts'
import {openSeedStore} from '#runtime/fixtures/seed-store.ts'
import {PROJECT, startEngineProcess, type EngineSide} from './engine-process.ts'
import {interleave, median, printMachine, printTable, ratio} from './measure.ts'

type Figure = {readonly perSecond: number; readonly idleMiB: number; readonly fullMiB: number}

const rounds = Number(process.argv[2] ?? 3)
printMachine()
await compare(10_000, rounds)
// Memory needs no rounds.
await compare(100_000, 0)

async function compare(count: number, times: number): Promise<void> {
  const visitors = makeVisitors(count)
  const attributes = visitors.reduce((sum, {fields}) => sum + fields.size, 0) / visitors.length
  const {embedded, official} = await measure(times, {
    embedded: () => seedOnce('embedded', visitors),
    official: () => seedOnce('official', visitors),
  })
  const row = (name: string, key: keyof Figure): string[] => {
    const [ours, theirs] = [embedded, official].map((figures) => figures.map((figure) => figure[key]))
    return [name, median(ours!).toFixed(0), median(theirs!).toFixed(0), ratio(ours!, theirs!)]
  }
  printTable(
    `Seed of ${count} visitors with ${attributes.toFixed(1)} attributes: read, write, read back (${times || 'no'} rounds)`,
    ['what', 'embedded', 'official', 'embedded / official'],
    [
      row('documents per second', 'perSecond'),
      row("engine's resident memory before, MiB", 'idleMiB'),
      row("engine's resident memory after, MiB", 'fullMiB'),
    ],
  )
}

type Sides = Readonly<Record<'embedded' | 'official', () => Promise<Figure>>>

/** Rounds of both; with none, each once and nothing before it. */
async function measure(times: number, sides: Sides): Promise<Record<keyof Sides, Figure[]>> {
  if (times > 0) return await interleave(times, sides)
  return {embedded: [await sides.embedded()], official: [await sides.official()]}
}

/** Visitors only: their identities are small and would flatter the figure. */
function makeVisitors(count: number): FixtureRecord[] {
  const {groups} = generateRecords({kind: 'visitor', count, seed: 1}, (ns, value) => `${ns}~${value}`)
  return [...groups].map(([visitor]) => visitor!)
}

/** A new engine with a new data folder in processes of its own, seeded from this one. */
async function seedOnce(side: EngineSide, visitors: readonly FixtureRecord[]): Promise<Figure> {
  await using engine = await startEngineProcess(side)
  const idleMiB = engine.residentMiB()
  const began = performance.now()
  const {written} = await seed({
    source: sourceOf(visitors),
    target: {projectId: PROJECT, host: engine.firestoreHost},
    open: openSeedStore,
    emit: () => undefined,
    signal: new AbortController().signal,
  })
  const seconds = (performance.now() - began) / 1000
  return {perSecond: written / seconds, idleMiB, fullMiB: engine.residentMiB()}
}
