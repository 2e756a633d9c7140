import {GrpcStatus, STATUS} from '../../../grpc/status.ts'
import {invalidArgument} from '../../errors.ts'
import type {ServiceContext} from '../../rpc/context.ts'
import type {Transaction} from '../../transactions/transaction.ts'
import {applyWrites} from '../../writes/commit.ts'
import {planWrite} from '../../writes/plan.ts'
import type {Write} from '../../writes/write.ts'
import type {Row} from '../outcome.ts'
import type {Modification} from './modification.ts'

const NOT_ATOMIC =
  'The non-transactional DML operation was rejected because it was impossible to guarantee document-level atomicity.'

/**
 * Modifies documents one by one, so that those before a refusal are modified; what is not there is passed over. Returns
 * how many were modified. Throws ALREADY_EXISTS and INVALID_ARGUMENT.
 */
export function modifyDocuments(
  context: ServiceContext,
  {toWrite, atomicOnly}: Modification,
  rows: readonly Row[],
): number {
  if (atomicOnly) throw invalidArgument(NOT_ATOMIC)
  const outcomes = applyWrites(context, rows.map(toWrite), context.timeline.commitTime())
  const refusals = outcomes.filter((outcome) => outcome instanceof GrpcStatus)
  const refusal = refusals.find(({code}) => code !== STATUS.notFound)
  if (refusal) throw refusal
  return outcomes.length - refusals.length
}

/**
 * Leaves modifications to the commit of a transaction, which makes all or none of them. Returns how many there are. Throws
 * NOT_FOUND and ALREADY_EXISTS where that is clear by now.
 * @param time of the request, in microseconds
 */
export function deferModifications(
  {store, limits}: ServiceContext,
  transaction: Transaction,
  {
    modification,
    rows,
    time,
  }: {readonly modification: Modification; readonly rows: readonly Row[]; readonly time: number},
): number {
  if (transaction.readOnly) throw invalidArgument('Cannot modify entities in a read-only transaction.')
  const writes: readonly Write[] = rows.map(modification.toWrite)
  for (const write of writes) {
    transaction.documents.add(write.name)
    planWrite(write, store.get(write.name, transaction.snapshot), {time, limits})
  }
  transaction.writes.push(...writes)
  return writes.length
}
