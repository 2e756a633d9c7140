import type {DocumentStore, NamedDocument} from '../../store/store.ts'
import {DOCUMENT_NAME} from '../paths/field-path.ts'
import {createMatcher} from '../query/match.ts'
import {findMatches} from '../query/run-query.ts'
import type {QueryTrace} from '../query/run-query.ts'
import type {Query} from '../query/query.ts'
import {compareNames} from '../values/compare-text.ts'
import {ROW_STEPS} from './outcome.ts'
import type {Row} from './outcome.ts'
import {rowOf} from './row.ts'
import type {Collections, DocumentReader, Wanted} from './scope.ts'

/** Told what a pipeline is about to read. Where something has to be waited for first, it throws, and nothing is read. */
export type ReadListener = {
  /** The very query that is run. */
  readonly prepare: (query: Query) => void
  /** What a transaction reads by it, so that it can notice when that changes. */
  readonly query: (query: Query) => void
  readonly document: (name: string) => void
}

/** Reads a store as it was at a time in microseconds, or as it is. */
export function createDocumentReader(
  store: DocumentStore,
  at: number | undefined,
  {trace, listener}: {readonly trace: QueryTrace; readonly listener: ReadListener | undefined},
): DocumentReader {
  return {
    find: (collections, wanted, outer) => {
      const query = toQuery(collections, wanted)
      listener?.prepare(query)
      // Whatever comes in or goes out by the filter matters, whatever its place in an order.
      listener?.query({...query, orderBy: BY_NAME, limit: undefined})
      return findRows(store, at, {query, wanted, outer, trace})
    },
    get: (name, outer) => {
      listener?.document(name)
      const document = store.get(name, at)
      if (!document) return undefined
      trace.documents++
      return rowOf({...document, name}, outer)
    },
  }
}

const BY_NAME = [{path: [DOCUMENT_NAME], descending: false}]

function toQuery({parent, collectionId, allDescendants}: Collections, {where, orderBy, most}: Wanted): Query {
  return {
    parent,
    collectionId,
    allDescendants,
    where,
    orderBy: orderBy ? [orderBy] : BY_NAME,
    startAt: undefined,
    endAt: undefined,
    offset: 0,
    limit: most,
    select: undefined,
  }
}

type Search = {
  readonly query: Query
  readonly wanted: Wanted
  readonly outer: Row
  readonly trace: QueryTrace
}

function findRows(
  store: DocumentStore,
  at: number | undefined,
  {query, wanted: {test, testReads, most}, outer, trace}: Search,
): readonly Row[] {
  const prefilter = createMatcher(query.where)
  const source: {inOrder?: boolean} = {}
  const rows: Row[] = []
  const matches = (document: NamedDocument): boolean => {
    outer.spend(ROW_STEPS)
    if (!prefilter(document)) return false
    const row = rowOf(document, outer)
    if (!testReads && !test(row)) return false
    rows.push(row)
    return true
  }
  const enough = testReads ? undefined : most
  if (enough === 0) return []
  const found = findMatches(store, query, at, {most: enough, matches, trace, source})
  for (const _ of found);
  const sorted = source.inOrder ? rows : rows.sort((left, right) => compareNames(left.name!, right.name!))
  return testReads ? sorted.filter(test) : sorted
}
