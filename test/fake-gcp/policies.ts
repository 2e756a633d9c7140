import {fail, type Binding, type Cloud, type FakeCall, type Json, type Policy, type Route} from './service.ts'

/** What has a policy, and who may read and set it. */
export type PolicyRoutes = {
  readonly host: string
  /** With the version and without the verb: `/v1/projects/:project/topics/:topic`. */
  readonly path: string
  /** Some APIs read policies with GET and query parameters, others with POST and a body. */
  readonly read: 'GET' | 'POST'
  readonly permissions: {readonly get: string; readonly set: string}
  /** Throws 404 where the resource is not there. */
  readonly check?: (call: FakeCall, cloud: Cloud) => void
  /** The resource's name for `policyKey`; default: the path without its version, with the project's id. */
  readonly resource?: (call: FakeCall) => string
  /** The product of roles that may be granted on it, as `pubsub`; absent: any. */
  readonly product?: string
}

/** The key of `cloud.policies`. `resource` is as `projects/p/topics/t`, always with the project's id. */
export function policyKey(host: string, resource: string): string {
  return `${host}/${resource}`
}

/** `:getIamPolicy`, `:setIamPolicy` and `:testIamPermissions` of one type of resource. */
export function policyRoutes(options: PolicyRoutes): readonly Route[] {
  const {host, path, read, permissions, check} = options
  const resource = options.resource ?? ((call: FakeCall) => fillPath(path, call))
  const route = (method: string, verb: string, permission: string | undefined, act: Route['handle']): Route => ({
    method,
    host,
    path: `${path}:${verb}`,
    ...(permission === undefined ? {} : {permission}),
    on: resource,
    handle: (call, cloud) => {
      check?.(call, cloud)
      return act(call, cloud)
    },
  })
  return [
    route(read, 'getIamPolicy', permissions.get, (call, cloud) =>
      readPolicy(cloud, policyKey(host, resource(call)), requestedVersion(call)),
    ),
    route('POST', 'setIamPolicy', permissions.set, (call, cloud) => {
      const key = policyKey(host, resource(call))
      return writePolicy(cloud, key, call.body?.policy ?? {}, options.product)
    }),
    route('POST', 'testIamPermissions', undefined, (call, cloud) => {
      const held = (call.body?.permissions ?? []).filter(
        (one: string) => cloud.permissions === 'all' || cloud.permissions.has(one),
      )
      return held.length > 0 ? {permissions: held} : {}
    }),
  ]
}

/** The whole policy as it is stored; an empty one with an etag where none was ever set. */
export function storedPolicy(cloud: Cloud, key: string): Policy {
  const found = cloud.policies.get(key) ?? {version: 1, bindings: [], etag: EMPTY_ETAG}
  return structuredClone(found)
}

/** `ACAB`, the etag that the real API gives to a policy that was never set. */
const EMPTY_ETAG = 'ACAB'

function requestedVersion(call: FakeCall): number {
  return Number(call.body?.options?.requestedPolicyVersion ?? call.query.get('options.requestedPolicyVersion') ?? 1)
}

/** Whoever does not ask for version 3 sees conditional bindings under another name and without the condition. */
function readPolicy(cloud: Cloud, key: string, version: number): Json {
  const policy = storedPolicy(cloud, key)
  const plain = policy.bindings.every(({condition}) => condition === undefined)
  const bindings =
    plain || version >= 3
      ? policy.bindings
      : policy.bindings.map(({role, members, condition}, at) =>
          condition ? {role: `${role}_withcond_${at.toString(16).padStart(20, '0')}`, members} : {role, members},
        )
  return {
    version: plain || version < 3 ? 1 : 3,
    etag: policy.etag,
    ...(bindings.length > 0 ? {bindings} : {}),
  }
}

function writePolicy(cloud: Cloud, key: string, wanted: Json, product: string | undefined): Json {
  const old = storedPolicy(cloud, key)
  // An empty etag overwrites, which firebase-tools makes use of.
  if (typeof wanted.etag === 'string' && wanted.etag !== '' && wanted.etag !== old.etag) {
    fail(
      409,
      'ABORTED',
      'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. ' +
        `The request's ETag '${wanted.etag}' did not match the current policy's ETag '${old.etag}'.`,
    )
  }
  const bindings: Binding[] = wanted.bindings ?? []
  const conditional = bindings.some(({condition}) => condition !== undefined)
  if (conditional && wanted.version !== 3) {
    fail(400, 'INVALID_ARGUMENT', 'Policy version must be 3 where a binding has a condition.')
  }
  if (old.bindings.some(({condition}) => condition !== undefined) && wanted.version !== 3) {
    fail(400, 'INVALID_ARGUMENT', 'The existing policy has conditional bindings; the version must be set to 3.')
  }
  for (const binding of bindings) checkBinding(cloud, key, binding, product)
  const policy: Policy = {
    version: conditional ? 3 : 1,
    bindings: mergeBindings(bindings),
    etag: cloud.etag(),
  }
  cloud.policies.set(key, policy)
  return structuredClone({
    version: policy.version,
    etag: policy.etag,
    ...(policy.bindings.length > 0 ? {bindings: policy.bindings} : {}),
  })
}

/** One binding per role and condition, each member once, none empty: as the real API gives it back. */
function mergeBindings(bindings: readonly Binding[]): Binding[] {
  const merged = new Map<string, Binding>()
  for (const {role, members, condition} of bindings) {
    const key = `${role} ${JSON.stringify(condition ?? null)}`
    const into = merged.get(key) ?? {role, members: [], ...(condition ? {condition} : {})}
    into.members = [...new Set([...into.members, ...members])].sort()
    if (into.members.length > 0) merged.set(key, into)
  }
  return [...merged.values()]
}

const ROLE = /^(?:roles\/[a-zA-Z0-9_.]+|(?:projects|organizations)\/[^/]+\/roles\/[a-zA-Z0-9_.]+)$/

function checkBinding(cloud: Cloud, key: string, {role, members}: Binding, product: string | undefined): void {
  if (!ROLE.test(role)) fail(400, 'INVALID_ARGUMENT', `Role ${role} is not valid.`)
  const basic = ['roles/owner', 'roles/editor', 'roles/viewer'].includes(role)
  const fits = product === undefined || basic || !role.startsWith('roles/') || role.startsWith(`roles/${product}.`)
  if (!fits) fail(400, 'INVALID_ARGUMENT', `Role ${role} is not supported for this resource.`)
  for (const member of members) checkMember(cloud, key, member)
}

function checkMember(cloud: Cloud, key: string, member: string): void {
  const invalid = (): never => fail(400, 'INVALID_ARGUMENT', `Invalid member: '${member}'.`)
  if (member === 'allUsers' || member === 'allAuthenticatedUsers') {
    if (key.startsWith('cloudresourcemanager.')) invalid()
    if (cloud.project.membersRestricted) {
      fail(
        400,
        'FAILED_PRECONDITION',
        'One or more users named in the policy do not belong to a permitted customer, ' +
          'perhaps due to an organization policy.',
      )
    }
    return
  }
  const [, type, rest] = /^([a-zA-Z]+):(.+)$/.exec(member) ?? invalid()
  if (type === 'deleted') return
  if (!['user', 'group', 'domain', 'serviceAccount', 'principal', 'principalSet'].includes(type ?? '')) invalid()
  if (type === 'serviceAccount') cloud.requireAccount(rest ?? '')
}

function fillPath(path: string, call: FakeCall): string {
  return path.replace(/^\/v[^/]+\//, '').replaceAll(/:([a-zA-Z]+)\*?/g, (_, name: string) => call.params[name] ?? '')
}
