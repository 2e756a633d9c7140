// The main job from nothing, on the embedded engine against Google's own emulators, which start from their class archive;
// how long the engines alone take, also those emulators as they come; and what the embedded one costs stitch's own process.
// Aims: 0.35 of the job, 0.15 of the official pair, 80 ms of CPU.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {PROJECT, startEngineProcess, type EngineSide} from './engine-process.ts'
import {copyPatientDemo} from './patient-demo.ts'
import {interleave, makeFolder, median, printMachine, printTable, ratio, root, timeNode} from './measure.ts'

const rounds = Number(process.argv[2] ?? 5)
await using project = await makeFolder()
const demo = await copyPatientDemo(project.path)
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

const share = await interleave(rounds, {within: () => cpuOfSimulation(false), elsewhere: () => cpuOfSimulation(true)})
const difference = share.within.map((value, round) => value - share.elsewhere[round]!)
printTable(
  `CPU of stitch's own process during stitch simulate, ms (${rounds} rounds)`,
  ['with the engine in it', 'with the engine elsewhere', 'difference', 'with / elsewhere'],
  [
    [
      median(share.within).toFixed(0),
      median(share.elsewhere).toFixed(0),
      median(difference).toFixed(0),
      ratio(share.within, share.elsewhere),
    ],
  ],
)

/** A whole process in a folder that is new, by the command line a person types. */
async function simulate(engine: EngineSide, args: readonly string[]): Promise<number> {
  await using folder = await makeFolder()
  const flags = ['--async', '--no-ui', '--engine', engine, '--config', demo, '--data-dir', join(folder.path, 'data')]
  return await timeNode([`${root}bin/run.js`, 'simulate', ...args, ...flags])
}

/** Milliseconds from the start of a process until both services answered. */
async function readyAfter(side: EngineSide): Promise<number> {
  await using engine = await startEngineProcess(side)
  return engine.readyMs
}

/** CPU of the command's process, without the functions' processes, with the embedded engine in it or in another one. */
async function cpuOfSimulation(elsewhere: boolean): Promise<number> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await makeFolder()).path
  const engine = elsewhere ? stack.use(await startEngineProcess('embedded')) : undefined
  const told = join(folder, 'cpu')
  const hook = `import {writeFileSync} from 'node:fs'
    process.on('exit', () => writeFileSync(${JSON.stringify(told)}, JSON.stringify(process.cpuUsage())))`
  const where = ['--engine', engine ? 'external' : 'embedded']
  const args = [
    'simulate',
    '--no-ui',
    '--project',
    PROJECT,
    '--config',
    demo,
    '--data-dir',
    join(folder, 'data'),
    ...where,
  ]
  const preload = `data:text/javascript,${encodeURIComponent(hook)}`
  const child = spawn(process.execPath, ['--import', preload, `${root}bin/run.js`, ...args], {
    env: {
      ...process.env,
      ...(engine ? {FIRESTORE_EMULATOR_HOST: engine.firestoreHost, PUBSUB_EMULATOR_HOST: engine.pubsubHost} : {}),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the simulation ended with ${code}`)
  const {user, system} = JSON.parse(await readFile(told, 'utf8')) as NodeJS.CpuUsage
  return (user + system) / 1000
}
