import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {SOURCE_LABEL} from '../desired/function-specs.ts'
import {nameParts} from '../desired/parts.ts'
import {ApiError} from '../gcp/api-error.ts'
import {listReleases, releasesFolder} from '../plan/release.ts'
import type {StagePlan} from '../settings.ts'
import type {Api, Target} from '../types.ts'
import {readBacklog, type Backlog} from './backlog.ts'
import type {Drift} from './drift.ts'
import {notDeployed, readFunction, type LiveFunction} from './stage.ts'

export type FunctionStatus = LiveFunction & {
  /** First digits of the bundle's hash, by its label. */
  readonly source: string | undefined
  /** Who may call it; `allUsers` is everybody. Undefined where it may not be read. */
  readonly invokers: readonly string[] | undefined
}

/** A secret as a function uses it. */
export type SecretStatus = {
  readonly secret: string
  /** By function. */
  readonly pinned: Readonly<Record<string, string>>
  readonly newest: string | undefined
}

/** A stage as it is now. */
export type Status = {
  readonly target: Target
  readonly lookup: FunctionStatus
  /** Undefined where it is not there. */
  readonly worker: FunctionStatus | undefined
  readonly secrets: readonly SecretStatus[]
  readonly subscription: {readonly name: string; readonly state: string | undefined; readonly backlog: Backlog}
  readonly deadLetters: {readonly name: string; readonly backlog: Backlog}
  /** SHA-256 of the bundle that would be deployed. */
  readonly bundle: string | undefined
  /** The newest release that is kept on this machine. */
  readonly release: {readonly id: string; readonly at: string; readonly sha256: string} | undefined
  readonly drift: Drift
  /** What could not be read, each as a sentence. */
  readonly unread: readonly string[]
}

export type StatusInput = {
  readonly config: ResolvedConfig
  readonly stage: StagePlan
  readonly api: Api
  /** Epoch milliseconds. */
  readonly now: number
  readonly bundle: string | undefined
  readonly drift: Drift
}

/**
 * Reads the live state of a stage. What this account may not read is left out and named. Throws STITCH_NOT_DEPLOYED;
 * rejects with ApiError where not even the functions can be read.
 */
export async function readStatus({config, stage, api, now, bundle, drift}: StatusInput): Promise<Status> {
  const {target} = stage
  const {project} = target
  const parts = nameParts(config, stage)
  const {functions, subscription, deadLetters} = parts
  const [lookup, worker] = await Promise.all([
    readFunction(api, target, functions.lookup),
    readFunction(api, target, functions.worker),
  ])
  if (!lookup) throw notDeployed(target, 'there is no state to show')
  const unread: string[] = []
  const attempt = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      unread.push(`${what}: ${error.permission === undefined ? error.reason : `${error.permission} is missing`}`)
      return undefined
    }
  }
  const describe = async (found: LiveFunction): Promise<FunctionStatus> => ({
    ...found,
    source: found.labels[SOURCE_LABEL],
    invokers: await attempt(`who may call ${found.name}`, () => readInvokers(api, target, found.name)),
  })
  const backlogOf = async (name: string): Promise<Backlog> =>
    (await attempt(`what waits in ${name}`, () => readBacklog(api, {project, subscription: name, now}))) ?? {
      waiting: undefined,
      oldestSeconds: undefined,
    }
  const [lookupStatus, workerStatus, secrets, state, backlog, dead, releases] = await Promise.all([
    describe(lookup),
    worker ? describe(worker) : undefined,
    Promise.all(
      Object.values(parts.secrets).map(async (secret): Promise<SecretStatus> => ({
        secret,
        pinned: pinnedVersions(secret, [lookup, worker]),
        newest: await attempt(`versions of ${secret}`, () => readNewest(api, project, secret)),
      })),
    ),
    attempt(`the subscription ${subscription}`, () => readSubscriptionState(api, project, subscription)),
    backlogOf(subscription),
    backlogOf(deadLetters),
    listReleases(releasesFolder(config.dataDir, target), target),
  ])
  const newest = releases.at(-1)
  return {
    target,
    lookup: lookupStatus,
    worker: workerStatus,
    secrets,
    subscription: {name: subscription, state, backlog},
    deadLetters: {name: deadLetters, backlog: dead},
    bundle,
    release: newest && {id: newest.id, at: newest.at, sha256: newest.sha256},
    drift,
    unread,
  }
}

function pinnedVersions(secret: string, functions: readonly (LiveFunction | undefined)[]): Record<string, string> {
  return Object.fromEntries(
    functions.flatMap((live) => {
      const found = Object.values(live?.secrets ?? {}).find((pinned) => pinned.secret === secret)
      return live && found ? [[live.name, found.version]] : []
    }),
  )
}

async function readInvokers(api: Api, {project, region}: Target, service: string): Promise<readonly string[]> {
  const path = `/v2/projects/${project}/locations/${region}/services/${service}:getIamPolicy`
  const policy = await api.find<{bindings?: readonly {role?: string; members?: readonly string[]}[]}>({
    api: 'run',
    method: 'GET',
    path,
  })
  const bindings = policy?.bindings ?? []
  return [...new Set(bindings.flatMap(({role, members}) => (role === 'roles/run.invoker' ? (members ?? []) : [])))]
}

async function readNewest(api: Api, project: string, secret: string): Promise<string | undefined> {
  const path = `/v1/projects/${project}/secrets/${secret}/versions/latest`
  const latest = await api.find<{name: string}>({api: 'secretmanager', method: 'GET', path})
  return latest?.name.slice(latest.name.lastIndexOf('/') + 1)
}

/** `ACTIVE`, `RESOURCE_ERROR`, or `absent`. */
async function readSubscriptionState(api: Api, project: string, subscription: string): Promise<string> {
  const path = `/v1/projects/${project}/subscriptions/${subscription}`
  const found = await api.find<{state?: string}>({api: 'pubsub', method: 'GET', path})
  return found ? (found.state ?? 'ACTIVE') : 'absent'
}
