import type {FunctionsConfig} from './config.ts'
import {mergePaths} from './field-path.ts'
import {StoreError, type Clock, type DocumentRef, type FieldPath, type Store, type StoredDocument} from './ports.ts'
import type {Target} from './targets.ts'
import type {Hop} from './trace.ts'
import {isTrue, readText, readTime, type Fields} from './value.ts'
import {within} from './within.ts'

/** What became of one id. `read` is the mask that the kind needs, whatever else was read beside it. `code` is a lower-case gRPC status. */
export type Outcome =
  | {
      readonly status: 'found'
      /** Of the document: a survivor's, where the one that was asked for was merged into it. */
      readonly id: string
      readonly fields: Fields
      readonly read: readonly FieldPath[] | undefined
    }
  | {readonly status: 'not_found' | 'suppressed' | 'ambiguous'; readonly reason?: string}
  | {readonly status: 'degraded'; readonly code: string}

/** Losers of a merge point at the survivor. Identities are re-pointed at once, so that one hop is the rule. */
const MOST_MERGE_HOPS = 3

/** Read with every document, shown only where a list says so. */
const LIFECYCLE: readonly FieldPath[] = [['expireAt'], ['suppressed'], ['mergedInto']]
const IDENTITY: readonly FieldPath[] = [...LIFECYCLE, ['visitorId'], ['shared']]

export type ResolveDeps = {
  readonly store: Store
  readonly clock: Clock
  readonly config: FunctionsConfig
  readonly hop: Hop
  /** Milliseconds since the Unix epoch after which nothing is waited for any more. */
  readonly deadline: number
}

type Pending = {
  readonly index: number
  readonly ref: DocumentRef
  readonly target: Readable
  readonly isIdentity: boolean
}
type Readable = Extract<Target, {type: 'read'}>

/**
 * Reads what the targets need, in rounds of one RPC each, whatever the number of ids: identities and direct documents,
 * then the documents that identities lead to, then survivors of merges. `shown` says what of a kind is needed at all.
 * Kinds with a resolver are left to it.
 * Never rejects for a failing database: its ids are then degraded.
 */
export async function resolveTargets(
  targets: readonly Target[],
  shown: (kind: string) => readonly FieldPath[],
  deps: ResolveDeps,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = targets.map((target) => ({
    status: 'not_found',
    ...(target.type === 'denied' ? {reason: target.reason} : {}),
  }))
  let pending: readonly Pending[] = targets.flatMap((target, index) =>
    target.type === 'read' && !target.resolver ? [{index, ref: target.first, target, isIdentity: target.graph}] : [],
  )
  for (let round = 0; pending.length > 0 && round <= 1 + MOST_MERGE_HOPS; round++) {
    const mask = planMask(pending, shown)
    const documents = await readRound(pending, mask, deps)
    pending = pending.flatMap((entry) => {
      if ('failed' in documents) {
        outcomes[entry.index] = {status: 'degraded', code: documents.failed}
        return []
      }
      const read = maskOf([...LIFECYCLE, ...shown(entry.target.kind)])
      const step = judge(entry, documents.get(nameOf(entry.ref)), read, deps.clock.now())
      if ('next' in step) return [step.next]
      outcomes[entry.index] = step.outcome
      return []
    })
  }
  for (const entry of pending) outcomes[entry.index] = {status: 'not_found', reason: 'merge_chain'}
  return outcomes
}

/** One mask for the round, since one RPC has one; what a kind must not show is cut off again by its projection. */
function planMask(pending: readonly Pending[], shown: (kind: string) => readonly FieldPath[]) {
  const paths = pending.flatMap(({isIdentity, target}) =>
    isIdentity ? IDENTITY : [...LIFECYCLE, ...shown(target.kind)],
  )
  return maskOf(paths)
}

/** Undefined for everything. */
function maskOf(paths: readonly FieldPath[]): readonly FieldPath[] | undefined {
  return paths.some((path) => path.length === 0) ? undefined : mergePaths(paths)
}

type Documents = ReadonlyMap<string, StoredDocument | undefined>

async function readRound(
  pending: readonly Pending[],
  mask: readonly FieldPath[] | undefined,
  {store, clock, config, hop, deadline}: ResolveDeps,
): Promise<Documents | {readonly failed: string}> {
  const refs = [...new Map(pending.map(({ref}) => [nameOf(ref), ref])).values()]
  const collections = [...new Set(refs.map(({collection}) => collection))].sort()
  const read = hop.child('firestore', `read ${collections.join('+')}`)
  try {
    const timeoutMs = Math.min(config.deadlines.firestoreMs, Math.floor(deadline - clock.now()))
    const documents = await within(timeoutMs, () => store.read(refs, mask, {timeoutMs, trace: read}))
    const found = documents.filter((document) => document !== undefined).length
    read.end({ok: true, facts: {documents: refs.length, found}})
    return new Map(refs.map((ref, index) => [nameOf(ref), documents[index]]))
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    read.end({ok: false, facts: {documents: refs.length}, error: error.code})
    return {failed: error.code}
  }
}

type Step = {readonly outcome: Outcome} | {readonly next: Pending}

function judge(
  entry: Pending,
  document: StoredDocument | undefined,
  read: readonly FieldPath[] | undefined,
  now: number,
): Step {
  if (!document) return {outcome: {status: 'not_found'}}
  const {fields} = document
  if (isTrue(fields['suppressed'])) return {outcome: {status: 'suppressed'}}
  // TTL deletes come up to a day late, so every read looks at the time itself.
  if ((readTime(fields['expireAt']) ?? Infinity) <= now) return {outcome: {status: 'not_found', reason: 'expired'}}
  if (entry.isIdentity) return judgeIdentity(entry, fields)
  const survivor = entry.target.graph ? readText(fields['mergedInto']) : undefined
  if (survivor === undefined) return {outcome: {status: 'found', id: entry.ref.id, fields, read}}
  return follow(entry, survivor)
}

function judgeIdentity(entry: Pending, fields: Fields): Step {
  if (isTrue(fields['shared'])) return {outcome: {status: 'ambiguous'}}
  return follow(entry, readText(fields['visitorId']) ?? '')
}

/** An id out of a document is data too: one segment or nothing. */
function follow(entry: Pending, id: string): Step {
  if (id === '' || id.includes('/')) return {outcome: {status: 'not_found', reason: 'dangling'}}
  return {next: {...entry, isIdentity: false, ref: {collection: entry.target.collection, id}}}
}

function nameOf({collection, id}: DocumentRef): string {
  return `${collection}/${id}`
}
