import {ApiError} from '../../gcp/api-error.ts'
import type {GrantSpec} from '../../specs.ts'
import type {ApplyContext, Comparison, Kind, Note, Operation} from '../../types.ts'
import {getPolicyRequest, setPolicyRequest} from './object.ts'
import {
  changePolicy,
  findPolicyChange,
  isPubsubAgent,
  ownEntries,
  type Entry,
  type Policy,
  type PolicyChange,
} from './policy.ts'

/** Policies of a project are changed by many; so often a change that came in between is read again. */
const ATTEMPTS = 5

/** Roles on one object. Bindings of others on it stay, but for roles that the spec wants for itself. */
export const grantKind: Kind<GrantSpec, Policy> = {
  type: 'grant',
  read: async ({on}, context) => await context.api.find(getPolicyRequest(on, context)),
  compare: (spec, live, {outputs}) => {
    if (!live)
      return spec.bindings.length === 0 ? {verdict: 'same'} : {verdict: 'create', notes: notesOf(spec, spec.bindings)}
    const {missing, surplus} = findPolicyChange(spec, live, outputs.projectNumber)
    const notes = notesOf(spec, missing)
    const noted = notes.length > 0 ? {notes} : {}
    if (missing.length + surplus.length === 0) return {verdict: 'same', ...noted}
    if (missing.length === spec.bindings.length && surplus.length === 0) return {verdict: 'create', ...noted}
    const reasons = [
      ...missing.map((entry) => `${describe(entry)} is missing`),
      ...surplus.map((entry) => `${describe(entry)} is taken away`),
    ]
    return {verdict: 'update', reasons, ...noted} satisfies Comparison
  },
  apply: async (spec, _live, context) => {
    const number = context.projectNumber
    await change(spec, context, async (policy) => {
      const found = findPolicyChange(spec, policy, number)
      if (found.missing.length > 0 && spec.bindings.some(isPubsubAgent)) await makePubsubAgent(context)
      return found
    })
  },
  remove: async (spec, _live, context) => {
    const number = context.projectNumber
    await change(spec, context, (policy) => ({missing: [], surplus: ownEntries(spec, policy, number)}))
  },
}

/** Reads, changes and writes; reads again where somebody else has written in between, or where that is unclear. */
async function change(
  {on}: GrantSpec,
  context: ApplyContext,
  decide: (policy: Policy) => PolicyChange | Promise<PolicyChange>,
): Promise<void> {
  const {api, clock} = context
  for (let attempt = 1; ; attempt++) {
    const policy = await api.find<Policy>(getPolicyRequest(on, context))
    const found = await decide(policy ?? {})
    if (found.missing.length + found.surplus.length === 0) return
    try {
      await api.call(setPolicyRequest(on, changePolicy(policy ?? {}, found), context))
      return
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error
      await clock.sleep(500 * 2 ** (attempt - 1))
    }
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && (error.isUnclear || error.status === 409 || error.status === 412)
}

/** Pub/Sub's own account does not exist before somebody asks for it; a binding for it would be refused. */
async function makePubsubAgent({api, projectNumber}: ApplyContext): Promise<void> {
  const operation = await api.call<Operation>({
    api: 'serviceusage',
    method: 'POST',
    path: `/v1beta1/projects/${projectNumber}/services/pubsub.googleapis.com:generateServiceIdentity`,
    repeatable: true,
  })
  await api.wait('serviceusage', 'v1beta1', operation)
}

/** `public` always, since it lasts; `privilege` for what is new. */
function notesOf({on, bindings}: GrantSpec, missing: GrantSpec['bindings']): readonly Note[] {
  const open = bindings.some(({member}) => member === 'allUsers' || member === 'allAuthenticatedUsers')
  const isPublic: readonly Note[] = open
    ? [{kind: 'public', text: `anybody on the internet can call ${on.name}; what is not signed is refused`}]
    : []
  if (on.type !== 'project') return isPublic
  return [
    ...isPublic,
    ...missing.map((binding): Note => ({
      kind: 'privilege',
      text: `${describe(binding)}, ${narrowed(binding)}`,
    })),
  ]
}

/** A condition narrows by its expression, so that is what is shown. */
function narrowed({condition}: Entry): string {
  return condition ? `on the project where ${condition.expression}` : 'on the whole project'
}

/** `roles/pubsub.publisher for stitch-lookup@…`. */
function describe({role, member}: Entry): string {
  const who = member.startsWith('deleted:') ? `the deleted ${member.slice('deleted:'.length).split('?')[0]}` : member
  return `${role} for ${who}`
}
