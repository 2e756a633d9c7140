import {invalidArgument} from '../errors.ts'
import type {Write} from './write.ts'

/** What the writes of a document so far come to. */
type Sum = {readonly kind: 'insert' | 'update' | 'upsert' | 'delete'; readonly updateTime: number | undefined}

/**
 * Refuses a commit whose writes of one document cannot all be right, whatever is stored: what was just written is not
 * missing, what was just deleted does not exist, and there is one update time to ask for. Throws INVALID_ARGUMENT; cases and
 * words are those of Google's emulator.
 */
export function checkSequences(writes: readonly Write[]): void {
  const sums = new Map<string, Sum>()
  for (const write of writes) {
    const sum = sums.get(write.name)
    sums.set(write.name, sum ? addTo(sum, write) : sumOf(write))
  }
}

function addTo(sum: Sum, write: Write): Sum {
  const {kind, updateTime} = sumOf(write)
  const exists = existsBefore(write)
  const isDeleted = sum.kind === 'delete'
  const contradicts = exists === isDeleted && (updateTime === undefined || kind !== 'delete')
  if (contradicts) throw invalidArgument(`Cannot ${sum.kind} then ${kind} an entity in the same request.`)
  if (updateTime !== undefined && updateTime !== sum.updateTime) {
    throw invalidArgument('Cannot collapse mutations with different version preconditions.')
  }
  return {kind: kind === 'delete' || isDeleted ? kind : sum.kind, updateTime: sum.updateTime}
}

function sumOf(write: Write): Sum {
  const {kind, precondition} = write
  const updateTime = precondition?.kind === 'updateTime' ? precondition.updateTime : undefined
  if (kind === 'delete') return {kind, updateTime}
  const exists = existsBefore(write)
  return {kind: exists === undefined ? 'upsert' : exists ? 'update' : 'insert', updateTime}
}

/** Whether the document must be there before the write; undefined where it may or may not. */
function existsBefore({precondition}: Write): boolean | undefined {
  return precondition && (precondition.kind === 'updateTime' || precondition.exists)
}
