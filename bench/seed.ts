// Seeding 10,000 visitors: documents per second and memory of the engine, embedded against Google's emulator.
import {execFileSync, spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {generateRecords} from '#runtime/fixtures/generate.ts'
import type {FixtureRecord} from '#runtime/fixtures/records.ts'
import {seed} from '#runtime/fixtures/seed.ts'
import {sourceOf} from '#runtime/fixtures/seed-plan.ts'
import {openSeedStore} from '#runtime/fixtures/seed-store.ts'
import {interleave, makeFolder, median, printMachine, printTable, ratio, root} from './measure.ts'

type EngineName = 'embedded' | 'gcloud'
type Figure = {readonly perSecond: number; readonly idleMiB: number; readonly fullMiB: number}

const VISITORS = 10_000
const rounds = Number(process.argv[2] ?? 3)
const visitors = makeVisitors()
const attributes = visitors.reduce((sum, {fields}) => sum + fields.size, 0) / visitors.length

const {embedded, gcloud} = await interleave(rounds, {
  embedded: () => seedOnce('embedded'),
  gcloud: () => seedOnce('gcloud'),
})
const row = (name: string, key: keyof Figure): string[] => {
  const [ours, theirs] = [embedded, gcloud].map((figures) => figures.map((figure) => figure[key]))
  return [name, median(ours!).toFixed(0), median(theirs!).toFixed(0), ratio(ours!, theirs!)]
}
printMachine()
printTable(
  `Seed of ${visitors.length} visitors with ${attributes.toFixed(1)} attributes: read, write, read back (${rounds} rounds)`,
  ['what', 'embedded', 'gcloud', 'embedded / gcloud'],
  [
    row('documents per second', 'perSecond'),
    row("engine's resident memory before, MiB", 'idleMiB'),
    row("engine's resident memory after, MiB", 'fullMiB'),
  ],
)

/** Visitors only: their identities are small and would flatter the figure. */
function makeVisitors(): FixtureRecord[] {
  const {groups} = generateRecords({kind: 'visitor', count: VISITORS, seed: 1}, (ns, value) => `${ns}~${value}`)
  return [...groups].map(([visitor]) => visitor!)
}

/** A new engine with a new data folder in a process of its own, seeded from this one by the command's own code. */
async function seedOnce(name: EngineName): Promise<Figure> {
  await using folder = await makeFolder()
  const options = {name, dataDir: folder.path, projectId: 'demo-bench'}
  const child = spawn(process.execPath, ['--input-type=module', '--eval', ENGINE(JSON.stringify(options))], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const gone = once(child, 'exit')
  try {
    const died = gone.then(() => Promise.reject(new Error(`the ${name} engine was not started`)))
    const [host] = (await Promise.race([once(child, 'message'), died])) as [string]
    const idleMiB = residentMiB(child)
    const began = performance.now()
    const {written} = await seed({
      source: sourceOf(visitors),
      target: {projectId: 'demo-bench', host},
      open: openSeedStore,
      emit: () => undefined,
      signal: new AbortController().signal,
    })
    const seconds = (performance.now() - began) / 1000
    return {perSecond: written / seconds, idleMiB, fullMiB: residentMiB(child)}
  } finally {
    if (child.connected) child.disconnect()
    await gone
  }
}

/** Built code, as a person runs it: an engine that says where it is and ends when nobody listens any more. */
function ENGINE(options: string): string {
  return `
    const {startEngine} = await import('#runtime/engine/start.ts')
    const port = {port: 0, explicit: true}
    const {signal} = new AbortController()
    const engine = await startEngine({...${options}, firestorePort: port, pubsubPort: port, signal, log() {}})
    process.on('disconnect', async () => {
      await engine[Symbol.asyncDispose]()
      process.exit()
    })
    process.send(engine.firestoreHost)
  `
}

/** Resident memory of a process and everything below it, but without this Node where only Java processes work. */
function residentMiB({pid}: ChildProcess): number {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,comm='], {encoding: 'utf8'})
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const below = (parent: number): number =>
    rows
      .filter(([, ppid]) => Number(ppid) === parent)
      .reduce((sum, [own, , rss, command]) => sum + (command === 'java' ? Number(rss) : 0) + below(Number(own)), 0)
  const java = below(pid!)
  const own = Number(rows.find(([id]) => Number(id) === pid)?.[2] ?? 0)
  return (java || own) / 1024
}
