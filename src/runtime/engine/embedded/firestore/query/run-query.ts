import type {DocumentStore, NamedDocument} from '../../store/store.ts'
import {compareValues} from '../values/compare.ts'
import type {Value} from '../values/value.ts'
import {openCandidates} from './candidates.ts'
import {isName} from './decode-filter.ts'
import {createFieldReader} from './field-reader.ts'
import {createMatcher} from './match.ts'
import type {Matcher} from './match.ts'
import {clipCollection, findNameRange} from './name-range.ts'
import {selectNearest} from './nearest.ts'
import {planLookups} from './plan-lookups.ts'
import type {Cursor, Order, Query} from './query.ts'

/** What running a query took, for who wants to explain it. */
export type QueryTrace = {
  /** Documents read, results or not. */
  documents: number
  /** Indexes and collections read. */
  indexes: number
  scans: number
  /** Results that the offset passed over. */
  skipped: number
}

/** The documents a query selects at a moment, in its order, whole: projection is for who sends them. */
export function runQuery(
  store: DocumentStore,
  query: Query,
  at: number | undefined,
  trace?: QueryTrace,
): readonly NamedDocument[] {
  if (query.nearest) return selectNearest(runQuery(store, {...query, nearest: undefined}, at, trace), query.nearest)
  const {offset, limit, orderBy} = query
  const end = limit === undefined ? undefined : offset + limit
  if (end === 0 || limit === 0) return []
  const source: {inOrder?: boolean} = {}
  const found = [...findMatches(store, query, at, {most: end, matches: createResultTest(query), trace, source})]
  const results = source.inOrder ? found : sortResults(found, orderBy)
  if (trace) trace.skipped += Math.min(offset, results.length)
  return offset === 0 && (end === undefined || end >= results.length) ? results : results.slice(offset, end)
}

export type FindOptions = {
  /** So many per collection are enough, where the order allows to stop. */
  readonly most?: number | undefined
  readonly matches?: Matcher
  readonly trace?: QueryTrace | undefined
  /** Told whether what comes is in the query's order. */
  readonly source?: {inOrder?: boolean}
}

/** Everything the filters let through, collection by collection, before order, cursors and limits. */
export function* findMatches(
  store: DocumentStore,
  query: Query,
  at: number | undefined,
  {most = Number.POSITIVE_INFINITY, matches = createQueryMatcher(query), trace, source = {}}: FindOptions = {},
): Generator<NamedDocument> {
  const range = findNameRange(query)
  const plans = planLookups(query)
  const collections = listCollections(store, query)
  for (const collection of collections) {
    const ids = clipCollection(collection, range)
    if (!ids) continue
    const candidates = openCandidates(store, {collection, ids, at}, query, plans)
    source.inOrder = candidates.inOrder && collections.length === 1
    if (trace && candidates.lookups) trace.indexes += candidates.lookups.length
    else if (trace) trace.scans++
    let taken = 0
    let previous: NamedDocument | undefined
    for (const document of candidates.documents) {
      if (taken >= most && previous && candidates.mayStop(previous, document)) break
      previous = document
      if (trace) trace.documents++
      if (!matches(document)) continue
      yield document
      taken++
    }
  }
}

/** Tests filter and, because a document without a field that is ordered by is no result, the presence of these. */
export function createQueryMatcher(query: Query): Matcher {
  const matches = createMatcher(query.where)
  const readers = query.orderBy.filter(({path}) => !isName(path)).map(({path}) => createFieldReader(path))
  if (readers.length === 0) return matches
  return (document) => matches(document) && readers.every((read) => read(document) !== undefined)
}

/** Tests whether a document of the query's collections is a result of it, limit and offset aside. */
export function createResultTest(query: Query): Matcher {
  const matches = createQueryMatcher(query)
  const inside = createCursorTest(query)
  const readers = query.orderBy.map(({path}) => createFieldReader(path))
  return (document) => matches(document) && inside(readers.map((read) => read(document)!))
}

/**
 * Tests whether a document is a result of the query or, with all the results of one that stopped at its limit, whether
 * it is or would be among those that were read for them.
 */
export function createReachTest(query: Query, upTo: readonly NamedDocument[] | undefined): Matcher {
  const isResult = createResultTest(query)
  if (!upTo) return isResult
  const last = upTo.at(-1)
  if (!last) return () => false
  const readers = query.orderBy.map(({path}) => createFieldReader(path))
  const keysOf = (document: NamedDocument): readonly Value[] => readers.map((read) => read(document)!)
  const end = keysOf(last)
  return (document) => isResult(document) && compareKeys(keysOf(document), end, query.orderBy) <= 0
}

/** Whether a collection is one that the query looks into. */
export function coversCollection(query: Query, collection: string): boolean {
  const {parent, collectionId, allDescendants} = query
  if (!collection.startsWith(`${parent}/`)) return false
  const below = collection.slice(parent.length + 1)
  if (!allDescendants) return collectionId === undefined ? !below.includes('/') : below === collectionId
  return collectionId === undefined || below === collectionId || below.endsWith(`/${collectionId}`)
}

/** Names of the collections that a query looks into. */
export function listCollections(store: DocumentStore, query: Query): readonly string[] {
  const {parent, collectionId, allDescendants} = query
  if (collectionId !== undefined && !allDescendants) return [`${parent}/${collectionId}`]
  return store.collections(parent, collectionId).filter((collection) => coversCollection(query, collection))
}

function sortResults(found: readonly NamedDocument[], orders: readonly Order[]): readonly NamedDocument[] {
  const readers = orders.map(({path}) => createFieldReader(path))
  const entries = found.map((document) => ({document, keys: readers.map((read) => read(document)!)}))
  entries.sort((left, right) => compareKeys(left.keys, right.keys, orders))
  return entries.map(({document}) => document)
}

/** Tests whether a document with these values in the orders lies between the query's cursors. */
function createCursorTest({startAt, endAt, orderBy}: Query): (keys: readonly Value[]) => boolean {
  const place = (cursor: Cursor, keys: readonly Value[]): number =>
    compareKeys(keys.slice(0, cursor.values.length), cursor.values, orderBy)
  return (keys) => {
    if (startAt) {
      const order = place(startAt, keys)
      if (startAt.before ? order < 0 : order <= 0) return false
    }
    if (endAt) {
      const order = place(endAt, keys)
      if (endAt.before ? order >= 0 : order > 0) return false
    }
    return true
  }
}

function compareKeys(left: readonly Value[], right: readonly Value[], orders: readonly Order[]): number {
  for (const [at, value] of left.entries()) {
    const order = compareValues(value, right[at]!)
    if (order !== 0) return orders[at]?.descending ? -order : order
  }
  return 0
}
