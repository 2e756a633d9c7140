import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {prepareSuite, type StandInSuite} from '../engine/firebase/stand-in-suite.ts'
import {skipReason, titled} from '../engine/gcloud/skip-reason.ts'
import {isAlive, makeFolder, processesOf, runStitch, until, type StitchOptions} from './run-stitch.ts'

type Env = NonNullable<StitchOptions['env']>
type Started = {readonly pid: number; readonly name: string; readonly env: Record<string, string>}
type Counts = {readonly counts: Readonly<Record<string, number>>; readonly target: string}

/** `stitch ARGS --json` in a folder, with its variables; the document that it prints. */
async function run<T>(folder: string, env: Env, ...args: readonly string[]): Promise<T> {
  const {code, stdout, stderr} = await runStitch(folder, [...args, '--json'], {env})
  if (code !== 0) throw new Error(`stitch ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`)
  return JSON.parse(stdout) as T
}

async function publish(pubsubHost: string): Promise<void> {
  const put = async (method: string, path: string, body: object) => {
    const url = `http://${pubsubHost}/v1/projects/demo-stitch/${path}`
    const answer = await fetch(url, {method, body: JSON.stringify(body), headers: {'content-type': 'application/json'}})
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  }
  await put('PUT', 'topics/orders', {})
  await put('PUT', 'subscriptions/worker', {topic: 'projects/demo-stitch/topics/orders'})
  await put('POST', 'topics/orders:publish', {messages: [{data: 'aGk='}]})
}

/** All that can be done with an engine that runs for others, whoever provides it. */
async function useKept(folder: string, env: Env, {target, more}: {readonly target: string; readonly more: string[]}) {
  const seeded = await run<{target: string}>(folder, env, 'seed', ...more)
  expect(seeded.target).toBe(target)
  const exported = await run<Counts>(folder, env, 'engine', 'export', 'all.ndjson', ...more)
  expect(exported).toMatchObject({target, counts: {topic: 1, subscription: 1, message: 1}})
  expect(exported.counts['document']).toBeGreaterThan(0)
  expect(readFileSync(`${folder}/all.ndjson`, 'utf8')).not.toContain('subscriptions/stitch-')
  await run(folder, env, 'engine', 'reset', '--topics', ...more)
  expect((await run<Counts>(folder, env, 'engine', 'export', 'none.ndjson', ...more)).counts).toEqual({
    document: 0,
    schema: 0,
    topic: 0,
    subscription: 0,
    message: 0,
  })
  expect(await run<Counts>(folder, env, 'engine', 'import', 'all.ndjson', ...more)).toMatchObject({
    target,
    counts: exported.counts,
  })
}

const KEPT = 'the engine of the running stitch engine start'

/** Starts, uses and stops it, starts it again and kills it. */
async function keep(engine: string, env: Env): Promise<void> {
  using folder = makeFolder()
  const start = () => run<Started>(folder.path, env, 'engine', 'start', '--detach', '--engine', engine)
  const started = await start()
  expect(started.name).toBe(engine)
  expect(await run(folder.path, env, 'engine', 'status')).toMatchObject({ready: true, engine, pid: started.pid})
  await publish(started.env['PUBSUB_EMULATOR_HOST']!)
  await useKept(folder.path, env, {target: KEPT, more: []})
  expect(await run(folder.path, env, 'engine', 'stop')).toMatchObject({stopped: true})
  expect(processesOf(folder.path)).toEqual([])

  const again = await start()
  process.kill(again.pid, 'SIGKILL')
  await until(() => processesOf(folder.path).length === 0)
  expect(isAlive(again.pid)).toBe(false)

  const alone = await runStitch(folder.path, ['engine', 'export', 'x.ndjson', '--engine', engine], {env})
  expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('STITCH_ENGINE_FORGETS')])
}

/** What leads firebase-tools to the stand-ins. */
function variablesOf({environment}: StandInSuite): Env {
  const names = ['JAVA_HOME', 'FIRESTORE_EMULATOR_BINARY_PATH', 'PUBSUB_EMULATOR_BINARY_PATH']
  return Object.fromEntries(names.map((name) => [name, environment[name]]))
}

describe.skipIf(process.platform !== 'linux')('an engine that is kept for others', () => {
  test('may be the Firebase emulators, here with stand-ins for Java and the emulators', async () => {
    await using suite = await prepareSuite()
    await keep('firebase', variablesOf(suite))
  })

  test.skipIf(skipReason !== undefined)(titled("may be Google's emulators"), async () => {
    await keep('gcloud', {})
  })

  test('is used as an external one by its variables alone', async () => {
    using keeper = makeFolder()
    using folder = makeFolder()
    const {env} = await run<Started>(keeper.path, {}, 'engine', 'start', '--detach')
    const {FIRESTORE_EMULATOR_HOST, PUBSUB_EMULATOR_HOST} = env
    const own = {FIRESTORE_EMULATOR_HOST, PUBSUB_EMULATOR_HOST}
    await publish(PUBSUB_EMULATOR_HOST!)
    await useKept(folder.path, own, {target: 'the external engine', more: ['--engine', 'external']})
    await run(keeper.path, {}, 'engine', 'stop')
  })
})
