import type {Clock} from '#runtime/kernel/clock.ts'
import type {WaitingCall} from '../../grpc/service.ts'
import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import type {DocumentChange} from '../../store/store.ts'
import type {Write} from '../writes/write.ts'
import {touches} from './reads.ts'
import type {Reads} from './reads.ts'
import type {Transaction} from './transaction.ts'

/** Writes that are applied as one, when nobody's lock is in their way. */
export type LockedWrite<T> = {
  readonly writes: readonly Write[]
  /** Whose commit it is; its own locks are not in its way. */
  readonly transaction?: Transaction | undefined
  /** Once its signal aborts, what has not been applied never is. */
  readonly call: WaitingCall
  /** Applies them, at once and as a whole, or finds that it has to wait for something else. */
  readonly run: () => T | Promise<T>
}

/**
 * Locks on what pessimistic transactions have read. A lock is in the way of writes that come from later on than its
 * transaction began: they wait until it has ended. Writes of an older transaction are applied, and the transaction
 * has lost. A transaction's reads wait for waiting writes that are older than itself, so that new readers keep no writer
 * waiting for ever. So all who wait, wait for somebody older, and never in a circle.
 */
export type Locks = Disposable & {
  /** Applies writes now, or returns a promise of when their turn has come. */
  readonly write: <T>(write: LockedWrite<T>) => T | Promise<T>
  /** Resolves when a transaction may read; undefined where it may at once. */
  readonly read: (transaction: Transaction, reads: Reads, call: WaitingCall) => Promise<void> | undefined
  /** What the transaction has read is locked from now on. */
  readonly hold: (transaction: Transaction) => void
  /** Gives up a transaction's locks and wakes its own calls that wait; who waited for it goes on right after. */
  readonly release: (transaction: Transaction) => void
  /** Lets those go on now who waited for what has been released. */
  readonly settle: () => void
  /** Whether nothing at all is locked, and nobody waits for what was. */
  readonly isFree: () => boolean
  /** Whether somebody has locked what is changed. */
  readonly isLocked: (change: DocumentChange) => boolean
}

export type LocksOptions = {
  readonly clock: Clock
  /** What writes would change now; nothing where they would be refused. */
  readonly preview: (writes: readonly Write[]) => readonly DocumentChange[]
  /** The age of what comes now. */
  readonly nextAge: () => number
  /** Ends the transactions that are over, before anybody waits for them. */
  readonly sweep: () => void
  /** Told of every transaction that somebody begins to wait for. */
  readonly onWait: (transaction: Transaction) => void
}

type WaitingWrite = {
  readonly writes: readonly Write[]
  readonly transaction: Transaction | undefined
  readonly age: number
  /** Whom it waits for; undefined once that one's locks are gone. */
  blocker: Transaction | undefined
  readonly go: () => void
  readonly refuse: (error: Error) => void
}

type WaitingRead = {readonly transaction: Transaction; readonly write: WaitingWrite; readonly wake: () => void}

export function createLocks({clock, preview, nextAge, sweep, onWait}: LocksOptions): Locks {
  const holders = new Set<Transaction>()
  /** The oldest first. */
  const waiting: WaitingWrite[] = []
  const reading = new Set<WaitingRead>()
  let settling = false

  const findBlocker = ({writes, transaction, age}: Pick<WaitingWrite, 'writes' | 'transaction' | 'age'>) => {
    if (transaction && transaction.state !== 'open') return undefined
    let changes: readonly DocumentChange[] | undefined
    for (const holder of holders) {
      if (holder === transaction || holder.age >= age) continue
      const {reads} = holder
      if (writes.some(({name}) => reads.documents.has(name))) return holder
      if (reads.queries.length > 0 && touches(reads, (changes ??= preview(writes)))) return holder
    }
    return undefined
  }

  const findWriteAhead = (transaction: Transaction, reads: Reads): WaitingWrite | undefined =>
    waiting.find(
      ({age, writes}) =>
        age < transaction.age &&
        (writes.some(({name}) => reads.documents.has(name)) ||
          (reads.queries.length > 0 && touches(reads, preview(writes)))),
    )

  const leave = (write: WaitingWrite): void => {
    waiting.splice(waiting.indexOf(write), 1)
    if (write.transaction) endWait(write.transaction)
    for (const read of reading) if (read.write === write) read.wake()
  }
  const endWait = (transaction: Transaction): void => {
    transaction.waits--
    transaction.touchedAt = clock.now()
  }

  const settle = (): void => {
    if (settling) return
    settling = true
    try {
      for (let next = findFree(); next; next = findFree()) {
        next.blocker = findBlocker(next)
        if (next.blocker) {
          onWait(next.blocker)
          continue
        }
        leave(next)
        next.go()
      }
    } finally {
      settling = false
    }
  }
  const findFree = (): WaitingWrite | undefined => waiting.find(({blocker}) => !blocker)

  const wait = <T>({writes, transaction, call, run}: LockedWrite<T>, blocker: Transaction): Promise<T> => {
    const {signal} = call
    signal.throwIfAborted()
    const began = performance.now()
    const {promise, resolve, reject} = Promise.withResolvers<T>()
    const cancel = (): void => {
      leave(write)
      reject(signal.reason as Error)
    }
    const write: WaitingWrite = {
      writes,
      transaction,
      age: transaction?.age ?? nextAge(),
      blocker,
      go: () => {
        signal.removeEventListener('abort', cancel)
        call.waited?.(performance.now() - began)
        try {
          resolve(run())
        } catch (error) {
          reject(error)
        }
      },
      refuse: (error) => {
        signal.removeEventListener('abort', cancel)
        reject(error)
      },
    }
    const at = waiting.findIndex(({age}) => age > write.age)
    waiting.splice(at < 0 ? waiting.length : at, 0, write)
    if (transaction) transaction.waits++
    signal.addEventListener('abort', cancel, {once: true})
    onWait(blocker)
    return promise
  }

  const readLater = async (
    transaction: Transaction,
    reads: Reads,
    {signal, waited}: WaitingCall,
    first: WaitingWrite,
  ): Promise<void> => {
    const began = performance.now()
    transaction.waits++
    try {
      for (let write: WaitingWrite | undefined = first; write; write = findWriteAhead(transaction, reads)) {
        const {promise, resolve, reject} = Promise.withResolvers<void>()
        const read = {transaction, write, wake: resolve}
        const cancel = (): void => reject(signal.reason as Error)
        reading.add(read)
        signal.addEventListener('abort', cancel, {once: true})
        try {
          signal.throwIfAborted()
          await promise
        } finally {
          reading.delete(read)
          signal.removeEventListener('abort', cancel)
        }
        if (transaction.state !== 'open') return
      }
    } finally {
      endWait(transaction)
      waited?.(performance.now() - began)
    }
  }

  return {
    settle,
    write: (write) => {
      const {transaction} = write
      // Whoever waited for what has just been released comes first.
      if (waiting.length > 0) settle()
      // The way of nearly all writes: there is no lock at all, or only the transaction's own.
      if (holders.size > (transaction && holders.has(transaction) ? 1 : 0)) {
        sweep()
        const age = transaction?.age ?? Number.POSITIVE_INFINITY
        const blocker = findBlocker({writes: write.writes, transaction, age})
        if (blocker) return wait(write, blocker)
      }
      if (waiting.length === 0) return write.run()
      try {
        return write.run()
      } finally {
        settle()
      }
    },
    read: (transaction, reads, call) => {
      const takesPart = waiting.length > 0 && transaction.mode === 'pessimistic' && transaction.state === 'open'
      const write = takesPart ? findWriteAhead(transaction, reads) : undefined
      return write && readLater(transaction, reads, call, write)
    },
    hold: (transaction) => {
      if (transaction.state === 'open') holders.add(transaction)
    },
    release: (transaction) => {
      holders.delete(transaction)
      let isAwaited = false
      for (const write of waiting) {
        if (write.blocker !== transaction && write.transaction !== transaction) continue
        write.blocker = undefined
        isAwaited = true
      }
      for (const read of reading) if (read.transaction === transaction) read.wake()
      // Not at once: this may be in the middle of a commit.
      if (isAwaited) queueMicrotask(settle)
    },
    isFree: () => holders.size === 0 && waiting.length === 0,
    isLocked: (change) => [...holders].some(({reads}) => touches(reads, [change])),
    [Symbol.dispose]: () => {
      const left = waiting.splice(0)
      for (const write of left) write.refuse(new GrpcStatus(STATUS.unavailable, 'The server is shutting down.'))
      for (const read of reading) read.wake()
    },
  }
}
