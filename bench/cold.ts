// The main job from nothing, on the embedded engine against Google's own emulators, which start from their class archive;
// how long the engines alone take, also those emulators as they come; and what the embedded one costs stitch's own process.
// Aims: 0.35 of the job, 0.15 of the official pair, 80 ms of CPU.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {startEngineProcess, type EngineSide} from './engine-process.ts'
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

const rounds = Number(process.argv[2] ?? 5)
const jobs = {
  'stitch simulate --async': () => [],
  'one step of it': () => ['products', '--only', 'trekking-pole'],
}
const rows: string[][] = []
for (const [name, args] of Object.entries(jobs)) {
  const figures = await interleave(rounds, {
    embedded: () => simulate('embedded', args()),
    gcloud: () => simulate('gcloud', args()),
  })
  const {embedded, gcloud} = figures
  rows.push([name, median(embedded).toFixed(0), median(gcloud).toFixed(0), ratio(embedded, gcloud)])
}
printMachine()
printTable(
  `Cold start, empty data folder (${rounds} rounds, page cache warm)`,
  ['what', 'embedded ms', 'gcloud ms', 'embedded / gcloud'],
  rows,
)

const ready = await interleave(rounds, {
  embedded: () => readyAfter('embedded'),
  gcloud: () => readyAfter('gcloud'),
  official: () => readyAfter('official'),
})
printTable(
  `A process with an engine until both services answered (${rounds} rounds)`,
  ['engine', 'ms', 'of the official pair'],
  (['embedded', 'gcloud', 'official'] as const).map((side) => [
    side,
    median(ready[side]).toFixed(0),
    ratio(ready[side], ready.official),
  ]),
)

const share = await interleave(rounds, {start: cpuOfStart, work: cpuOfSimulation})
const sum = share.start.map((value, round) => value + share.work[round]!)
printTable(
  `CPU of the embedded engine in stitch's process, ms (${rounds} rounds)`,
  ['what', 'median', 'of which'],
  [
    ['loading and starting it', median(share.start).toFixed(0), ''],
    ['all RPCs of stitch simulate', median(share.work).toFixed(0), 'measured in a process of its own'],
    ['together', median(sum).toFixed(0), ''],
  ],
)

/** A whole process in a folder that is new, by the command line a person types. */
async function simulate(engine: EngineSide, args: readonly string[]): Promise<number> {
  await using folder = await makeFolder()
  const flags = ['--async', '--no-ui', '--engine', engine, '--data-dir', folder.path]
  return await timeNode([`${root}bin/run.js`, 'simulate', ...args, ...flags])
}

/** Milliseconds from the start of a process until both services answered. */
async function readyAfter(side: EngineSide): Promise<number> {
  await using engine = await startEngineProcess(side)
  return engine.readyMs
}

/** CPU of a process that starts the engine, but for that of a process that does nothing; built code. */
async function cpuOfStart(): Promise<number> {
  await using folder = await makeFolder()
  const options = {name: 'embedded', dataDir: folder.path, projectId: 'demo-bench'}
  return await valueOfNode(`
    import {enableCompileCache} from 'node:module'
    enableCompileCache()
    const before = process.cpuUsage()
    const {startEngine} = await import('#runtime/engine/start.ts')
    const port = {port: 0, explicit: true}
    const {signal} = new AbortController()
    await using engine = await startEngine({...${JSON.stringify(options)}, firestorePort: port, pubsubPort: port, signal, log() {}})
    const {user, system} = process.cpuUsage(before)
    process.send((user + system) / 1000)
  `)
}

/** CPU of an engine in a process of its own while the whole simulation uses it. */
async function cpuOfSimulation(): Promise<number> {
  await using engine = await startEngineProcess('embedded')
  await using folder = await makeFolder()
  const before = engine.cpuMs()
  const args = ['simulate', '--no-ui', '--engine', 'external', '--data-dir', folder.path, '--project', 'demo-bench']
  const child = spawn(process.execPath, [`${root}bin/run.js`, ...args], {
    env: {...process.env, FIRESTORE_EMULATOR_HOST: engine.firestoreHost, PUBSUB_EMULATOR_HOST: engine.pubsubHost},
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the simulation ended with ${code}`)
  return engine.cpuMs() - before
}
