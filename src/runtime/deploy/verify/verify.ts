import {randomBytes} from 'node:crypto'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {loadFixtures} from '#runtime/fixtures/load.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {suggestNearest} from '#runtime/kernel/suggest.ts'
import type {Bus} from '#runtime/kernel/bus.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import type {RunView} from '#runtime/trace/view.ts'
import type {Transport} from '../gcp/transport.ts'
import {readRecorded} from '../look/recorded.ts'
import type {StagePlan} from '../settings.ts'
import type {DeployClock} from '../types.ts'
import {fireProbes, type Fired, type FireTarget} from './fire.ts'
import type {Parity} from './parity.ts'
import {planProbes, type ProbePlan, type Side, type TokenKind} from './probes.ts'
import {warmUp} from './warm-up.ts'

export type VerifyIo = {
  readonly transport: Transport
  readonly clock: DeployClock
  readonly signal: AbortSignal
  /** Takes the log of this run. */
  readonly bus: Bus
  readonly tell: (progress: string) => void
}

export type VerifyOptions = {
  readonly config: ResolvedConfig
  readonly stage: StagePlan
  readonly scenario: string | undefined
  readonly async: boolean
  readonly io: VerifyIo
}

/** Recorded run, what of it is fired, and what came of that. */
export type FiredRun = {
  readonly recorded: RunView
  readonly plan: ProbePlan
  readonly fired: readonly Fired[]
  /** Epoch milliseconds. */
  readonly since: number
}

/** Exit kinds by verdict: the same, different, not known. */
export function exitOf({verdict}: Parity): 'ok' | 'failed' | 'deploy' {
  return verdict === 'parity' ? 'ok' : verdict === 'differences' ? 'failed' : 'deploy'
}

/** Reads the simulation and plans what is fired. Throws STITCH_NOT_SIMULATED, STITCH_SCENARIO_UNKNOWN or STITCH_NOTHING_SELECTED. */
export async function planRun(
  {config, scenario, async}: VerifyOptions,
  side: Side,
  hasKey: boolean,
): Promise<{readonly recorded: RunView; readonly plan: ProbePlan}> {
  const recorded = await readRecorded(config.dataDir)
  if (!recorded) {
    throw new StitchError('No simulation that passed is recorded here, so there is nothing to compare with.', {
      code: 'STITCH_NOT_SIMULATED',
      exit: 'deploy',
      hints: ['stitch simulate --async'],
    })
  }
  checkScenario(recorded, scenario)
  const fixtures = await loadFixtures(config.fixtures)
  const kinds: ReadonlyMap<string, TokenKind | undefined> = new Map(
    fixtures.scenarios.flatMap(({id, steps}) =>
      steps.map(({name, request}) => [`${id}\n${name}`, request.idToken] as const),
    ),
  )
  const plan = planProbes(recorded, {
    side,
    async,
    scenario,
    hasKey,
    tokenKind: (id, step) => kinds.get(`${id}\n${step}`),
  })
  if (plan.probes.length > 0) return {recorded, plan}
  throw new StitchError('No request of the simulation can be fired this way, so nothing was verified.', {
    code: 'STITCH_NOTHING_SELECTED',
    exit: 'usage',
    hints: async ? ['stitch verify --async'] : ['stitch verify --async', 'stitch simulate --async'],
  })
}

function checkScenario(recorded: RunView, scenario: string | undefined): void {
  if (scenario === undefined) return
  const ids = [...new Set([...recorded.requests].map((request) => request.scenario))]
  if (ids.includes(scenario)) return
  const nearest = suggestNearest(scenario, ids)
  throw new StitchError(`The recorded simulation has no scenario ${scenario}, so nothing was verified.`, {
    code: 'STITCH_SCENARIO_UNKNOWN',
    exit: 'usage',
    hints: [...(nearest ? [`did you mean ${nearest}`] : []), `scenarios: ${ids.join(', ')}`],
  })
}

/** Warms the target up and fires. The run's own log goes to the bus, from `log.opened` on. */
export async function fireRun(
  {io, async}: VerifyOptions,
  planned: {readonly recorded: RunView; readonly plan: ProbePlan},
  target: FireTarget,
  version: string,
): Promise<FiredRun> {
  const {bus, clock, tell} = io
  const {recorded, plan} = planned
  const fireIo = {...io, emit: bus.emit, random: () => randomBytes(16).toString('base64url')}
  tell(`waking ${target.baseUrl}`)
  await warmUp(target, fireIo)
  bus.emit({type: 'log.opened', version: 1, stitch: version})
  const scenarios = recorded.head?.scenarios ?? []
  bus.emit({type: 'run.started', command: 'verify', engine: target.side, async, scenarios: [...scenarios]})
  const since = clock.now()
  const fired = await fireProbes(plan.probes, target, fireIo, (done) =>
    tell(`fired ${done} of ${plan.probes.length} requests`),
  )
  return {recorded, plan, fired, since}
}

/** The requests of this run as its log has them. */
export function foldRun({bus}: VerifyIo): RunView {
  return foldEvents(bus.events)
}
