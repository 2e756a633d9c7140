import {decodeTimestamp} from '../values/decode.ts'
import type {Reader} from '../values/reader.ts'
import {decodeTransactionOptions} from '../transactions/transaction.ts'
import type {Transaction, TransactionOptions} from '../transactions/transaction.ts'
import type {ServiceContext} from './context.ts'

/** A request's `consistency_selector`: at most one of them is set. */
export type Consistency = {transaction?: Buffer; newTransaction?: TransactionOptions; readTime?: number}

/** The state a read sees. */
export type View = {
  /** Microseconds; undefined for the latest state. */
  readonly at: number | undefined
  /** The time to answer with, in microseconds. */
  readonly readTime: number
  readonly transaction: Transaction | undefined
  /** Set when the request began the transaction, whose id the answer then carries. */
  readonly begun: Buffer | undefined
}

/** Readers of the selector's fields, for the tags that the request's message gives them. */
export function consistencyReaders(
  consistency: Consistency,
  tags: {readonly transaction?: number; readonly newTransaction?: number; readonly readTime: number},
): Record<number, (reader: Reader) => void> {
  return {
    ...(tags.transaction && {[tags.transaction]: (reader: Reader) => (consistency.transaction = reader.slice())}),
    ...(tags.newTransaction && {
      [tags.newTransaction]: (reader: Reader) =>
        (consistency.newTransaction = decodeTransactionOptions(reader.message())),
    }),
    [tags.readTime]: (reader: Reader) => (consistency.readTime = Number(decodeTimestamp(reader.message()))),
  }
}

/** The transaction a read belongs to, begun where the request asks for it. Throws INVALID_ARGUMENT. */
export function findTransaction(
  {transactions}: ServiceContext,
  database: string,
  {transaction, newTransaction}: Consistency,
): Transaction | undefined {
  if (newTransaction) return transactions.begin(database, newTransaction)
  return transaction?.length ? transactions.find(database, transaction) : undefined
}

/** What a read sees now, after it had its turn. Throws for times that cannot be read. */
export function openView(
  {timeline}: ServiceContext,
  consistency: Consistency,
  transaction: Transaction | undefined,
): View {
  const at = consistency.readTime ?? transaction?.snapshot
  // A transaction's own time as well: while it is open, that may come to be longer ago than the store remembers.
  if (at !== undefined) timeline.check(at)
  return {
    at,
    readTime: at ?? timeline.readTime(),
    transaction,
    begun: consistency.newTransaction && transaction?.id,
  }
}
