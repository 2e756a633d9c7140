import {hashConfig} from '#runtime/config/config-hash.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {readSimulation} from '#runtime/config/simulation-record.ts'
import {resolveBundle} from '#runtime/functions/bundle.ts'
import type {BundleFiles} from '#runtime/functions/types.ts'
import {describeDesired} from '../desired/desired.ts'
import {nameParts} from '../desired/parts.ts'
import type {StagePlan} from '../settings.ts'
import type {Spec} from '../specs.ts'
import type {Outputs} from '../types.ts'
import {carryOut, refuseBlocked} from './carry-out.ts'
import {checkAdopted, checkPlace, checkSimulation, type Verified} from './gate.ts'
import {openPlace} from './open-place.ts'
import {outputsFor, readState, type DeployIo, type Place, type Wanted} from './place.ts'
import {isEmpty} from './plan.ts'
import {
  isSameRelease,
  keepRelease,
  pruneReleases,
  listReleases,
  releaseId,
  releasesFolder,
  releaseTime,
  type Release,
} from './release.ts'
import {zipSource} from './source-zip.ts'
import type {FunctionsExecutor, Plan} from './types.ts'

/** The name of the key that a new secret gets. */
const KEY_ID = 'k1'

/** What a way to deploy functions is made from. */
export type ChooseExecutor = (place: Place) => Promise<FunctionsExecutor>

export type DeployOptions = {
  readonly config: ResolvedConfig
  readonly stage: StagePlan
  /** What stitch comes with; the bundle is that, or one built around the project's own logic. */
  readonly files: BundleFiles
  /** stitch's version. */
  readonly version: string
  readonly force: boolean
  /** Ids (`topic/stitch-requests`) that may be taken over. */
  readonly adopt: readonly string[]
  /** `gcp` or `firebase`. */
  readonly via?: string
  /** What deploys the functions; may refuse, before anything is planned. */
  readonly chooseExecutor: ChooseExecutor
  readonly io: DeployIo
  /** What to type to go on after a failure. */
  readonly again: string
  /** Plans, and changes nothing whatever the review says. */
  readonly planOnly: boolean
  /** Sees the plan; `true` carries it out. Not asked where there is nothing to do. */
  readonly review: (plan: Plan, checked: Checked) => Promise<boolean>
}

/** The bundle that is deployed, and what stands behind it. */
export type Checked = Verified & {readonly sha256: string}

export type DeployOutcome = {
  readonly plan: Plan
  readonly checked: Checked
  /** False where nothing was to be done, or the review did not want it. */
  readonly applied: boolean
  /** Present where the stage is as planned. */
  readonly deployed?: Deployed
}

/** What a person needs after a deployment. */
export type Deployed = {
  readonly lookupUrl: string | undefined
  /** The key's name in the container's file and template. */
  readonly keyId: string
  readonly hmacSecret: string
  readonly hmacVersion: string | undefined
  /** Id of the release that is kept on this machine. */
  readonly release: string | undefined
}

/**
 * Makes the stage in Google Cloud what the configuration says, with the bundle that was simulated: gate, plan, review,
 * changes in order, all read back, release kept. Throws a StitchError whenever it stops on the way; deploying again goes
 * on from there.
 */
export async function deploy(options: DeployOptions): Promise<DeployOutcome> {
  const {config, stage, io, again} = options
  checkPlace(config, stage.settings)
  const bundle = await resolveBundle(config, options.files)
  const {sha256} = bundle
  const configHash = hashConfig(config)
  const simulation = await readSimulation(config.dataDir)
  const checked: Checked = {sha256, ...checkSimulation(simulation, {sha256, configHash, force: options.force})}
  const source = await zipSource(bundle)
  await using opened = await openPlace({
    config,
    stage,
    io,
    phases: options.planOnly ? ['plan'] : ['plan', 'apply'],
    extras: stage.settings.buildServiceAccount === undefined ? ['builder'] : [],
  })
  const {place, builder} = opened
  const desired = describeDesired({
    ...stage,
    config,
    sha256,
    builder,
    ...(options.via === undefined ? {} : {via: options.via}),
  })
  checkAdopted(options.adopt, desired)
  const executor = await options.chooseExecutor(place)
  const wanted: Wanted = {desired, source, adopt: options.adopt, inventory: true}
  const state = await readState(place, wanted)
  const outcome = {plan: state.plan, checked}
  const nothing = isEmpty(state.plan) && state.plan.blocked.length === 0
  if (options.planOnly) return {...outcome, applied: false}
  if (!nothing && !(await options.review(state.plan, checked))) return {...outcome, applied: false}
  refuseBlocked(state.plan)
  const live = nothing ? state.live : await carryOut(place, wanted, state, {executor, again})
  const outputs = outputsFor(place, wanted)(live)
  const release = await keep(options, {account: place.account, wanted, outputs, configHash, checked})
  const {functions, secrets} = nameParts(config, stage)
  return {
    ...outcome,
    applied: !nothing,
    deployed: {
      lookupUrl: outputs.functionUrls[functions.lookup],
      keyId: KEY_ID,
      hmacSecret: secrets.hmacKeys,
      hmacVersion: outputs.secretVersions[secrets.hmacKeys],
      release,
    },
  }
}

/** Keeps the release, unless the newest one is the same; resolves to its id. */
async function keep(
  {config, stage, version, io}: DeployOptions,
  made: {
    readonly account: string
    readonly wanted: Wanted
    readonly outputs: Outputs
    readonly configHash: string
    readonly checked: Checked
  },
): Promise<string> {
  const {target, settings} = stage
  const {sha256, verified, simulation} = made.checked
  const folder = releasesFolder(config.dataDir, target)
  const newest = (await listReleases(folder, target)).at(-1)
  const at = releaseTime(io.clock.now(), newest)
  const release: Release = {
    version: 1,
    id: releaseId(at, sha256),
    at: new Date(at).toISOString(),
    project: target.project,
    region: target.region,
    stage: target.stage ?? 'default',
    sha256,
    configHash: made.configHash,
    verified,
    ...(simulation === undefined ? {} : {simulation}),
    environment: environmentsOf(made.wanted.desired),
    secretVersions: {...made.outputs.secretVersions},
    settings,
    account: made.account,
    stitch: version,
  }
  if (newest && isSameRelease(newest, release)) return newest.id
  await keepRelease(folder, release, made.wanted.source.zip)
  await pruneReleases(folder, target)
  return release.id
}

function environmentsOf(specs: readonly Spec[]): Record<string, Record<string, string>> {
  return Object.fromEntries(
    specs.flatMap((spec) => (spec.type === 'function' ? [[spec.functionId, {...spec.environment}]] : [])),
  )
}
