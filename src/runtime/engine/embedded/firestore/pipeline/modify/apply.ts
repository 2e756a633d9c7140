import type {WaitingCall} from '../../../grpc/service.ts'
import {GrpcStatus, STATUS} from '../../../grpc/status.ts'
import type {StoredDocument} from '../../../store/store.ts'
import {invalidArgument} from '../../errors.ts'
import type {ServiceContext} from '../../rpc/context.ts'
import type {Transaction} from '../../transactions/transaction.ts'
import {applyWrites} from '../../writes/commit.ts'
import {planWrite} from '../../writes/plan.ts'
import type {Write} from '../../writes/write.ts'
import type {Row} from '../outcome.ts'
import type {ReadListener} from '../read-documents.ts'
import type {Modification} from './modification.ts'

const NOT_ATOMIC =
  'The non-transactional DML operation was rejected because it was impossible to guarantee document-level atomicity.'

/**
 * Modifies documents one by one, so that those before a refusal are modified; what is not there is passed over. Returns
 * how many were modified. Throws ALREADY_EXISTS and INVALID_ARGUMENT.
 * @param again finds the rows anew, for documents that somebody had locked and may have changed; others may be locked then
 */
export function modifyDocuments(
  context: ServiceContext,
  {toWrite, atomicOnly}: Modification,
  {
    rows,
    again,
    call,
  }: {readonly rows: readonly Row[]; readonly again: () => readonly Row[]; readonly call: WaitingCall},
): number | Promise<number> {
  if (atomicOnly) throw invalidArgument(NOT_ATOMIC)
  const attempt = (found: readonly Row[]): number | Promise<number> => {
    const writes = found.map(toWrite)
    let hasWaited = false
    const run = () => (hasWaited ? attempt(again()) : applyAll(context, writes))
    const modified = context.transactions.locks.write({writes, call, run})
    hasWaited = true
    return modified
  }
  return attempt(rows)
}

function applyAll(context: ServiceContext, writes: readonly Write[]): number {
  const outcomes = applyWrites(context, writes, context.timeline.commitTime())
  const refusals = outcomes.filter((outcome) => outcome instanceof GrpcStatus)
  const refusal = refusals.find(({code}) => code !== STATUS.notFound)
  if (refusal) throw refusal
  return outcomes.length - refusals.length
}

/**
 * Leaves modifications to the commit of a transaction, which makes all or none of them, after those that were left to it
 * before. Returns how many there are. Throws NOT_FOUND and ALREADY_EXISTS where that is clear by now.
 */
export function deferModifications(
  {store, limits}: ServiceContext,
  transaction: Transaction,
  {modification, rows, time, listener}: Deferral,
): number {
  if (transaction.mode === 'readOnly') throw invalidArgument('Cannot modify entities in a read-only transaction.')
  const writes = rows.map(modification.toWrite)
  for (const {name} of writes) listener.document(name)
  const states = new Map<string, StoredDocument | undefined>()
  for (const write of [...transaction.writes, ...writes]) {
    const {name} = write
    const current = states.has(name) ? states.get(name) : store.get(name, transaction.snapshot)
    states.set(name, planWrite(write, current, {time, limits}).after)
  }
  for (const write of writes) transaction.writes.push(write)
  return writes.length
}

type Deferral = {
  readonly modification: Modification
  readonly rows: readonly Row[]
  /** Of the request, in microseconds. */
  readonly time: number
  /** Told of each document. */
  readonly listener: ReadListener
}
