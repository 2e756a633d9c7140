import type {CommittedChanges, DocumentChange} from '../../store/store.ts'
import {splitName} from '../paths/names.ts'
import {findNameRange} from '../query/name-range.ts'
import type {NameRange} from '../query/name-range.ts'
import type {Query} from '../query/query.ts'
import {coversCollection, createQueryMatcher} from '../query/run-query.ts'
import {compareNames} from '../values/compare-text.ts'
import type {Transaction} from './transaction.ts'

/**
 * Whether a commit changed something that the transaction read: a document it got, or one that one of its queries
 * selects now or selected before. Cursors by field and limits are left aside, so a change just outside counts as inside.
 */
export function touchesTransaction({changes}: CommittedChanges, transaction: Transaction): boolean {
  return (
    changes.some(({name}) => transaction.documents.has(name)) ||
    transaction.queries.some((query) => touchesQuery(changes, query))
  )
}

function touchesQuery(changes: readonly DocumentChange[], query: Query): boolean {
  const range = findNameRange(query)
  const near = changes.filter(({name}) => coversCollection(query, splitName(name).collection) && isInside(name, range))
  if (near.length === 0) return false
  const matches = createQueryMatcher(query)
  return near.some(
    ({name, before, after}) => (before && matches({...before, name})) || (after && matches({...after, name})),
  )
}

function isInside(name: string, {from, to}: NameRange): boolean {
  return (!from || compareNames(name, from.name) >= 0) && (!to || compareNames(name, to.name) <= 0)
}
