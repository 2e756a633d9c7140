import {hashConfig} from '#runtime/config/config-hash.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {loadFixtures} from '#runtime/fixtures/load.ts'
import type {Scenario} from '#runtime/fixtures/scenario.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import {resolveBundle} from '#runtime/functions/bundle.ts'
import type {Bundle, BundleFiles} from '#runtime/functions/types.ts'
import type {Bus} from '#runtime/kernel/bus.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {EXIT, StitchError} from '#runtime/kernel/errors.ts'
import {checkFunctionsConfig} from './check-config.ts'
import {followRun} from './follow-run.ts'
import {openSession} from './open-session.ts'
import {createPatience} from './patience.ts'
import {eventsOfPass, recordSimulation} from './record-simulation.ts'
import type {RunContext} from './run-context.ts'
import {runScenarios} from './run-scenarios.ts'
import {seedIfNeeded} from './seed-project.ts'
import {selectScenarios, type Selection} from './select-scenarios.ts'

export type SimulateOptions = {
  readonly config: ResolvedConfig
  readonly selection: Selection
  readonly repeat: number
  /** Runs again after every change of a file, until interrupted. */
  readonly watch: boolean
  /** What stitch comes with: the bundle, and what one is built from. */
  readonly files: BundleFiles
  /** Version of stitch, for the head of the log. */
  readonly version: string
  readonly bus: Bus
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * The main job: reads the fixtures, opens the session, seeds if needed, runs the scenarios, states the verdict, closes
 * everything. @returns the exit code, which the log's last `run.ended` states too. Whatever ends the run early is
 * stated on the log and thrown.
 */
export async function simulate(options: SimulateOptions): Promise<number> {
  const {bus, clock, version} = options
  const began = clock.now()
  bus.emit({type: 'log.opened', version: 1, stitch: version})
  try {
    return await openAndRun(options)
  } catch (error) {
    const known = error instanceof StitchError ? error : undefined
    const {code, exit, hints} = known ?? {code: 'STITCH_BUG', exit: 'bug' as const, hints: []}
    const told = {code, message: error instanceof Error ? error.message : String(error), hints: [...hints]}
    // What had been checked by then still counts.
    const {passed, failed} = foldEvents(bus.events)
    bus.emit({type: 'run.ended', passed, failed, durationMs: clock.now() - began, exit: EXIT[exit], error: told})
    throw error
  }
}

async function openAndRun(options: SimulateOptions): Promise<number> {
  const {config, bus, clock, signal, selection} = options
  const {emit} = bus
  await checkFunctionsConfig(config)
  const fixtures = await loadFixtures(config.fixtures)
  const scenarios = selectScenarios(fixtures.scenarios, selection)
  const bundle = await resolveBundle(config, options.files)
  stateStart(options, bundle, scenarios)
  const began = clock.now()
  await using session = await openSession(
    {...options, bundle, async: selection.async, emit, command: 'stitch simulate'},
    (engine, keys) => seedIfNeeded({config, fixtures, engine, keys, emit, clock, signal}),
  )
  const {startTraffic} = await import('#runtime/traffic/start.ts')
  await using traffic = startTraffic({baseUrl: session.container.url, emit, clock, signal: session.signal})
  using followed = followRun(bus)
  const {container, keys} = session
  const context = {
    config,
    keys,
    traffic,
    container,
    followed,
    patience: createPatience(),
    faults: session.doors.faults,
    async: selection.async,
    emit,
    clock,
    signal: session.signal,
  }
  const exit = await runOnce(options, context, {scenarios, bundle, began})
  if (!options.watch) return exit
  const {reloadOnChange} = await import('./reload.ts')
  const changes = reloadOnChange({...options, session, emit, signal: session.signal})
  for await (const {bundle: newest} of changes) {
    const again = selectScenarios((await loadFixtures(config.fixtures)).scenarios, selection)
    stateStart(options, newest, again)
    await runOnce(options, context, {scenarios: again, bundle: newest, began: clock.now()})
  }
  throw session.signal.reason
}

function stateStart({config, selection, bus}: SimulateOptions, bundle: Bundle, scenarios: readonly Scenario[]): void {
  bus.emit({
    type: 'run.started',
    command: 'simulate',
    engine: config.engine,
    async: selection.async,
    bundle: {sha256: bundle.sha256, bytes: bundle.bytes},
    scenarios: scenarios.map(({id, title, steps}) => ({id, title, steps: steps.length})),
  })
}

type Pass = {readonly scenarios: readonly Scenario[]; readonly bundle: Bundle; readonly began: number}

/** One pass over the scenarios; states the verdict, with the time since `began`, and keeps that of a whole pass. */
async function runOnce(
  {config, repeat, clock, version, selection, bus}: SimulateOptions,
  context: RunContext,
  {scenarios, bundle, began}: Pass,
): Promise<number> {
  const {emit, followed, signal, async} = context
  await untilAborted(signal, runScenarios(context, scenarios, repeat))
  const {passed, failed} = followed.view()
  const exit = failed > 0 ? EXIT.failed : EXIT.ok
  emit({type: 'run.ended', passed, failed, durationMs: clock.now() - began, exit})
  if (selection.scenario !== undefined || selection.only.length > 0) return exit
  const verdict = {
    version: 1,
    sha256: bundle.sha256,
    config: hashConfig(config),
    at: new Date(clock.now()).toISOString(),
    passed,
    failed,
    async,
    engine: config.engine,
    stitch: version,
  } as const
  await recordSimulation(config.dataDir, verdict, eventsOfPass(bus.events), emit)
  return exit
}

/** The work, or the signal's reason as soon as it aborts; the work hears of it by the same signal. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const {promise, reject} = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', abort, {once: true})
  try {
    signal.throwIfAborted()
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
