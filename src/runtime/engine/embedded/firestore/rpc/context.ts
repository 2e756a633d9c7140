import type {Clock} from '#runtime/kernel/clock.ts'
import type {FirestoreLimits} from '../../../types.ts'
import type {DocumentStore} from '../../store/store.ts'
import {createTimeline} from '../transactions/timeline.ts'
import type {Timeline} from '../transactions/timeline.ts'
import {createTransactions} from '../transactions/transactions.ts'
import type {Transactions} from '../transactions/transactions.ts'

/** What every RPC of the service works with. */
export type ServiceContext = {
  readonly store: DocumentStore
  readonly limits: FirestoreLimits
  readonly timeline: Timeline
  readonly transactions: Transactions
}

export function createContext(store: DocumentStore, clock: Clock, limits: FirestoreLimits): ServiceContext {
  const timeline = createTimeline(clock, store.lastCommit)
  return {store, limits, timeline, transactions: createTransactions(store, timeline, clock)}
}
