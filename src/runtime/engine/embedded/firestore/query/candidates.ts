import {isWhole} from '../../store/index-keys.ts'
import {successorOf} from '../../store/keys.ts'
import type {DocumentStore, IdRange, IndexedDocument, IndexReader, NamedDocument} from '../../store/store.ts'
import {formatFieldPath} from '../paths/field-path.ts'
import {isName} from './decode-filter.ts'
import type {Lookup} from './plan-lookups.ts'
import type {Query} from './query.ts'

/** Documents of one collection among which its results are. */
export type Candidates = {
  readonly documents: Iterable<NamedDocument>
  /**
   * Whether reading may stop behind a document, given the next one, when there are enough results: never, or where
   * everything that follows comes later in the query's order.
   */
  readonly mayStop: (document: NamedDocument, next: NamedDocument) => boolean
  /** They come in the query's order. */
  readonly inOrder: boolean
  /** The entries of indexes that are read, or undefined for a scan. */
  readonly lookups: readonly Lookup[] | undefined
}

/** Entries counted at most to tell which of several indexes finds less. */
const ENOUGH = 1000

type Opened = {readonly lookup: Lookup; readonly reader: IndexReader}

/** Where the candidates of a collection come from: an index where one serves, else the collection itself. */
export function openCandidates(
  store: DocumentStore,
  {collection, ids, at}: {readonly collection: string; readonly ids: IdRange; readonly at: number | undefined},
  query: Query,
  plans: readonly (readonly Lookup[])[],
): Candidates {
  // Indexes know the latest state only.
  const opened = at === undefined ? pickPlan(store, collection, plans) : undefined
  if (!opened) {
    const inOrder = isByName(query, false)
    return {documents: store.scan(collection, ids, at), mayStop: () => inOrder, inOrder, lookups: undefined}
  }
  const lookups = opened.map(({lookup}) => lookup)
  const [only] = opened
  if (opened.length > 1 || !only) {
    return {documents: readOnce(opened), mayStop: () => false, inOrder: false, lookups}
  }
  const {lookup, reader} = only
  const [first] = query.orderBy
  const descending = first?.descending ?? false
  if (lookup.ranges.length === 1 && isByName(query, descending) && isPoint(lookup)) {
    return {documents: reader.read(lookup.ranges, descending), mayStop: () => true, inOrder: true, lookups}
  }
  if (lookup.index.of === 'elements') {
    return {documents: readOnce(opened), mayStop: () => false, inOrder: false, lookups}
  }
  if (!first || formatFieldPath(first.path) !== formatFieldPath(lookup.index.path)) {
    return {documents: reader.read(lookup.ranges, false), mayStop: () => false, inOrder: false, lookups}
  }
  const [, second] = query.orderBy
  const byNameNext = second !== undefined && isName(second.path) && second.descending === descending
  return {
    documents: reader.read(lookup.ranges, descending),
    mayStop: (document, next) => {
      const [left, right] = [keyOf(document), keyOf(next)]
      return (byNameNext && isWhole(left)) || Buffer.compare(left, right) !== 0
    },
    inOrder: false,
    lookups,
  }
}

/** Opens the plan with the fewest entries; a plan of which a part has no index is none. */
function pickPlan(
  store: DocumentStore,
  collection: string,
  plans: readonly (readonly Lookup[])[],
): readonly Opened[] | undefined {
  const usable: Opened[][] = []
  for (const plan of plans) {
    const opened: Opened[] = []
    for (const lookup of plan) {
      const reader = store.openIndex(collection, lookup.index)
      if (reader) opened.push({lookup, reader})
    }
    if (opened.length === plan.length) usable.push(opened)
  }
  if (usable.length < 2) return usable[0]
  const sized = usable.map((opened) => ({opened, size: countEntries(opened)}))
  return sized.reduce((best, other) => (other.size < best.size ? other : best)).opened
}

function countEntries(opened: readonly Opened[]): number {
  return opened.reduce((sum, {lookup, reader}) => sum + reader.count(lookup.ranges, ENOUGH), 0)
}

/** Each document once, however many entries it has. */
function* readOnce(opened: readonly Opened[]): Generator<NamedDocument> {
  const seen = new Set<string>()
  for (const {lookup, reader} of opened) {
    for (const document of reader.read(lookup.ranges, false)) {
      if (seen.has(document.name)) continue
      seen.add(document.name)
      yield document
    }
  }
}

function keyOf(document: NamedDocument): Uint8Array {
  return (document as IndexedDocument).indexKey
}

function isByName({orderBy: [first]}: Query, descending: boolean): boolean {
  return first !== undefined && isName(first.path) && first.descending === descending
}

/** Whether the one range has a single key in it. */
function isPoint({ranges: [range]}: Lookup): boolean {
  return range !== undefined && Buffer.compare(range.to, successorOf(range.from)) === 0
}
