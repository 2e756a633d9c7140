import type {Bundle, Functions} from '#runtime/functions/types.ts'
import {startFunctions} from '#runtime/functions/start.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {startEngine} from '#runtime/engine/start.ts'
import {lockDataDir} from '#runtime/engine/project-lock.ts'
import type {Engine} from '#runtime/engine/types.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import type {Container} from '#runtime/sgtm/types.ts'
import {allOrNone} from './all-or-none.ts'
import {openContainer} from './open-container.ts'
import {functionsEnvironment} from './functions-environment.ts'
import {loadLocalKeys, type LocalKeys} from './local-keys.ts'
import {planHosts, type Hosts} from './plan-hosts.ts'
import {startStage} from './start-stage.ts'

export type SessionOptions = {
  readonly config: ResolvedConfig
  /** `stitch simulate`, as another run that finds the data folder taken will read it. */
  readonly command: string
  /** With Pub/Sub and the worker function. */
  readonly async: boolean
  readonly bundle: Bundle
  readonly emit: Emit
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Everything between the wire's two ends, running. Disposing closes it in reverse order of the wire. */
export type Session = AsyncDisposable & {
  readonly config: ResolvedConfig
  readonly keys: LocalKeys
  readonly hosts: Hosts
  readonly bundle: Bundle
  readonly engine: Engine
  readonly functions: Functions
  readonly container: Container
  /** Aborts with a StitchError when a stage dies in mid-run, and with the reason of the run's own signal. */
  readonly signal: AbortSignal
}

/**
 * Starts engine, functions and server container. The functions' processes take longest, so they start while the engine
 * does; `prepare` (seeding) runs as soon as the engine answers. When anything fails, all that was started is closed.
 */
export async function openSession(
  options: SessionOptions,
  prepare: (engine: Engine, keys: LocalKeys) => Promise<unknown>,
): Promise<Session> {
  const {config, emit, clock, bundle, async: withWorker} = options
  await using stack = new AsyncDisposableStack()
  const giveUp = new AbortController()
  const signal = AbortSignal.any([options.signal, giveUp.signal])
  const lock = stack.use(await lockDataDir(config.dataDir, {command: options.command}))
  const keys = await loadLocalKeys(config.dataDir)
  const log = (level: 'debug' | 'info' | 'warn' | 'error', text: string) =>
    emit({type: 'log.line', source: 'engine', level, text})
  const hosts = await planHosts(config, log)
  const context = {emit, clock}

  const startingEngine = startStage(
    context,
    'engine',
    () =>
      startEngine({
        name: config.engine,
        dataDir: config.dataDir,
        projectId: config.project,
        firestorePort: {port: hosts.firestorePort, explicit: true},
        pubsubPort: {port: hosts.pubsubPort, explicit: true},
        signal,
        log,
      }),
    (engine) => ({detail: engine.name, urls: {firestore: engine.firestoreHost, pubsub: engine.pubsubHost}}),
  )
  const startingFunctions = startStage(
    context,
    'functions',
    () =>
      startFunctions({
        bundle,
        targets: withWorker ? ['lookup', 'worker'] : ['lookup'],
        env: functionsEnvironment({config, keys, ...hosts}),
        emit,
        signal,
      }),
    ({lookupUrl, workerUrl}) => ({
      detail: `bundle ${bundle.sha256.slice(0, 12)}, ${Math.round(bundle.bytes / 1024)} KiB`,
      urls: {lookup: lookupUrl, ...(workerUrl ? {worker: workerUrl} : {})},
    }),
  )
  const prepared = startingEngine
    .then((engine) => prepare(engine, keys))
    .then(() => ({[Symbol.asyncDispose]: async () => undefined}))
  const [engine, functions] = await allOrNone([startingEngine, startingFunctions, prepared], (reason) =>
    giveUp.abort(reason),
  )
  stack.use(engine)
  stack.use(functions)
  const [container] = await allOrNone(
    [
      startStage(
        context,
        'sgtm',
        () => openContainer({config, keys, hosts, functions, emit, clock, signal}),
        ({url}) => ({urls: {sgtm: url}}),
      ),
      withWorker
        ? subscribe(engine, functions, config).then(() => ({[Symbol.asyncDispose]: async () => undefined}))
        : Promise.resolve({[Symbol.asyncDispose]: async () => undefined}),
    ],
    (reason) => giveUp.abort(reason),
  )
  stack.use(container)
  await lock.announce({firestoreHost: engine.firestoreHost, pubsubHost: engine.pubsubHost, projectId: config.project})
  const opened = stack.move()
  return {
    config,
    keys,
    hosts,
    bundle,
    engine,
    functions,
    container,
    signal: AbortSignal.any([options.signal, engine.failed, functions.failed]),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Topic, dead-letter topic and the push subscription to the worker, as the deployment makes them. */
async function subscribe(engine: Engine, functions: Functions, config: ResolvedConfig): Promise<void> {
  const {provisionPubSub} = await import('#runtime/engine/topics.ts')
  await provisionPubSub(engine, config.project, {
    ...config.subscription,
    topic: config.topic,
    subscription: config.subscription.name,
    pushEndpoint: functions.workerUrl ?? '',
  })
}
