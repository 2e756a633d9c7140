import {findBuilder} from '../gcp/builder.ts'
import type {Phase} from '../gcp/permissions.ts'
import {checkBilling, checkPermissions, findProject} from '../gcp/preflight.ts'
import type {StagePlan} from '../settings.ts'
import {placeOf, type DeployIo, type Place} from './place.ts'

/** A place, and what is known of the project before anything of the stage is read. */
export type OpenPlace = AsyncDisposable & {
  readonly place: Place
  /** The account that builds run as, if it lacks the role for it. */
  readonly builder: string | undefined
}

/**
 * Connects and looks at the project: its number, whether this account may do what the command does, whether somebody pays,
 * and who builds. Only reads. Throws a StitchError that names what is missing.
 * @param phases what the command does with the project
 */
export async function openPlace(
  {target, settings}: StagePlan,
  io: DeployIo,
  phases: readonly Phase[],
): Promise<OpenPlace> {
  await using stack = new AsyncDisposableStack()
  io.emit({type: 'phase', at: io.clock.now(), text: `connecting to ${target.project}`})
  const connection = stack.use(await io.connect(target))
  const {api, account} = connection
  const looking = {target, account, doing: 'nothing was planned or changed'}
  const found = async () => {
    const projectNumber = await findProject(api, looking)
    const [builder] = await Promise.all([
      findBuilder(api, target, projectNumber),
      checkPermissions(api, looking, {phases, alerts: settings.alerts.enabled}),
      phases.includes('apply') ? checkBilling(api, looking) : undefined,
    ])
    return {projectNumber, builder}
  }
  const place = placeOf(connection, {target, projectNumber: '', io})
  const {projectNumber, builder} = await found().catch((error: unknown) => {
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
