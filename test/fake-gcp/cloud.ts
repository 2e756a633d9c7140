import {permissionDenied} from './errors.ts'
import {createFaults, type Faults} from './faults.ts'
import {createOperations} from './operations.ts'
import {fail, type Cloud, type FakeClock, type Json, type Policy, type Project} from './service.ts'
import {takeSnapshot, type Snapshot} from './snapshot.ts'

export type CloudOptions = {
  /** Id of the one project. */
  readonly project?: string
  readonly projectNumber?: string
  /** What the caller may do. Default: all. */
  readonly permissions?: 'all' | readonly string[]
  /** APIs that are enabled from the start. Default: those of a project that was just made in the console. */
  readonly services?: readonly string[]
  /** GETs until a long-running operation is done. Default: 2. */
  readonly polls?: number
  /** How often something new is not known yet when it is asked for. Default: 1 for accounts and for services. */
  readonly propagation?: {readonly account?: number; readonly service?: number}
  /** Calls per minute of the cloud's clock, by host. */
  readonly quotas?: Readonly<Record<string, number>>
  readonly billing?: boolean
  /** Domain-restricted sharing is on. */
  readonly membersRestricted?: boolean
}

/** The cloud with what only tests and the fake's own machinery use. */
export type FakeCloud = Cloud & {
  readonly faults: Faults
  readonly options: CloudOptions
  /** The next call's number; moves the time on and ends operations whose time has come. */
  readonly tick: () => number
  /** True where one more call of this host is within its quota. */
  readonly withinQuota: (host: string) => boolean
  /** Puts the operations' ends and all propagation behind us, as some minutes would. */
  readonly settle: () => void
  readonly snapshot: () => Snapshot
}

/** What the console enables in a new project. cloudresourcemanager and iam are not among them. */
export const DEFAULT_SERVICES: readonly string[] = [
  'bigquery.googleapis.com',
  'cloudapis.googleapis.com',
  'datastore.googleapis.com',
  'logging.googleapis.com',
  'monitoring.googleapis.com',
  'servicemanagement.googleapis.com',
  'serviceusage.googleapis.com',
  'storage.googleapis.com',
]

/** An empty cloud with one project. The same calls give the same cloud: no time and no chance comes from outside. */
export function createCloud(options: CloudOptions = {}): FakeCloud {
  const project: Project = {
    id: options.project ?? 'stitch-test',
    number: options.projectNumber ?? '123456789012',
    billing: options.billing ?? true,
    membersRestricted: options.membersRestricted ?? false,
    services: new Set(options.services ?? DEFAULT_SERVICES),
  }
  const projects = new Map([[project.id, project]])
  const clock = createClock()
  const operations = createOperations(clock, options.polls ?? 2)
  const tables = new Map<string, Map<string, Json>>()
  const policies = new Map<string, Policy>()
  const agents = new Set<string>()
  const pending = new Map<string, number>()
  const windows = new Map<string, {minute: number; used: number}>()
  let ids = 0
  let etags = 0
  let calls = 0

  const table = (name: string): Map<string, Json> => {
    const found = tables.get(name) ?? new Map<string, Json>()
    tables.set(name, found)
    return found
  }

  const cloud: FakeCloud = {
    project,
    projects,
    options,
    clock,
    operations,
    policies,
    table,
    permissions: toPermissions(options.permissions),
    needed: new Set(),
    limits: new Map(),
    faults: createFaults(),
    findProject: (key) => projects.get(key) ?? [...projects.values()].find(({number}) => number === key),
    etag: () => {
      etags += 1
      return Buffer.from(`BwX${String(etags).padStart(9, '0')}`).toString('base64')
    },
    id: () => {
      ids += 1
      return `9${String(ids).padStart(17, '0')}`
    },
    time: (laterMs = 0) => new Date(clock.now() + laterMs).toISOString(),
    create: (name, key, value) => {
      const rows = table(name)
      if (rows.has(key)) fail(409, 'ALREADY_EXISTS', `Resource already exists in the project (resource=${key}).`)
      const limit = cloud.limits.get(name) ?? Number.POSITIVE_INFINITY
      if (rows.size >= limit) fail(429, 'RESOURCE_EXHAUSTED', `Quota exceeded: at most ${limit} of ${name}.`)
      rows.set(key, value)
      return value
    },
    get: (name, key) => table(name).get(key) ?? fail(404, 'NOT_FOUND', `Resource not found (resource=${key}).`),
    require: (permission, resource) => {
      cloud.needed.add(permission)
      if (cloud.permissions !== 'all' && !cloud.permissions.has(permission))
        throw permissionDenied(permission, resource)
    },
    requireAccount: (email) => {
      if (!accountExists(cloud, agents, email) || !cloud.isPropagated(`account:${email}`)) {
        fail(400, 'INVALID_ARGUMENT', `Service account ${email} does not exist.`)
      }
    },
    dropPolicies: (resource) => {
      for (const key of policies.keys()) {
        const name = key.slice(key.indexOf('/') + 1)
        if (name === resource || name.startsWith(`${resource}/`)) policies.delete(key)
      }
    },
    propagate: (key) => {
      const asks = key.startsWith('service:') ? options.propagation?.service : options.propagation?.account
      pending.set(key, asks ?? 1)
    },
    isPropagated: (key) => {
      const left = pending.get(key) ?? 0
      if (left <= 0) return true
      pending.set(key, left - 1)
      return false
    },
    addAgent: (email) => {
      agents.add(email)
    },
    tick: () => {
      calls += 1
      clock.advance(20)
      operations.tick()
      return calls
    },
    withinQuota: (host) => {
      const minute = Math.floor(clock.now() / 60_000)
      const used = (windows.get(host)?.minute === minute ? (windows.get(host)?.used ?? 0) : 0) + 1
      windows.set(host, {minute, used})
      return used <= (options.quotas?.[host] ?? Number.POSITIVE_INFINITY)
    },
    settle: () => {
      operations.settle()
      pending.clear()
    },
    snapshot: () => takeSnapshot({projects, agents, policies, tables}),
  }
  return cloud
}

function toPermissions(permissions: CloudOptions['permissions'] = 'all'): Cloud['permissions'] {
  return permissions === 'all' ? 'all' : new Set(permissions)
}

/** Of our project we know all accounts; those of others are taken to exist. */
function accountExists(cloud: Cloud, agents: ReadonlySet<string>, email: string): boolean {
  const {id, number} = cloud.project
  if (email.endsWith(`@${id}.iam.gserviceaccount.com`)) {
    return cloud.table('iam.serviceAccounts').has(`projects/${id}/serviceAccounts/${email}`)
  }
  return !email.startsWith(`service-${number}@`) || agents.has(email)
}

function createClock(): FakeClock {
  let now = Date.UTC(2026, 10, 24)
  return {
    now: () => now,
    advance: (ms) => {
      now += ms
    },
    sleep: async (ms) => {
      now += ms
      await Promise.resolve()
    },
  }
}
