import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {describeDesired} from '../desired/desired.ts'
import type {StagePlan} from '../settings.ts'
import type {FunctionSpec} from '../specs.ts'
import {carryOut, refuseBlocked} from './carry-out.ts'
import {chooseRelease, currentRelease} from './choose-release.ts'
import type {ChooseExecutor} from './deploy.ts'
import {checkProject} from './gate.ts'
import {openPlace} from './open-place.ts'
import {readState, type DeployIo, type Wanted} from './place.ts'
import {isEmpty} from './plan.ts'
import {readLive} from './read-live.ts'
import {
  keepRelease,
  listReleases,
  readReleaseZip,
  releaseId,
  releasesFolder,
  releaseTime,
  type Release,
} from './release.ts'
import type {Plan} from './types.ts'

export type RollbackOptions = {
  readonly config: ResolvedConfig
  readonly stage: StagePlan
  /** Id of the release to go back to. Default: the one before that which is deployed. */
  readonly release: string | undefined
  readonly io: DeployIo
  readonly chooseExecutor: ChooseExecutor
  readonly again: string
  /** Plans, and changes nothing. */
  readonly planOnly: boolean
  readonly review: (plan: Plan, releases: Releases) => Promise<boolean>
}

export type Releases = {readonly current: Release | undefined; readonly to: Release}

export type RollbackOutcome = Releases & {
  readonly plan: Plan
  readonly applied: boolean
  /** Id of the release that this made. */
  readonly release?: string
}

/**
 * Puts the functions back to a kept release: its archive, its variables, its secret versions and its settings. Nothing
 * else of the stage is touched, and neither data nor secrets go back. Throws STITCH_RELEASE_NOT_FOUND.
 */
export async function rollback(options: RollbackOptions): Promise<RollbackOutcome> {
  const {config, io, again} = options
  checkProject(config)
  const {target} = options.stage
  const folder = releasesFolder(config.dataDir, target)
  const releases = await listReleases(folder, target)
  if (releases.length === 0) throw noReleases(options)
  await using opened = await openPlace({
    config,
    stage: options.stage,
    io,
    phases: options.planOnly ? ['plan'] : ['rollback'],
  })
  const {place} = opened
  const now = functionsOf(options, releases.at(-1)!)
  const live = await readLive(now, place.reading, io.kinds.readSpec).catch((error: unknown) => {
    throw place.explain(error, 'nothing was rolled back')
  })
  const current = currentRelease(
    releases,
    now.map(({id}) => live.get(id)),
  )
  const to = chooseRelease(releases, {named: options.release, current})
  const desired = functionsOf(options, to)
  const source = {sha256: to.sha256, zip: await readReleaseZip(folder, to)}
  const wanted: Wanted = {desired, source, adopt: [], pinned: to.secretVersions, inventory: false}
  const executor = await options.chooseExecutor(place)
  const state = await readState(place, wanted)
  const {plan} = state
  if (options.planOnly || (isEmpty(plan) && plan.blocked.length === 0)) return {plan, current, to, applied: false}
  if (!(await options.review(plan, {current, to}))) return {plan, current, to, applied: false}
  refuseBlocked(plan)
  await carryOut(place, wanted, state, {executor, again})
  const at = releaseTime(io.clock.now(), releases.at(-1))
  const made: Release = {
    ...to,
    id: releaseId(at, to.sha256),
    at: new Date(at).toISOString(),
    account: place.account,
    rollbackOf: to.rollbackOf ?? to.id,
  }
  await keepRelease(folder, made, source.zip)
  return {plan, current, to, applied: true, release: made.id}
}

/** The two functions as they were in a release. */
function functionsOf({config, stage}: RollbackOptions, release: Release): readonly FunctionSpec[] {
  const {settings, sha256, environment} = release
  return describeDesired({target: stage.target, settings, config, sha256, builder: undefined}).flatMap((spec) =>
    spec.type === 'function' ? [{...spec, environment: environment[spec.functionId] ?? spec.environment}] : [],
  )
}

function noReleases({config, stage: {target}}: RollbackOptions): StitchError {
  const where = `stage ${target.stage ?? 'default'} of ${target.project}`
  return new StitchError(`No release of the ${where} is kept in ${config.dataDir}, so nothing was rolled back.`, {
    code: 'STITCH_RELEASE_NOT_FOUND',
    exit: 'deploy',
    hints: ['--data-dir DIR   with the folder that it was deployed from', 'stitch deploy   (of an older commit)'],
  })
}
