import type {Binding, GrantSpec} from '../../specs.ts'

/** An IAM policy as far as it is written back. */
export type Policy = {
  readonly version?: number
  readonly etag?: string
  readonly bindings?: readonly PolicyBinding[]
}

type Condition = {readonly title?: string; readonly expression?: string; readonly description?: string}
type PolicyBinding = {readonly role: string; readonly members?: readonly string[]; readonly condition?: Condition}

/** One member of one binding. */
export type Entry = {readonly role: string; readonly member: string; readonly condition?: Condition}

/** What is to be given and taken. */
export type PolicyChange = {readonly missing: readonly Binding[]; readonly surplus: readonly Entry[]}

/** Stands for Pub/Sub's own account of the project. */
const PUBSUB_AGENT = 'service-agent:pubsub'

/** The member as IAM writes it. */
export function memberOf({member}: Binding, projectNumber: string): string {
  if (member !== PUBSUB_AGENT) return member
  return `serviceAccount:service-${projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`
}

export function isPubsubAgent({member}: Binding): boolean {
  return member === PUBSUB_AGENT
}

/** All bindings with the members as IAM writes them. */
export function wantedBindings({bindings}: GrantSpec, projectNumber: string): readonly Binding[] {
  return bindings.map((binding) => ({...binding, member: memberOf(binding, projectNumber)}))
}

/**
 * What a policy lacks, and what it has too much: members of the same roles where the spec is exact, our accounts' deleted
 * predecessors, and our members under a condition of the same title that says something else. Pure.
 */
export function findPolicyChange(spec: GrantSpec, policy: Policy, projectNumber: string): PolicyChange {
  const wanted = wantedBindings(spec, projectNumber)
  const entries = entriesOf(policy)
  const missing = wanted.filter((binding) => !entries.some((entry) => isSame(entry, binding)))
  const roles = exactRoles(spec)
  const surplus = entries.filter((entry) => {
    if (wanted.some((binding) => isSame(entry, binding))) return false
    if (roles.has(entry.role)) return true
    return wanted.some((binding) => isPredecessor(entry, binding) || isOutdated(entry, binding))
  })
  return {missing, surplus}
}

/** Calling a function is all that counts on it, also where nobody may. */
function exactRoles({exact, on, bindings}: GrantSpec): ReadonlySet<string> {
  if (!exact) return new Set()
  return new Set([...bindings.map(({role}) => role), ...(on.type === 'run-service' ? ['roles/run.invoker'] : [])])
}

/** The entries that are this deployment's: also of accounts that were deleted since, and by its marks. */
export function ownEntries(spec: GrantSpec, policy: Policy, projectNumber: string): readonly Entry[] {
  const wanted = wantedBindings(spec, projectNumber)
  return entriesOf(policy).filter(
    (entry) =>
      spec.marks?.includes(entry.condition?.title ?? '') ||
      wanted.some((binding) => isSame(entry, binding) || isPredecessor(entry, binding) || isOutdated(entry, binding)),
  )
}

/** The policy with the change made. Bindings of others stay as they are. Version 3 wherever there is a condition. */
export function changePolicy(policy: Policy, {missing, surplus}: PolicyChange): Policy {
  const kept = (policy.bindings ?? []).map(({members = [], ...rest}) => ({
    ...rest,
    members: members.filter(
      (member) =>
        !surplus.some(
          (entry) =>
            entry.role === rest.role && entry.member === member && sameCondition(entry.condition, rest.condition),
        ),
    ),
  }))
  for (const {role, member, condition} of missing) {
    const there = kept.find((binding) => binding.role === role && sameCondition(binding.condition, condition))
    if (there) there.members.push(member)
    else kept.push({role, members: [member], ...(condition ? {condition} : {})})
  }
  const bindings = kept.filter(({members}) => members.length > 0)
  const version = bindings.some(({condition}) => condition) ? 3 : (policy.version ?? 1)
  return {version, ...(policy.etag === undefined ? {} : {etag: policy.etag}), bindings}
}

function entriesOf({bindings = []}: Policy): readonly Entry[] {
  return bindings.flatMap(({role, members = [], condition}) =>
    members.map((member) => ({role, member, ...(condition ? {condition} : {})})),
  )
}

function isSame(entry: Entry, binding: Binding): boolean {
  return entry.role === binding.role && sameMember(entry, binding) && sameCondition(entry.condition, binding.condition)
}

/** E-mail addresses are kept in lower case. */
function sameMember(entry: Entry, {member}: Binding): boolean {
  return entry.member.toLowerCase() === member.toLowerCase()
}

function sameCondition(one: Condition | undefined, other: Condition | undefined): boolean {
  return one?.title === other?.title && one?.expression === other?.expression
}

/** A binding's member becomes `deleted:serviceAccount:…?uid=…` when the account goes; a new one of that name is another. */
function isPredecessor(entry: Entry, {role, member}: Binding): boolean {
  return entry.role === role && entry.member.startsWith(`deleted:${member}?uid=`)
}

function isOutdated(entry: Entry, binding: Binding): boolean {
  return (
    entry.role === binding.role &&
    sameMember(entry, binding) &&
    binding.condition !== undefined &&
    entry.condition?.title === binding.condition.title &&
    entry.condition.expression !== binding.condition.expression
  )
}
