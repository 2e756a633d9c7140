import {rm, writeFile} from 'node:fs/promises'
import {extname, join} from 'node:path'
import {startGuarded, type Guarded} from '../guard.ts'
import {groupOwnsPort} from '../ports-holder.ts'
import {anyFreePort} from '../ports.ts'
import {waitUntilAnswered} from '../probe.ts'
import {notWritable} from '../project-folder.ts'
import type {EngineOptions} from '../types.ts'
import type {Suite} from './require-suite.ts'
import {planSuiteConfig, suiteArguments, suiteEnvironment} from './suite-plan.ts'
import {saysPortIsTaken, suiteDied, suiteSilent, type SuiteLogs} from './suite-trouble.ts'

export type SuiteOptions = Pick<EngineOptions, 'projectId' | 'signal'> & {
  readonly suite: Suite
  readonly logs: SuiteLogs
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly firestorePort: number
  readonly pubsubPort: number
}

/** As long as the emulators of the Google Cloud CLI get; where they are downloaded first, that is some 200 MB. */
const READY_WITHIN_MS = 60_000
const DOWNLOADED_WITHIN_MS = 900_000
/** firebase-tools ends its emulators in turn; they keep nothing on disk, so nothing is lost if this is too short. */
const GRACE_MS = 3000

/** The helper beside this file, with this file's own ending: `.ts` in the source tree, `.js` in the build. */
const containment = new URL(`containment${extname(import.meta.url)}`, import.meta.url).href

/**
 * The suite with both emulators, ready when each answered an RPC: it says so itself some 400 ms too early. Undefined when
 * a port went to somebody else. Throws STITCH_ENGINE_DIED, STITCH_ENGINE_SILENT, STITCH_ENGINE_MISSING for a Java that
 * it refuses (all exit environment), or the signal's reason.
 */
export async function startSuite(options: SuiteOptions): Promise<Guarded | undefined> {
  const {suite, logs, environment} = options
  await using stack = new AsyncDisposableStack()
  const config = join(logs.folder, 'firebase.json')
  const ports = {firestore: options.firestorePort, pubsub: options.pubsubPort, ...(await findOwnPorts())}
  try {
    await Promise.all(
      ['firestore-debug.log', 'pubsub-debug.log'].map((name) => rm(join(logs.folder, name), {force: true})),
    )
    await writeFile(config, planSuiteConfig(ports))
  } catch (error) {
    throw notWritable(logs.folder, error)
  }
  const guarded = stack.use(
    startGuarded({
      command: process.execPath,
      args: suiteArguments(suite, config, containment),
      environment: suiteEnvironment(environment, suite, logs.folder),
      cwd: logs.folder,
      logFile: logs.logFile,
      graceMs: GRACE_MS,
    }),
  )
  if (!(await isReady(guarded, options))) return undefined
  stack.move()
  return guarded
}

/** False when a port is lost. */
async function isReady(guarded: Guarded, options: SuiteOptions): Promise<boolean> {
  const {suite, logs, projectId, signal, firestorePort, pubsubPort} = options
  const withinMs = suite.toDownload.length > 0 ? DOWNLOADED_WITHIN_MS : READY_WITHIN_MS
  const patience = AbortSignal.timeout(withinMs)
  const settled = new AbortController()
  const waiting = AbortSignal.any([signal, patience, settled.signal])
  try {
    const answered = Promise.all([
      waitUntilAnswered('firestore', `127.0.0.1:${firestorePort}`, projectId, waiting),
      waitUntilAnswered('pubsub', `127.0.0.1:${pubsubPort}`, projectId, waiting),
    ])
    const outcome = await Promise.race([answered.then(() => 'answered' as const), guarded.exited])
    // An answer may come from a server that was faster than ours, such as the emulators of another run.
    if (outcome === 'answered') return (await isOurs(guarded, options)) && !(await saysPortIsTaken(logs))
    if (await saysPortIsTaken(logs)) return false
    throw await suiteDied(outcome, {logs, java: suite.java, when: 'before it answered', therefore: 'nothing was run'})
  } catch (error) {
    signal.throwIfAborted()
    throw patience.aborted ? await suiteSilent(withinMs / 1000, logs, error) : error
  } finally {
    settled.abort()
  }
}

/** The emulators are children of firebase-tools, in the group that it leads (`containment.ts`). */
async function isOurs(guarded: Guarded, {firestorePort, pubsubPort}: SuiteOptions): Promise<boolean> {
  const group = await guarded.pid
  if (group === undefined) return false
  const owned = await Promise.all([firestorePort, pubsubPort].map((port) => groupOwnsPort(group, port)))
  return !owned.includes(false)
}

/** The suite would look for these itself, from fixed ones upwards, and meet another suite that does the same. */
async function findOwnPorts(): Promise<{readonly hub: number; readonly logging: number; readonly websocket: number}> {
  const ports = new Set<number>()
  while (ports.size < 3) ports.add(await anyFreePort())
  const [hub = 0, logging = 0, websocket = 0] = ports
  return {hub, logging, websocket}
}
