import type {Clock} from '#runtime/kernel/clock.ts'
import type {TtlPolicy} from '../../types.ts'
import {StoreFullError} from '../store/store.ts'
import {parseFieldPath} from './paths/field-path.ts'
import {splitName} from './paths/names.ts'
import type {Query} from './query/query.ts'
import {buildIndexes} from './query/build-indexes.ts'
import {completeOrder} from './query/order.ts'
import {runQuery} from './query/run-query.ts'
import type {ServiceContext} from './rpc/context.ts'

/** Documents deleted with one commit. */
const AT_ONCE = 500

/**
 * Deletes documents whose time is over by the clock, in all databases, and returns how many they were. A document
 * without the field, or with something else than a timestamp in it, stays
 * (https://firebase.google.com/docs/firestore/ttl). Listeners see ordinary deletes. What a transaction has locked goes
 * later: nothing waits for a deletion that may take a day in production, and it need not wait for anybody.
 */
export function expireDocuments(
  {store, timeline, transactions}: ServiceContext,
  clock: Clock,
  policies: readonly TtlPolicy[],
): number {
  const now = BigInt(Math.floor(clock.now() * 1000))
  let deleted = 0
  for (const policy of policies) {
    for (const collection of store.collectionGroup(policy.collection)) {
      const query = findExpired(collection, policy.field, now)
      // In a large collection they are found by an index; while that is being built they stay.
      if (buildIndexes(store, query)) continue
      for (;;) {
        const expired = runQuery(store, query, undefined)
        if (expired.length === 0) break
        const changes = expired
          .map(({name, ...before}) => ({name, before, after: undefined}))
          .filter((change) => !transactions.locks.isLocked(change))
        if (changes.length === 0) break
        try {
          store.apply({time: timeline.commitTime(), changes})
        } catch (error) {
          // They are deleted when there is room again.
          if (error instanceof StoreFullError) return deleted
          throw error
        }
        deleted += changes.length
        if (expired.length < AT_ONCE) break
      }
    }
  }
  return deleted
}

function findExpired(collection: string, field: string, now: bigint): Query {
  const {collection: parent, id: collectionId} = splitName(collection)
  const path = parseFieldPath(field)
  const where = {
    kind: 'compare',
    path,
    operator: 'LESS_THAN_OR_EQUAL',
    value: {kind: 'timestamp', value: now},
  } as const
  return {
    parent,
    collectionId,
    allDescendants: false,
    where,
    orderBy: completeOrder([], where),
    startAt: undefined,
    endAt: undefined,
    offset: 0,
    limit: AT_ONCE,
    select: undefined,
  }
}
