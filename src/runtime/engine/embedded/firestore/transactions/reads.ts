import type {DocumentChange, NamedDocument} from '../../store/store.ts'
import {splitName} from '../paths/names.ts'
import type {Matcher} from '../query/match.ts'
import {findNameRange} from '../query/name-range.ts'
import type {NameRange} from '../query/name-range.ts'
import type {Query} from '../query/query.ts'
import {coversCollection, createReachTest} from '../query/run-query.ts'
import {compareNames} from '../values/compare-text.ts'

/** What was read, or is to be: documents by name, whether or not they exist, and what queries looked at. */
export type Reads = {readonly documents: Set<string>; readonly queries: QueryRead[]}

/** Tests whether a change is of something that a query looked at, which it selects now or selected before. */
export type QueryRead = (change: DocumentChange) => boolean

/** Whether one of the changes is of something that was read. */
export function touches({documents, queries}: Reads, changes: readonly DocumentChange[]): boolean {
  return (
    changes.some(({name}) => documents.has(name)) || queries.some((query) => changes.some((change) => query(change)))
  )
}

/**
 * What a query reads: everything it selects or, where it stopped at its limit, everything up to its last result.
 * @param results what it answered with, if that is known
 */
export function createQueryRead(query: Query, results?: readonly NamedDocument[]): QueryRead {
  const range = findNameRange(query)
  const isAtLimit = results?.length === query.limit && !query.nearest
  let matches: Matcher | undefined
  return ({name, before, after}) => {
    if (!isInside(name, range) || !coversCollection(query, splitName(name).collection)) return false
    // Most queries of transactions never meet a change of their collection.
    matches ??= createReachTest(query, isAtLimit ? results : undefined)
    return Boolean((before && matches({...before, name})) || (after && matches({...after, name})))
  }
}

function isInside(name: string, {from, to}: NameRange): boolean {
  return (!from || compareNames(name, from.name) >= 0) && (!to || compareNames(name, to.name) <= 0)
}
