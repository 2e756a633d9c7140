import type {Call} from '../../grpc/service.ts'
import {untilAborted} from '../../grpc/until-aborted.ts'
import {parseParent} from '../paths/names.ts'
import {buildIndexes} from '../query/build-indexes.ts'
import type {Query} from '../query/query.ts'
import type {Consistency} from './consistency.ts'
import type {ServiceContext} from './context.ts'

/**
 * Resolves when a query's indexes are there, or throws when the call ends before; undefined where it need not wait.
 * Reads of the past use none. Throws INVALID_ARGUMENT for a transaction that there is not.
 */
export function waitForIndexes(
  context: ServiceContext,
  query: Query,
  consistency: Consistency,
  call: Pick<Call, 'signal'>,
): Promise<unknown> | undefined {
  const {readTime, transaction, newTransaction} = consistency
  if (readTime !== undefined || newTransaction?.kind === 'readOnly') return undefined
  if (transaction?.length) {
    const {snapshot} = context.transactions.find(parseParent(query.parent).database, transaction)
    if (snapshot !== undefined) return undefined
  }
  const built = buildIndexes(context.store, query)
  return built && untilAborted(built, call.signal)
}
