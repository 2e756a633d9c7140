import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {nameParts} from '../desired/parts.ts'
import type {Extra, Phase} from '../gcp/permissions.ts'
import {preflight, type Needs} from '../gcp/preflight.ts'
import type {StagePlan} from '../settings.ts'
import {placeOf, type DeployIo, type Place} from './place.ts'

/** A place, and what is known of the project before anything of the stage is read. */
export type OpenPlace = AsyncDisposable & {
  readonly place: Place
  /** The account that builds run as, if it lacks the role for it and the command asked for it. */
  readonly builder: string | undefined
}

export type OpenOptions = {
  readonly config: ResolvedConfig
  readonly stage: StagePlan
  readonly io: DeployIo
  /** What the command does with the project. */
  readonly phases: readonly Phase[]
  /** What it does besides. Alerts are known from the settings. */
  readonly extras?: readonly Extra[]
}

/**
 * Connects and looks at the project: its number, whether this account may do what the command does, whether somebody pays,
 * and who builds. Only reads. Throws a StitchError that names what is missing.
 */
export async function openPlace(options: OpenOptions): Promise<OpenPlace> {
  const {io} = options
  const {target} = options.stage
  await using stack = new AsyncDisposableStack()
  io.emit({type: 'phase', at: io.clock.now(), text: `connecting to ${target.project}`})
  const connection = stack.use(await io.connect(target))
  const {api, account} = connection
  const looking = {target, account, doing: 'nothing was planned or changed'}
  const place = placeOf(connection, {target, projectNumber: '', io})
  const {projectNumber, builder} = await preflight(api, looking, needsOf(options)).catch((error: unknown) => {
    io.signal.throwIfAborted()
    throw place.explain(error, looking.doing)
  })
  const opened = stack.move()
  return {
    place: {...place, reading: {...place.reading, projectNumber}},
    builder,
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  }
}

/** The accounts that something is deployed to run as: functions, builds where one is configured, and the push. */
function needsOf({config, stage, phases, extras = []}: OpenOptions): Needs {
  const {accounts, emailOf} = nameParts(config, stage)
  const {alerts, buildServiceAccount} = stage.settings
  const functions = [accounts.lookup, accounts.worker]
  const acting = phases.includes('apply') ? [...functions, accounts.push] : functions
  return {
    phases,
    extras: alerts.enabled ? [...extras, 'alerts'] : extras,
    actAs: [...acting.map(emailOf), ...(buildServiceAccount === undefined ? [] : [buildServiceAccount])],
  }
}
