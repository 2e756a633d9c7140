import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {clientEnvironment} from '#runtime/engine/environment.ts'
import {lockDataDir, readDataDirOwner} from '#runtime/engine/project-lock.ts'
import type {AnnouncedEngine, DataDirOwner} from '#runtime/engine/project-lock.ts'
import {makeDataFolder, notWritable} from '#runtime/engine/project-folder.ts'
import {probeOnce} from '#runtime/engine/probe.ts'
import {startEngine} from '#runtime/engine/start.ts'
import {stopOwner} from '#runtime/engine/stop-owner.ts'
import type {EngineName, EngineOptions} from '#runtime/engine/types.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {configuredEngine, isAskedFor} from './plan-hosts.ts'

/** How the lock of a data folder names who keeps an engine for others; `stop` ends nobody else. */
const DAEMON_COMMAND = 'stitch engine start'

/** An engine that answers, for whoever wants to use it. */
export type RunningEngine = {
  readonly pid: number
  readonly name: EngineName
  readonly dataDir: string
  /** What a client's process needs. */
  readonly env: Readonly<Record<string, string>>
}

export type KeepEngineOptions = {
  readonly config: ResolvedConfig
  readonly log: EngineOptions['log']
  readonly signal: AbortSignal
}

/**
 * Keeps an engine for other programs until the signal aborts or the engine dies, and throws the reason. What was left
 * by one that was killed is taken over, confirmed documents and messages included. Throws STITCH_BUSY where somebody
 * works in the data folder, STITCH_ENGINE_EXTERNAL where there is nothing to start.
 */
export async function keepEngine(
  {config, log, signal}: KeepEngineOptions,
  onReady: (running: RunningEngine) => Promise<void>,
): Promise<never> {
  if (config.engine === 'external') {
    throw new StitchError('An external engine is run by somebody else, so there is nothing to start.', {
      code: 'STITCH_ENGINE_EXTERNAL',
      exit: 'usage',
      hints: ['stitch engine start --engine embedded'],
    })
  }
  await using lock = await lockDataDir(config.dataDir, {command: DAEMON_COMMAND})
  const wish = (key: 'firestore' | 'pubsub') => ({port: config.ports[key], explicit: isAskedFor(config, key)})
  await using engine = await startEngine({
    ...configuredEngine(config),
    firestorePort: wish('firestore'),
    pubsubPort: wish('pubsub'),
    log,
    signal,
  })
  await onReady({pid: process.pid, name: engine.name, dataDir: config.dataDir, env: engine.env})
  const {name, firestoreHost, pubsubHost} = engine
  // Last, since whoever waits for it may rely on all the rest.
  await lock.announce({name, firestoreHost, pubsubHost, projectId: config.project})
  return await forever(AbortSignal.any([signal, engine.failed]))
}

function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason as Error)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, {once: true})
  })
}

/** The engine that the process `pid` keeps in a data folder, once it answers. */
export async function readRunningEngine(dataDir: string, pid: number): Promise<RunningEngine | undefined> {
  const owner = await readDataDirOwner(dataDir)
  if (owner?.pid !== pid || !owner.engine) return undefined
  return {pid, name: owner.engine.name, dataDir, env: clientEnvironmentOf(owner.engine)}
}

/** What a client's process needs to reach an engine that was announced. */
export function clientEnvironmentOf({firestoreHost, pubsubHost, projectId}: AnnouncedEngine): Record<string, string> {
  return {...clientEnvironment({firestoreHost, pubsubHost, projectId})}
}

/** Who works in a data folder, and whether its engine answers. */
export type EngineStatus = {
  readonly owner: DataDirOwner
  /** Absent while it starts. */
  readonly answers?: {readonly firestore: boolean; readonly pubsub: boolean}
}

/** Undefined where nobody works in the data folder. */
export async function inspectEngine(dataDir: string, signal: AbortSignal): Promise<EngineStatus | undefined> {
  const owner = await readDataDirOwner(dataDir)
  if (!owner?.engine) return owner && {owner}
  const {firestoreHost, pubsubHost, projectId} = owner.engine
  const patience = AbortSignal.any([signal, AbortSignal.timeout(2000)])
  const answers = (service: 'firestore' | 'pubsub', host: string) =>
    probeOnce(service, host, projectId, patience).then(
      () => true,
      () => false,
    )
  const [firestore, pubsub] = await Promise.all([answers('firestore', firestoreHost), answers('pubsub', pubsubHost)])
  signal.throwIfAborted()
  return {owner, answers: {firestore, pubsub}}
}

/**
 * Ends the engine that `keepEngine` keeps in the data folder and resolves with its owner when it is gone; undefined
 * where there is none. Throws STITCH_ENGINE_NOT_OURS for another command, which has its own way to end.
 */
export async function stopEngine(dataDir: string, signal: AbortSignal): Promise<DataDirOwner | undefined> {
  const owner = await readDataDirOwner(dataDir)
  if (!owner) return undefined
  if (owner.command !== DAEMON_COMMAND) {
    throw new StitchError(
      `${owner.command} (process ${owner.pid}) works in ${dataDir}, which is no engine that was started for others, so nothing was stopped.`,
      {code: 'STITCH_ENGINE_NOT_OURS', exit: 'environment', hints: [`kill ${owner.pid} stops it`]},
    )
  }
  await stopOwner(owner, signal)
  return owner
}

export {makeDataFolder, notWritable}
