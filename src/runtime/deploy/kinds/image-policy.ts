import {StitchError} from '#runtime/kernel/errors.ts'
import type {ImagePolicySpec} from '../specs.ts'
import type {ApiRequest, Kind, Note, ReadContext} from '../types.ts'
import {changed, seconds, verdictOf} from './differences.ts'

type CleanupPolicy = {
  readonly id?: string
  readonly action?: string
  readonly condition?: {
    readonly olderThan?: string
    readonly packageNamePrefixes?: readonly string[]
    readonly tagState?: string
  }
  readonly mostRecentVersions?: {readonly keepCount?: number; readonly packageNamePrefixes?: readonly string[]}
}
type Policies = Readonly<Record<string, CleanupPolicy>>
type LiveRepository = {readonly cleanupPolicies?: Policies; readonly cleanupPolicyDryRun?: boolean}

const DAY_SECONDS = 86_400
const LATER: Note = {kind: 'wait', text: 'the repository is made by the first build'}
const DRY: Note = {
  kind: 'cost',
  text: 'clean-up of this repository is a dry run, and others have policies there: old images stay until that is changed',
}

/** Clean-up of our images beside the policies of others in the same repository. Keeping wins over deleting there. */
export const imagePolicyKind: Kind<ImagePolicySpec, LiveRepository> = {
  type: 'image-policy',
  read: async (spec, context) => await context.api.find(requestOf(spec, context)),
  compare: (spec, live) => {
    if (!live) return {verdict: 'create', notes: [LATER]}
    const wanted = wantedPolicies(spec)
    const missing = Object.keys(wanted).filter((id) => !live.cleanupPolicies?.[id])
    const notes = live.cleanupPolicyDryRun && hasOthers(spec, live) ? [DRY] : []
    if (missing.length === Object.keys(wanted).length) return {verdict: 'create', notes}
    const differing = Object.entries(wanted).flatMap(([id, policy]) => {
      const [before, after] = [describe(live.cleanupPolicies?.[id]), describe(policy)]
      return before === after ? [] : [changed(id, before, after)]
    })
    return verdictOf([...differing, ...(endsDryRun(spec, live) ? ['clean-up is a dry run'] : [])], notes)
  },
  apply: async (spec, _live, context) => {
    const {api, target} = context
    // Read once more: what others have set in between would be lost.
    const live = await api.find<LiveRepository>(requestOf(spec, context))
    if (!live) {
      throw new StitchError(
        `The repository ${spec.repository} is not there although functions were built, so no clean-up of images was set.`,
        {
          code: 'STITCH_IMAGES_MISSING',
          exit: 'deploy',
          hints: [`gcloud artifacts repositories list --project=${target.project} --location=${target.region}`],
        },
      )
    }
    await patch(spec, {...others(spec, live), ...wantedPolicies(spec)}, endsDryRun(spec, live), context)
  },
  remove: async (spec, _live, context) => {
    const live = await context.api.find<LiveRepository>(requestOf(spec, context))
    if (!live || Object.keys(wantedPolicies(spec)).every((id) => !live.cleanupPolicies?.[id])) return
    await patch(spec, others(spec, live), false, context)
  },
}

function wantedPolicies({prefix, packages, keep, deleteAfterDays}: ImagePolicySpec): Policies {
  const [keeping, deleting] = [`${prefix}-keep`, `${prefix}-delete`]
  return {
    [keeping]: {
      id: keeping,
      action: 'KEEP',
      mostRecentVersions: {keepCount: keep, packageNamePrefixes: packages},
    },
    [deleting]: {
      id: deleting,
      action: 'DELETE',
      condition: {
        olderThan: `${deleteAfterDays * DAY_SECONDS}s`,
        packageNamePrefixes: packages,
        tagState: 'ANY',
      },
    },
  }
}

/** A policy in words; equal for equal policies, in whatever form the API tells them. */
function describe(policy: CleanupPolicy | undefined): string {
  if (!policy) return ''
  const {action, condition, mostRecentVersions} = policy
  const packages = mostRecentVersions?.packageNamePrefixes ?? condition?.packageNamePrefixes ?? []
  const what = mostRecentVersions
    ? `${mostRecentVersions.keepCount ?? 0} newest`
    : `older than ${(seconds(condition?.olderThan) ?? 0) / DAY_SECONDS} days, ${condition?.tagState ?? 'ANY'}`
  return `${action} ${what} of ${packages.toSorted().join(' ')}`
}

function others(spec: ImagePolicySpec, {cleanupPolicies = {}}: LiveRepository): Policies {
  const ours = wantedPolicies(spec)
  return Object.fromEntries(Object.entries(cleanupPolicies).filter(([id]) => !Object.hasOwn(ours, id)))
}

function hasOthers(spec: ImagePolicySpec, live: LiveRepository): boolean {
  return Object.keys(others(spec, live)).length > 0
}

/** A dry run ends only where it holds back nobody's policies but ours: it would delete images of others. */
function endsDryRun(spec: ImagePolicySpec, live: LiveRepository): boolean {
  return live.cleanupPolicyDryRun === true && !hasOthers(spec, live)
}

async function patch(
  spec: ImagePolicySpec,
  cleanupPolicies: Policies,
  endDryRun: boolean,
  context: ReadContext,
): Promise<void> {
  await context.api.call({
    ...requestOf(spec, context),
    method: 'PATCH',
    query: {updateMask: endDryRun ? 'cleanupPolicies,cleanupPolicyDryRun' : 'cleanupPolicies'},
    body: {cleanupPolicies, ...(endDryRun ? {cleanupPolicyDryRun: false} : {})},
    repeatable: true,
  })
}

function requestOf({repository}: ImagePolicySpec, {target}: ReadContext): ApiRequest {
  const path = `/v1/projects/${target.project}/locations/${target.region}/repositories/${repository}`
  return {api: 'artifactregistry', method: 'GET', path}
}
