import type {Clock} from '#runtime/kernel/clock.ts'
import type {Timeline} from '../../timeline.ts'
import type {Transaction} from './transaction.ts'

// https://firebase.google.com/docs/firestore/quotas#writes_and_transactions
const MAX_AGE_MS = 270_000
const MAX_IDLE_MS = 60_000

/** When transactions are over that nobody ends. */
export type Expiry = Disposable & {
  readonly isOver: (transaction: Transaction) => boolean
  /** Ends a transaction in time, also if nobody calls any more; for those that others wait for. */
  readonly watch: (transaction: Transaction) => void
  readonly forget: (transaction: Transaction) => void
}

/** @param end called for a watched transaction that is over */
export function createExpiry(clock: Clock, timers: Timeline, end: (transaction: Transaction) => void): Expiry {
  const watched = new Map<Transaction, () => void>()

  /** The last moment of a transaction, in milliseconds, if none of its calls comes. */
  const lastOf = ({startedAt, touchedAt, waits}: Transaction): number =>
    Math.min(startedAt + MAX_AGE_MS, waits > 0 ? Number.POSITIVE_INFINITY : touchedAt + MAX_IDLE_MS)
  const isOver = (transaction: Transaction): boolean => clock.now() > lastOf(transaction)
  const watch = (transaction: Transaction): void => {
    if (watched.has(transaction)) return
    // One more, since it is still there in its last moment.
    const left = Math.max(0, lastOf(transaction) - clock.now()) + 1
    const look = (): void => {
      watched.delete(transaction)
      if (isOver(transaction)) end(transaction)
      else watch(transaction)
    }
    watched.set(transaction, timers.schedule(timers.now() + left, look))
  }

  return {
    isOver,
    watch,
    forget: (transaction) => {
      watched.get(transaction)?.()
      watched.delete(transaction)
    },
    [Symbol.dispose]: () => {
      for (const cancel of watched.values()) cancel()
      watched.clear()
    },
  }
}
