import {ADOPTED_LABEL} from '../names.ts'
import type {Labels, Spec} from '../specs.ts'
import type {CompareContext, Note, Target} from '../types.ts'
import {ownEntries, type Policy} from '../kinds/grant/policy.ts'
import {isAdoptedText} from '../kinds/ownership.ts'
import {summarise} from './plan.ts'
import {idOfObject, titleOf} from './titles.ts'
import type {Change, Kept, Kinds, Live, Plan, Surplus} from './types.ts'

export type DestroyInput = {
  readonly target: Target
  /** In the order in which they are made. */
  readonly desired: readonly Spec[]
  readonly live: Live
  readonly surplus: readonly Surplus[]
  readonly context: CompareContext
  readonly compareSpec: Kinds['compareSpec']
  readonly deleteSecrets: boolean
  /** Whether the stage's database goes with all that is in it. */
  readonly deleteDatabase: boolean
}

type Found =
  | {readonly verdict: 'remove'; readonly adopted: boolean}
  | {readonly verdict: 'keep'; readonly reason: string}

/**
 * What a destroy takes away, in reverse order of creation; pure. Only what bears the stage's mark, and settings and roles
 * that a deploy has made; secrets and the database only where they are asked for.
 */
export function planDestroy(input: DestroyInput): Plan {
  const {target, desired, live, surplus} = input
  const wanted = desired.map((spec): Surplus => ({spec, region: target.region, live: live.get(spec.id)}))
  const there = [...wanted, ...surplus].filter((one) => one.live !== undefined).toReversed()
  const found = there.map((one) => [one, judge(one, input)] as const)
  const gone = new Set(found.flatMap(([{spec}, at]) => (at?.verdict === 'remove' && !at.adopted ? [spec.id] : [])))
  const changes: Change[] = []
  const kept: Kept[] = []
  for (const [one, at] of found) {
    const {spec} = one
    if (at === undefined || goesWith(spec, gone)) continue
    const base = {id: spec.id, title: titleOf(spec)}
    if (at.verdict === 'keep') kept.push({...base, reason: at.reason})
    else
      changes.push({
        ...base,
        symbol: '-',
        spec,
        why: whyOf(at.adopted),
        reasons: [],
        notes: notesOf(spec),
        surplus: one,
      })
  }
  return {
    target,
    changes,
    blocked: [],
    kept: [...withoutApis(kept), ...leftByGoogle(changes)],
    summary: summarise(changes),
  }
}

/** undefined: there is nothing of ours. */
function judge({spec, live}: Surplus, input: DestroyInput): Found | undefined {
  if (spec.type === 'service') return {verdict: 'keep', reason: 'APIs stay enabled, since others may use them'}
  if (spec.type === 'grant') {
    const ours = ownEntries(spec, live as Policy, input.context.outputs.projectNumber)
    return ours.length === 0 ? undefined : {verdict: 'remove', adopted: false}
  }
  const {verdict} = input.compareSpec(spec, live, input.context)
  if (spec.type === 'database')
    return input.deleteDatabase
      ? {verdict: 'remove', adopted: false}
      : {verdict: 'keep', reason: `--delete-database '${spec.database}' deletes it with all documents`}
  if (verdict === 'create') return undefined
  if (verdict === 'foreign' || verdict === 'impossible')
    return {verdict: 'keep', reason: 'it was not made by this stage'}
  if (spec.type === 'secret' && !input.deleteSecrets)
    return {verdict: 'keep', reason: '--delete-secrets deletes it; a new one has new keys'}
  return {verdict: 'remove', adopted: isAdopted(live)}
}

/** Roles on what goes, and settings of what goes, go with it. */
function goesWith(spec: Spec, gone: ReadonlySet<string>): boolean {
  if (spec.type === 'field') return gone.has(`database/${spec.database}`)
  return spec.type === 'grant' && gone.has(idOfObject(spec.on))
}

function isAdopted(live: unknown): boolean {
  const {labels, description} = live as {readonly labels?: Labels; readonly description?: string}
  return labels?.[ADOPTED_LABEL] === 'true' || isAdoptedText(description)
}

function whyOf(adopted: boolean): string {
  return adopted ? 'was there before: it is given back, and stays' : ''
}

function notesOf({type}: Spec): readonly Note[] {
  if (type === 'database') return [{kind: 'irreversible', text: 'all documents are deleted, also those of others'}]
  if (type === 'secret') return [{kind: 'irreversible', text: 'its keys cannot be had back'}]
  if (type === 'subscription') return [{kind: 'irreversible', text: 'messages that wait in it are lost'}]
  return []
}

/** Nobody reads a dozen lines that say the same. */
function withoutApis(kept: readonly Kept[]): readonly Kept[] {
  const apis = kept.filter(({id}) => id.startsWith('service/'))
  const others = kept.filter(({id}) => !id.startsWith('service/'))
  const [first] = apis
  return first ? [...others, {id: 'service', title: `${apis.length} APIs`, reason: first.reason}] : others
}

/** What Cloud Functions makes for itself, once for all functions of a region. */
function leftByGoogle(changes: readonly Change[]): readonly Kept[] {
  if (!changes.some(({spec}) => spec.type === 'function')) return []
  const title = 'repository gcf-artifacts, buckets gcf-v2-sources-… and gcf-v2-uploads-…'
  return [{id: 'google', title, reason: 'Cloud Functions keeps what it builds there, for all functions of the project'}]
}
