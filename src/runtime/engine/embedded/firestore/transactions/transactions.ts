import type {Clock} from '#runtime/kernel/clock.ts'
import type {FirestoreConcurrency} from '../../../types.ts'
import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import type {CommittedChanges, DocumentChange, DocumentStore} from '../../store/store.ts'
import type {Timeline as Timers} from '../../timeline.ts'
import {invalidArgument} from '../errors.ts'
import type {Write} from '../writes/write.ts'
import {createExpiry} from './expiry.ts'
import {createLocks} from './locks.ts'
import type {Locks} from './locks.ts'
import {touches} from './reads.ts'
import type {QueryRead} from './reads.ts'
import type {Timeline} from './timeline.ts'
import {ageOf, isTransactionId, newTransactionId} from './transaction.ts'
import type {Transaction, TransactionOptions} from './transaction.ts'
import {createTurns} from './turns.ts'
import type {Turns} from './turns.ts'

/**
 * The open transactions. What a pessimistic one read is locked. An optimistic one reads the latest state for as long as
 * nothing it read changes, and after that what was there right before. Either way a commit after something it read has
 * changed is refused with ABORTED.
 */
export type Transactions = Disposable & {
  readonly turns: Turns
  readonly locks: Omit<Locks, 'hold' | 'release'>
  readonly begin: (database: string, options: TransactionOptions) => Transaction
  /** Throws INVALID_ARGUMENT for an id that is unknown, ended or expired. */
  readonly find: (database: string, id: Buffer) => Transaction
  /** Throws, before a read, INVALID_ARGUMENT where it has ended since, and ABORTED where a pessimistic one has lost. */
  readonly check: (transaction: Transaction) => void
  /** What a transaction has just read. */
  readonly note: (transaction: Transaction, reads: {documents?: Iterable<string>; query?: QueryRead}) => void
  /** Ends a transaction for its commit, so that its own changes do not count against it. Throws ABORTED if it lost. */
  readonly startCommit: (transaction: Transaction, writes: number) => void
  /** Ending one that has ended is fine. */
  readonly rollback: (id: Buffer) => void
  /** Takes the locks from all transactions of a database, or of all, which have lost then; who waited goes on. */
  readonly breakLocks: (database: string | undefined) => void
}

export type TransactionsOptions = {
  readonly store: DocumentStore
  readonly timeline: Timeline
  readonly clock: Clock
  readonly timers: Timers
  /** Of transactions that do not ask for one of the two. */
  readonly concurrency: FirestoreConcurrency
  /** What writes would change now; nothing where they would be refused. */
  readonly preview: (writes: readonly Write[]) => readonly DocumentChange[]
}

export function createTransactions(options: TransactionsOptions): Transactions {
  const {store, timeline, clock} = options
  const open = new Map<string, Transaction>()
  const turns = createTurns()
  let lastAge = 0
  const nextAge = (): number => ++lastAge

  const end = (transaction: Transaction): void => {
    open.delete(transaction.id.toString('hex'))
    transaction.state = 'ended'
    expiry.forget(transaction)
    locks.release(transaction)
    turns.leave(transaction)
  }
  const lose = (transaction: Transaction): void => {
    transaction.state = 'lost'
    locks.release(transaction)
    // It can only be tried again, so that others need not wait for what it still does.
    if (transaction.mode === 'pessimistic') turns.leave(transaction)
  }
  const sweep = (): void => {
    for (const transaction of open.values()) if (expiry.isOver(transaction)) end(transaction)
  }
  const expiry = createExpiry(clock, options.timers, end)
  const locks = createLocks({clock, preview: options.preview, nextAge, sweep, onWait: expiry.watch})

  const unsubscribe = store.subscribe(({time, changes}: CommittedChanges) => {
    for (const transaction of open.values()) {
      if (expiry.isOver(transaction)) end(transaction)
      else if (transaction.state === 'open' && transaction.mode !== 'readOnly' && touches(transaction.reads, changes)) {
        if (transaction.mode === 'optimistic') transaction.snapshot = time - 1
        lose(transaction)
      }
    }
  })

  /** The age of the attempt that is tried again, unless that belongs to somebody else by now. */
  const inheritAge = (retry: Buffer): number => {
    const age = ageOf(retry)
    for (const transaction of open.values()) if (transaction.age === age) return nextAge()
    return age <= lastAge ? age : nextAge()
  }
  const rollback = (id: Buffer): void => {
    if (!isTransactionId(id)) throw invalidArgument('Invalid transaction.')
    const transaction = open.get(id.toString('hex'))
    if (transaction) end(transaction)
  }
  const requireOpen = (transaction: Transaction): void => {
    if (transaction.state !== 'ended' && expiry.isOver(transaction)) end(transaction)
    if (transaction.state === 'ended') throw expired()
  }

  return {
    turns,
    locks,
    rollback,
    begin: (database, asked) => {
      sweep()
      const retry = asked.kind === 'readWrite' && asked.retry?.length ? asked.retry : undefined
      // Its rollback may still be under way.
      if (retry) rollback(retry)
      const age = retry ? inheritAge(retry) : nextAge()
      const transaction: Transaction = {
        id: newTransactionId(age),
        database,
        mode: asked.kind === 'readOnly' ? 'readOnly' : (asked.concurrency ?? options.concurrency),
        age,
        retried: retry !== undefined,
        startedAt: clock.now(),
        touchedAt: clock.now(),
        waits: 0,
        state: 'open',
        snapshot: asked.kind === 'readOnly' ? readOnlySnapshot(asked.readTime, timeline) : undefined,
        reads: {documents: new Set(), queries: []},
        writes: [],
      }
      open.set(transaction.id.toString('hex'), transaction)
      return transaction
    },
    find: (database, id) => {
      if (!isTransactionId(id)) throw invalidArgument('Invalid transaction.')
      const transaction = open.get(id.toString('hex'))
      if (!transaction || transaction.database !== database) throw expired()
      requireOpen(transaction)
      transaction.touchedAt = clock.now()
      return transaction
    },
    check: (transaction) => {
      requireOpen(transaction)
      if (transaction.state === 'lost' && transaction.mode === 'pessimistic') throw contention()
    },
    note: (transaction, {documents = [], query}) => {
      if (transaction.mode === 'readOnly' || transaction.state !== 'open') return
      for (const name of documents) transaction.reads.documents.add(name)
      if (query) transaction.reads.queries.push(query)
      if (transaction.mode === 'pessimistic') locks.hold(transaction)
    },
    startCommit: (transaction, writes) => {
      requireOpen(transaction)
      if (transaction.mode === 'readOnly' && writes > 0) {
        throw invalidArgument('Cannot modify entities in a read-only transaction.')
      }
      const {state} = transaction
      end(transaction)
      // What it read was one moment's state, so that one without writes has nothing to lose.
      if (writes > 0 && state === 'lost') throw contention()
    },
    breakLocks: (database) => {
      for (const transaction of open.values()) {
        if (database !== undefined && transaction.database !== database) continue
        const {documents, queries} = transaction.reads
        const isHolding = transaction.mode === 'pessimistic' && documents.size + queries.length > 0
        if (isHolding && transaction.state === 'open') lose(transaction)
      }
      locks.settle()
    },
    [Symbol.dispose]: () => {
      unsubscribe()
      for (const transaction of open.values()) end(transaction)
      locks[Symbol.dispose]()
      expiry[Symbol.dispose]()
    },
  }
}

// The Node client tries again when it reads these words.
const expired = (): GrpcStatus => invalidArgument('The referenced transaction has expired or is no longer valid.')

const contention = (): GrpcStatus =>
  new GrpcStatus(STATUS.aborted, 'Too much contention on these documents. Please try again.')

function readOnlySnapshot(readTime: number | undefined, timeline: Timeline): number {
  return readTime === undefined ? timeline.readTime() : timeline.check(readTime)
}
