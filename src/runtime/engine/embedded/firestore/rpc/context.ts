import type {Clock} from '#runtime/kernel/clock.ts'
import type {DocumentStore} from '../../store/store.ts'
import {createTimeline} from '../transactions/timeline.ts'
import type {Timeline} from '../transactions/timeline.ts'
import {createTransactions} from '../transactions/transactions.ts'
import type {Transactions} from '../transactions/transactions.ts'

/** What every RPC of the service works with. */
export type ServiceContext = {
  readonly store: DocumentStore
  readonly timeline: Timeline
  readonly transactions: Transactions
}

export function createContext(store: DocumentStore, clock: Clock): ServiceContext {
  const timeline = createTimeline(clock, store.lastCommit)
  return {store, timeline, transactions: createTransactions(store, timeline, clock)}
}
