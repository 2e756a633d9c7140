import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import type {Journal} from '../journal.ts'
import {invalid} from '../names.ts'
import {policyWire, type Binding, type Policy} from './policy-codec.ts'

/** Where a policy is kept, beside the resource it belongs to. */
const PREFIX = 'iam/v1/'
/** Conditions are lost on callers that do not know of version 3 (google/iam/v1/policy.proto, Policy.version). */
const VERSIONS = new Set([0, 1, 3])
const MEMBER =
  /^(?:allUsers|allAuthenticatedUsers|(?:deleted:)?(?:user|serviceAccount|group|domain|principal|principalSet|projectOwner|projectEditor|projectViewer):\S+)$/
const ROLE = /^(?:roles|projects\/[^/]+\/roles|organizations\/[^/]+\/roles)\/[A-Za-z0-9_.]+$/

/** Who may do what with topics, subscriptions, snapshots and schemas: kept and given back, but asked by nobody. */
export type Policies = {
  /** An empty one where none was set. */
  readonly get: (resource: string) => Policy
  /** Replaces it; throws ABORTED when the etag is not that of the policy that is there. */
  readonly set: (resource: string, wanted: Policy) => Policy
  readonly forget: (resource: string) => void
  /** Takes back what was kept, where a stored name is one of a policy's. */
  readonly restore: (stored: string, config: Uint8Array) => void
}

export function createPolicies(journal: Pick<Journal, 'resource'>): Policies {
  const policies = new Map<string, Policy>()
  const get = (resource: string): Policy => policies.get(resource) ?? {version: 0, bindings: [], etag: etagOf(0)}
  return {
    get,
    set: (resource, wanted) => {
      const before = Buffer.from(get(resource).etag ?? [])
      if (wanted.etag?.length && !before.equals(wanted.etag)) throw changedMeanwhile()
      const version = wanted.version ?? 0
      checkBindings(wanted.bindings ?? [], version)
      const policy: Policy = {...wanted, version, etag: etagOf(before.readUIntBE(1, 6) + 1)}
      policies.set(resource, policy)
      journal.resource(PREFIX + resource, policyWire.policy.encode(policy).finish())
      return policy
    },
    forget: (resource) => {
      if (policies.delete(resource)) journal.resource(PREFIX + resource, undefined)
    },
    restore: (stored, config) => {
      if (stored.startsWith(PREFIX)) policies.set(stored.slice(PREFIX.length), policyWire.policy.decode(config))
    },
  }
}

/** Opaque to callers; counts the changes. */
function etagOf(count: number): Uint8Array {
  const etag = Buffer.alloc(7)
  etag.writeUIntBE(count, 1, 6)
  return etag
}

function checkBindings(bindings: readonly Binding[], version: number): void {
  if (!VERSIONS.has(version)) throw invalid(`Invalid policy version given (version=${version}). It must be 0, 1 or 3.`)
  for (const {role, members, condition} of bindings) {
    if (!ROLE.test(role ?? '')) throw invalid(`Invalid role given in a binding of the policy (role=${role ?? ''}).`)
    const stranger = members?.find((member) => !MEMBER.test(member))
    if (stranger !== undefined) throw invalid(`Invalid member given in a binding of the policy (member=${stranger}).`)
    if (condition && version !== 3) throw invalid('A policy with conditions must have the version 3.')
  }
}

function changedMeanwhile(): GrpcStatus {
  return new GrpcStatus(
    STATUS.aborted,
    'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
  )
}
