import type {Bundle, Functions, FunctionUrls} from '#runtime/functions/types.ts'
import {startFunctions} from '#runtime/functions/start.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {startEngine} from '#runtime/engine/start.ts'
import {lockDataDir} from '#runtime/engine/project-lock.ts'
import type {Engine} from '#runtime/engine/types.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import type {Container} from '#runtime/sgtm/types.ts'
import {allOrNone} from './all-or-none.ts'
import {functionsEnvironment} from './functions-environment.ts'
import {loadLocalKeys, type LocalKeys} from './local-keys.ts'
import {openDoors, type Doors} from './open-doors.ts'
import {asksForPorts, engineOptions, planHosts, withAnyPorts, type Hosts} from './plan-hosts.ts'
import {startStage} from './start-stage.ts'
import {createWarmUp} from './warm-up.ts'

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

/** Runs that start at the same moment choose the same ports; a loser takes any free ones, and those are hard to lose. */
const MOST_ATTEMPTS = 4

/** Everything between the wire's two ends, running. Disposing closes it in reverse order of the wire. */
export type Session = AsyncDisposable & {
  readonly config: ResolvedConfig
  readonly keys: LocalKeys
  readonly hosts: Hosts
  readonly bundle: Bundle
  readonly engine: Engine
  readonly functions: Functions
  readonly container: Container
  readonly doors: Doors
  /** Aborts with a StitchError when a stage dies in mid-run, and with the reason of the run's own signal. */
  readonly signal: AbortSignal
}

/**
 * Starts functions, engine and server container at the same time; what needs another one waits for that one only:
 * `prepare` (seeding) for the engine, the container for the functions' URLs. When anything fails, all that was started
 * is closed.
 */
export async function openSession(
  options: SessionOptions,
  prepare: (engine: Engine, keys: LocalKeys) => Promise<unknown>,
): Promise<Session> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openOnce(attempt === 1 ? options : {...options, config: withAnyPorts(options.config)}, prepare)
    } catch (error) {
      // A default port was free when it was chosen, and somebody else took it before it was opened.
      const lost = error instanceof StitchError && error.code === 'STITCH_PORT_TAKEN' && !asksForPorts(options.config)
      if (!lost || attempt === MOST_ATTEMPTS) throw error
      options.emit({
        type: 'log.line',
        source: 'session',
        level: 'warn',
        text: `${error.message} Trying again with any free ports.`,
      })
    }
  }
}

async function openOnce(
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
  const warmUp = createWarmUp({keys, emit, clock, signal})
  const doors = stack.use(await openDoors(hosts, {emit: warmUp.emit, clock, signal}))

  // The functions' processes go first: they load while this process does, which has more to load than to wait for.
  const listening = Promise.withResolvers<FunctionUrls>()
  const startingFunctions = startStage(
    context,
    'functions',
    () =>
      startFunctions({
        bundle,
        targets: withWorker ? ['lookup', 'worker'] : ['lookup'],
        env: functionsEnvironment({config, keys, ...hosts, ...doors}),
        deliver: doors.deliver,
        emit: warmUp.emit,
        signal,
        listening: listening.resolve,
      }),
    ({lookupUrl, workerUrl}) => ({
      detail: `bundle ${bundle.sha256.slice(0, 12)}, ${Math.round(bundle.bytes / 1024)} KiB`,
      urls: {lookup: lookupUrl, ...(workerUrl ? {worker: workerUrl} : {})},
    }),
  )
  startingFunctions.catch(listening.reject)
  const startEngineStage = (): Promise<Engine> =>
    startStage(
      context,
      'engine',
      () => startEngine({...engineOptions(config, hosts), signal, log}),
      (engine) => ({detail: engine.name, urls: {firestore: engine.firestoreHost, pubsub: engine.pubsubHost}}),
    )
  const startContainerStage = (functions: FunctionUrls): Promise<Container> =>
    startStage(
      context,
      'sgtm',
      async () => {
        const {openContainer} = await import('./open-container.ts')
        return await openContainer({config, keys, hosts, functions, emit, clock, signal})
      },
      ({url}) => ({urls: {sgtm: url}}),
    )
  const startingEngine = listening.promise.then(startEngineStage)
  const preparing = startingEngine.then((running) => prepare(running, keys))
  const both = Promise.all([startingEngine, listening.promise] as const)
  const [engine, functions, container] = await allOrNone(
    [
      startingEngine,
      startingFunctions,
      // What is prepared takes this process longest, so the container is left for the first pause.
      Promise.race([preparing, startingFunctions]).then(async () => startContainerStage(await listening.promise)),
      nothingToClose(preparing),
      nothingToClose(both.then(([running, urls]) => (withWorker ? subscribe(running, urls, config) : undefined))),
      nothingToClose(both.then(async ([, {lookupUrl}]) => startingFunctions.then(() => warmUp.run(lookupUrl)))),
    ],
    (reason) => giveUp.abort(reason),
  )
  stack.use(engine)
  stack.use(functions)
  stack.use(container)
  const {name, firestoreHost, pubsubHost} = engine
  await lock.announce({name, firestoreHost, pubsubHost, projectId: config.project})
  const opened = stack.move()
  return {
    config,
    keys,
    hosts,
    bundle,
    engine,
    functions,
    container,
    doors,
    signal: AbortSignal.any([options.signal, engine.failed, functions.failed]),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Work that leaves nothing open, among things that do. */
async function nothingToClose(work: Promise<unknown>): Promise<AsyncDisposable> {
  await work
  return {[Symbol.asyncDispose]: async () => undefined}
}

/** Topic, dead-letter topic and the push subscription to the worker, as the deployment makes them. */
async function subscribe(engine: Engine, functions: FunctionUrls, config: ResolvedConfig): Promise<void> {
  const {provisionPubSub} = await import('#runtime/engine/topics.ts')
  await provisionPubSub(engine, config.project, {
    ...config.subscription,
    topic: config.topic,
    subscription: config.subscription.name,
    pushEndpoint: functions.workerUrl ?? '',
  })
}
