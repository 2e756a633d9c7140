import type {Clock} from '#runtime/kernel/clock.ts'
import type {FirestoreConcurrency, FirestoreLimits} from '../../../types.ts'
import type {DocumentStore} from '../../store/store.ts'
import type {Timeline as Timers} from '../../timeline.ts'
import {createTimeline} from '../transactions/timeline.ts'
import type {Timeline} from '../transactions/timeline.ts'
import {createTransactions} from '../transactions/transactions.ts'
import type {Transactions} from '../transactions/transactions.ts'
import {previewChanges} from '../writes/commit.ts'

/** What every RPC of the service works with. */
export type ServiceContext = {
  readonly store: DocumentStore
  readonly limits: FirestoreLimits
  readonly timeline: Timeline
  readonly transactions: Transactions
}

export type ContextOptions = {
  readonly clock: Clock
  readonly timers: Timers
  readonly limits: FirestoreLimits
  readonly concurrency: FirestoreConcurrency
}

export function createContext(store: DocumentStore, options: ContextOptions): ServiceContext {
  const {clock, timers, limits, concurrency} = options
  const timeline = createTimeline(clock, store.lastCommit)
  const target = {store, limits}
  const transactions = createTransactions({
    store,
    timeline,
    clock,
    timers,
    concurrency,
    preview: (writes) => previewChanges(target, writes, timeline.readTime()),
  })
  return {store, limits, timeline, transactions}
}
