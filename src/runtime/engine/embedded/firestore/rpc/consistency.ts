import type {WaitingCall} from '../../grpc/service.ts'
import {decodeTimestamp} from '../values/decode.ts'
import type {Reader} from '../values/reader.ts'
import {decodeTransactionOptions} from '../transactions/transaction.ts'
import type {Reads} from '../transactions/reads.ts'
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

/** The tags that a request's message gives the selector's fields. */
type ConsistencyTags = {readonly transaction?: number; readonly newTransaction?: number; readonly readTime: number}

/** Reads the field of a tag if it is one of the selector's; false where it is not. */
export function readConsistency(reader: Reader, tag: number, tags: ConsistencyTags, consistency: Consistency): boolean {
  if (tag === tags.readTime) consistency.readTime = Number(decodeTimestamp(reader.message()))
  else if (tag === tags.transaction) consistency.transaction = reader.slice()
  else if (tag === tags.newTransaction) consistency.newTransaction = decodeTransactionOptions(reader.message())
  else return false
  return true
}

/** Readers of the selector's fields, for `readMessage`. */
export function consistencyReaders(
  consistency: Consistency,
  tags: ConsistencyTags,
): Record<number, (reader: Reader) => void> {
  return Object.fromEntries(
    Object.values(tags).map((tag) => [tag, (reader: Reader) => void readConsistency(reader, tag, tags, consistency)]),
  )
}

/** Which database is read, what of it, and how. */
export type Reading = {
  readonly database: string
  readonly consistency: Consistency
  readonly reads: Reads
  /** Keys of turns that a transaction takes for its first read. */
  readonly turns?: readonly string[]
  readonly call: WaitingCall
}

/**
 * Answers a read: at once, unless it belongs to a transaction that others are before. The transaction is begun where
 * the request asks for it. Throws INVALID_ARGUMENT and ABORTED for the transaction, and for times that cannot be read.
 * @param answer reads, all at once, and notes what it read
 */
export function inView<T>(context: ServiceContext, reading: Reading, answer: (view: View) => T): T | Promise<T> {
  const {database, consistency, reads, call, turns = []} = reading
  const {locks} = context.transactions
  const transaction = findTransaction(context, database, consistency)
  const read = (): T => {
    // Nobody would end what begins for a caller that has gone.
    if (transaction) call.signal.throwIfAborted()
    return answer(openView(context, consistency, transaction))
  }
  if (!transaction) return read()
  const wait = takeTurn(context, transaction, turns, call)?.then(() => locks.read(transaction, reads, call))
  const ready = wait ?? locks.read(transaction, reads, call)
  return ready ? readAfter(ready, read, () => giveUp(context, consistency, transaction)) : read()
}

async function readAfter<T>(wait: Promise<void>, read: () => T, fail: () => void): Promise<T> {
  try {
    await wait
    return read()
  } catch (error) {
    fail()
    throw error
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

/** Resolves when it is a transaction's turn for its first read; undefined where it need not wait. */
export function takeTurn(
  {transactions}: ServiceContext,
  transaction: Transaction,
  keys: readonly string[],
  {waited}: WaitingCall,
): Promise<void> | undefined {
  if (transaction.mode === 'readOnly') return undefined
  const began = performance.now()
  return transactions.turns.take(transaction, keys)?.then(() => waited?.(performance.now() - began))
}

/** Ends a transaction that began with a read which failed: the caller does not have its id. */
export function giveUp({transactions}: ServiceContext, {newTransaction}: Consistency, {id}: Transaction): void {
  if (newTransaction) transactions.rollback(id)
}

/** What a read sees now. Throws INVALID_ARGUMENT and ABORTED for the transaction, and for times that cannot be read. */
export function openView(
  {timeline, transactions}: ServiceContext,
  consistency: Consistency,
  transaction: Transaction | undefined,
): View {
  if (transaction) transactions.check(transaction)
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
