import type {Clock} from '#runtime/kernel/clock.ts'
import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import type {CommittedChanges, DocumentStore} from '../../store/store.ts'
import {invalidArgument} from '../errors.ts'
import {touchesTransaction} from './conflict.ts'
import type {Timeline} from './timeline.ts'
import {isTransactionId, newTransactionId} from './transaction.ts'
import type {Transaction, TransactionOptions} from './transaction.ts'
import {createTurns} from './turns.ts'
import type {Turns} from './turns.ts'

/**
 * The open transactions. They are optimistic: a transaction reads the latest state for as long as nothing it read
 * changes; after that it reads what was there right before, and its commit is refused with ABORTED.
 */
export type Transactions = Disposable & {
  readonly turns: Turns
  readonly begin: (database: string, options: TransactionOptions) => Transaction
  /** Throws INVALID_ARGUMENT for an id that is unknown, ended or expired. */
  readonly find: (database: string, id: Buffer) => Transaction
  /** Ends a transaction for its commit, so that its own changes do not count against it. Throws ABORTED if it lost. */
  readonly startCommit: (transaction: Transaction, writes: number) => void
  /** Ending one that has ended is fine. */
  readonly rollback: (id: Buffer) => void
}

// https://firebase.google.com/docs/firestore/quotas#writes_and_transactions
const MAX_AGE_MS = 270_000
const MAX_IDLE_MS = 60_000

export function createTransactions(store: DocumentStore, timeline: Timeline, clock: Clock): Transactions {
  const open = new Map<string, Transaction>()
  const turns = createTurns()

  const end = (transaction: Transaction): void => {
    open.delete(transaction.id.toString('hex'))
    turns.leave(transaction)
  }
  const isExpired = ({startedAt, touchedAt}: Transaction): boolean =>
    clock.now() - startedAt > MAX_AGE_MS || clock.now() - touchedAt > MAX_IDLE_MS

  const unsubscribe = store.subscribe((committed: CommittedChanges) => {
    for (const transaction of open.values()) {
      if (isExpired(transaction)) end(transaction)
      else if (transaction.snapshot === undefined && touchesTransaction(committed, transaction)) {
        transaction.snapshot = committed.time - 1
      }
    }
  })

  return {
    turns,
    begin: (database, options) => {
      for (const transaction of open.values()) if (isExpired(transaction)) end(transaction)
      const retry = options.kind === 'readWrite' ? options.retry : undefined
      if (retry?.length && !isTransactionId(retry)) throw invalidArgument('Invalid transaction.')
      const transaction: Transaction = {
        id: newTransactionId(),
        database,
        readOnly: options.kind === 'readOnly',
        retried: Boolean(retry?.length),
        startedAt: clock.now(),
        touchedAt: clock.now(),
        snapshot: options.kind === 'readOnly' ? readOnlySnapshot(options.readTime, timeline) : undefined,
        documents: new Set(),
        queries: [],
        writes: [],
      }
      open.set(transaction.id.toString('hex'), transaction)
      return transaction
    },
    find: (database, id) => {
      if (!isTransactionId(id)) throw invalidArgument('Invalid transaction.')
      const transaction = open.get(id.toString('hex'))
      if (!transaction || transaction.database !== database || isExpired(transaction)) {
        if (transaction && isExpired(transaction)) end(transaction)
        // The Node client tries again when it reads these words.
        throw invalidArgument('The referenced transaction has expired or is no longer valid.')
      }
      transaction.touchedAt = clock.now()
      return transaction
    },
    startCommit: (transaction, writes) => {
      if (transaction.readOnly && writes > 0) {
        throw invalidArgument('Cannot modify entities in a read-only transaction.')
      }
      end(transaction)
      if (writes > 0 && transaction.snapshot !== undefined) {
        throw new GrpcStatus(STATUS.aborted, 'Too much contention on these documents. Please try again.')
      }
    },
    rollback: (id) => {
      if (!isTransactionId(id)) throw invalidArgument('Invalid transaction.')
      const transaction = open.get(id.toString('hex'))
      if (transaction) end(transaction)
    },
    [Symbol.dispose]: () => {
      unsubscribe()
      for (const transaction of open.values()) end(transaction)
    },
  }
}

function readOnlySnapshot(readTime: number | undefined, timeline: Timeline): number {
  return readTime === undefined ? timeline.readTime() : timeline.check(readTime)
}
