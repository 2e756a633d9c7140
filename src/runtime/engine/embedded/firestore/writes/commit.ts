import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import {StoreFullError} from '../../store/store.ts'
import type {DocumentChange, DocumentStore, StoredDocument} from '../../store/store.ts'
import type {FirestoreLimits} from '../../../types.ts'
import {checkDocument} from '../values/validate.ts'
import type {Value} from '../values/value.ts'
import {checkSequences} from './check-sequences.ts'
import {planWrite} from './plan.ts'
import type {Write} from './write.ts'

/** What one write answers; no update time after a delete. Times are microseconds. */
export type WriteOutcome = {readonly updateTime: number | undefined; readonly transformResults: readonly Value[]}

/** Where writes go, and by whose limits. */
export type WriteTarget = {readonly store: DocumentStore; readonly limits: FirestoreLimits}

/** Applies writes in order as one: all of them, or none and the first refusal is thrown. */
export function commitWrites(target: WriteTarget, writes: readonly Write[], time: number): WriteOutcome[] {
  if (writes.length > 1) checkSequences(writes)
  checkGiven(writes, target.limits)
  const batch = createBatch(target, time)
  const outcomes = writes.map((write) => batch.add(write))
  batch.apply()
  return outcomes
}

/** What is wrong in itself is told before what does not hold. */
function checkGiven(writes: readonly Write[], limits: FirestoreLimits): void {
  if (!writes.some(({precondition}) => precondition)) return
  for (const write of writes) if (write.kind === 'update') checkDocument(write.target.segments, write.fields, limits)
}

/**
 * Applies each write by itself and answers in order with its outcome or its refusal. A document must not occur twice;
 * a write that is wrong in itself refuses them all, as in production.
 */
export function applyWrites(
  target: WriteTarget,
  writes: readonly Write[],
  time: number,
): (WriteOutcome | GrpcStatus)[] {
  checkGiven(writes, target.limits)
  const batch = createBatch(target, time)
  const outcomes = writes.map((write) => tryAdding(batch, write))
  batch.apply()
  return outcomes
}

/** Refuses what `applyWrites` would refuse as a whole, and applies nothing. */
export function checkWrites(target: WriteTarget, writes: readonly Write[], time: number): void {
  checkGiven(writes, target.limits)
  const batch = createBatch(target, time)
  for (const write of writes) tryAdding(batch, write)
}

function tryAdding(batch: Batch, write: Write): WriteOutcome | GrpcStatus {
  try {
    return batch.add(write)
  } catch (error) {
    if (error instanceof GrpcStatus && error.code !== STATUS.invalidArgument) return error
    throw error
  }
}

/** What writes would change if they were applied as one; nothing where they would be refused. */
export function previewChanges(target: WriteTarget, writes: readonly Write[], time: number): readonly DocumentChange[] {
  const batch = createBatch(target, time)
  try {
    for (const write of writes) batch.add(write)
  } catch (error) {
    if (error instanceof GrpcStatus) return []
    throw error
  }
  return batch.changes()
}

type Batch = {
  readonly add: (write: Write) => WriteOutcome
  readonly changes: () => readonly DocumentChange[]
  readonly apply: () => void
}

/** Collects writes, each of which sees those before it; the store sees the sum of them at the end. */
function createBatch({store, limits}: WriteTarget, time: number): Batch {
  const states = new Map<string, {readonly before: StoredDocument | undefined; after: StoredDocument | undefined}>()
  const listChanges = (): DocumentChange[] => {
    const changes: DocumentChange[] = []
    for (const [name, {before, after}] of states) if (before !== after) changes.push({name, before, after})
    return changes
  }
  return {
    changes: listChanges,
    add: (write) => {
      const known = states.get(write.name)
      const before = known ? known.before : store.get(write.name)
      const current = known ? known.after : before
      // An update time is that of what is stored, which a document's first write was held against.
      const planned = known && write.precondition?.kind === 'updateTime' ? {...write, precondition: undefined} : write
      const {after, transformResults} = planWrite(planned, current, {time, limits})
      states.set(write.name, {before, after})
      return {updateTime: after?.updateTime, transformResults}
    },
    apply: () => {
      const changes = listChanges()
      if (changes.length === 0) return
      try {
        store.apply({time, changes})
      } catch (error) {
        if (!(error instanceof StoreFullError)) throw error
        // Not RESOURCE_EXHAUSTED: the Node client would repeat the commit for many minutes, and no room comes from that.
        throw new GrpcStatus(STATUS.failedPrecondition, 'The disk of the data folder is full, so nothing was written.')
      }
    },
  }
}
