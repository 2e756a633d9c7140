// The main job from nothing, on the embedded engine against Google's own emulators. Aim: at most 0.35 of it.
import {
  interleave,
  makeFolder,
  median,
  printMachine,
  printTable,
  ratio,
  root,
  timeNode,
  valueOfNode,
} from './measure.ts'

const ENGINES = ['embedded', 'gcloud'] as const
type EngineName = (typeof ENGINES)[number]

/** A whole process in a folder that is new, by the command line a person types. */
async function simulate(engine: EngineName, ...args: readonly string[]): Promise<number> {
  await using folder = await makeFolder()
  const flags = ['--async', '--no-ui', '--engine', engine, '--data-dir', folder.path]
  return await timeNode([`${root}bin/run.js`, 'simulate', ...args, ...flags])
}

/** Milliseconds of a process's life until an RPC of both services was answered; built code, as a person's. */
async function startEngine(engine: EngineName): Promise<number> {
  await using folder = await makeFolder()
  const options = {name: engine, dataDir: folder.path, projectId: 'demo-bench'}
  return await valueOfNode(`
    import {enableCompileCache} from 'node:module'
    enableCompileCache()
    const {startEngine} = await import('#runtime/engine/start.ts')
    const port = {port: 0, explicit: true}
    const {signal} = new AbortController()
    await using engine = await startEngine({...${JSON.stringify(options)}, firestorePort: port, pubsubPort: port, signal, log() {}})
    process.send(performance.now())
  `)
}

const jobs = {
  'stitch simulate --async': (engine: EngineName) => simulate(engine),
  'one step of it': (engine: EngineName) => simulate(engine, 'products', '--only', 'trekking-pole'),
  'engine until both services answered': startEngine,
}
const rounds = Number(process.argv[2] ?? 5)
const rows: string[][] = []
for (const [name, job] of Object.entries(jobs)) {
  const {embedded, gcloud} = await interleave(rounds, {embedded: () => job('embedded'), gcloud: () => job('gcloud')})
  rows.push([name, median(embedded).toFixed(0), median(gcloud).toFixed(0), ratio(embedded, gcloud)])
}
printMachine()
printTable(
  `Cold start, empty data folder (${rounds} rounds, page cache warm)`,
  ['what', 'embedded ms', 'gcloud ms', 'embedded / gcloud'],
  rows,
)
