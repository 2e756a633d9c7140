import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {loadFixtures} from '#runtime/fixtures/load.ts'
import type {Bus} from '#runtime/kernel/bus.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {EXIT, StitchError} from '#runtime/kernel/errors.ts'
import {startTraffic} from '#runtime/traffic/start.ts'
import {followRun} from './follow-run.ts'
import {openSession, type Session} from './open-session.ts'
import {reloadOnChange} from './reload.ts'
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
  readonly bundleFile: string
  /** Sources of the bundle, for `watch`; need not exist. */
  readonly handlersFolder: string
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
    bus.emit({type: 'run.ended', passed: 0, failed: 0, durationMs: clock.now() - began, exit: EXIT[exit], error: told})
    throw error
  }
}

async function openAndRun(options: SimulateOptions): Promise<number> {
  const {config, bus, clock, signal, selection} = options
  const {emit} = bus
  const fixtures = await loadFixtures(config.fixtures)
  selectScenarios(fixtures.scenarios, selection)
  await using session = await openSession({...options, async: selection.async, emit, command: 'stitch simulate'}, (engine, keys) =>
    seedIfNeeded({config, fixtures, engine, keys, emit, clock, signal}),
  )
  await using traffic = startTraffic({baseUrl: session.container.url, emit, clock, signal: session.signal})
  using followed = followRun(bus)
  const context: RunContext = {config, keys: session.keys, traffic, followed, async: selection.async, emit, clock, signal: session.signal}
  const exit = await runOnce(options, session, context)
  if (!options.watch) return exit
  for await (const _ of reloadOnChange({...options, session, emit, signal: session.signal})) await runOnce(options, session, context)
  throw session.signal.reason
}

/** One pass over the selected scenarios, read anew each time so that `--watch` sees changed files. */
async function runOnce({config, selection, repeat, clock}: SimulateOptions, session: Session, context: RunContext): Promise<number> {
  const {emit, followed, signal} = context
  const began = clock.now()
  const scenarios = selectScenarios((await loadFixtures(config.fixtures)).scenarios, selection)
  emit({
    type: 'run.started',
    command: 'simulate',
    engine: session.engine.name,
    async: selection.async,
    bundle: {sha256: session.bundle.sha256, bytes: session.bundle.bytes},
    scenarios: scenarios.map(({id, title, steps}) => ({id, title, steps: steps.length})),
  })
  await untilAborted(signal, runScenarios(context, scenarios, repeat))
  const {passed, failed} = followed.view()
  const exit = failed > 0 ? EXIT.failed : EXIT.ok
  emit({type: 'run.ended', passed, failed, durationMs: clock.now() - began, exit})
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
