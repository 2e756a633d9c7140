import type {DocumentStore, NamedDocument} from '../../store/store.ts'
import {compareValues} from '../values/compare.ts'
import {compareNames} from '../values/compare-text.ts'
import type {Value} from '../values/value.ts'
import {isName} from './decode-filter.ts'
import {createFieldReader} from './field-reader.ts'
import {createMatcher} from './match.ts'
import type {Matcher} from './match.ts'
import {clipCollection, findNameRange} from './name-range.ts'
import type {Cursor, Order, Query} from './query.ts'

/** The documents a query selects at a moment, in its order, whole: projection is for who sends them. */
export function runQuery(store: DocumentStore, query: Query, at: number | undefined): readonly NamedDocument[] {
  const {offset, limit, orderBy} = query
  const end = limit === undefined ? undefined : offset + limit
  if (end === 0 || limit === 0) return []
  const [first] = orderBy
  const found =
    first && isName(first.path)
      ? selectByName(store, query, first.descending ? undefined : end, at)
      : selectByFields(store, query, at)
  return offset === 0 && (end === undefined || end >= found.length) ? found : found.slice(offset, end)
}

/** Everything the filters let through, collection by collection, before order, cursors and limits. */
export function* findMatches(
  store: DocumentStore,
  query: Query,
  at: number | undefined,
  most = Number.POSITIVE_INFINITY,
  matches: Matcher = createQueryMatcher(query),
): Generator<NamedDocument> {
  const range = findNameRange(query)
  for (const collection of listCollections(store, query)) {
    const ids = clipCollection(collection, range)
    if (!ids) continue
    let taken = 0
    for (const document of store.scan(collection, ids, at)) {
      if (!matches(document)) continue
      yield document
      if (++taken >= most) break
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

/** Whether a collection is one that the query looks into. */
export function coversCollection(query: Query, collection: string): boolean {
  const {parent, collectionId, allDescendants} = query
  if (!collection.startsWith(`${parent}/`)) return false
  const below = collection.slice(parent.length + 1)
  if (!allDescendants) return collectionId === undefined ? !below.includes('/') : below === collectionId
  return collectionId === undefined || below === collectionId || below.endsWith(`/${collectionId}`)
}

function listCollections(store: DocumentStore, query: Query): readonly string[] {
  const {parent, collectionId, allDescendants} = query
  if (collectionId !== undefined && !allDescendants) return [`${parent}/${collectionId}`]
  return store.collections(parent, collectionId).filter((collection) => coversCollection(query, collection))
}

function selectByName(
  store: DocumentStore,
  query: Query,
  end: number | undefined,
  at: number | undefined,
): NamedDocument[] {
  const matches = createQueryMatcher(query)
  const inside = createCursorTest(query)
  const both: Matcher = (document) => matches(document) && inside([{kind: 'reference', value: document.name}])
  const found = [...findMatches(store, query, at, end, both)]
  // A collection comes in order; several of them lie between one another.
  if (query.collectionId === undefined || query.allDescendants) found.sort((a, b) => compareNames(a.name, b.name))
  return query.orderBy[0]?.descending ? found.toReversed() : found
}

function selectByFields(store: DocumentStore, query: Query, at: number | undefined): NamedDocument[] {
  const readers = query.orderBy.map(({path}) => createFieldReader(path))
  const inside = createCursorTest(query)
  const entries: {readonly document: NamedDocument; readonly keys: readonly Value[]}[] = []
  for (const document of findMatches(store, query, at)) {
    const keys = readers.map((read) => read(document)!)
    if (inside(keys)) entries.push({document, keys})
  }
  entries.sort((left, right) => compareKeys(left.keys, right.keys, query.orderBy))
  return entries.map(({document}) => document)
}

/** Tests whether a document with these values in the orders lies between the query's cursors. */
function createCursorTest({startAt, endAt, orderBy}: Query): (keys: readonly Value[]) => boolean {
  const place = (cursor: Cursor, keys: readonly Value[]): number =>
    compareKeys(keys.slice(0, cursor.values.length), cursor.values, orderBy)
  return (keys) => {
    if (startAt && startAt.values.length > 0) {
      const order = place(startAt, keys)
      if (startAt.before ? order < 0 : order <= 0) return false
    }
    if (endAt && endAt.values.length > 0) {
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
