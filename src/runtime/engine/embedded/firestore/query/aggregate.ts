import type {DocumentStore, NamedDocument} from '../../store/store.ts'
import {invalidArgument} from '../errors.ts'
import {formatFieldPath, isReserved} from '../paths/field-path.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {compareUtf8} from '../values/compare-text.ts'
import type {Fields, Value} from '../values/value.ts'
import {isBelowDocument} from './check-query.ts'
import {isName} from './decode-filter.ts'
import {createFieldReader} from './field-reader.ts'
import {createNumberSum} from './number-sum.ts'
import {findMatches, runQuery} from './run-query.ts'
import type {QueryTrace} from './run-query.ts'
import type {Query} from './query.ts'

export type Aggregation = {readonly alias: string} & (
  | {readonly kind: 'count'; readonly upTo: number | undefined}
  | {readonly kind: 'sum' | 'avg'; readonly path: FieldPath}
)

const MAX_AGGREGATIONS = 5
const MAX_ALIAS_BYTES = 1500

/** Refuses aggregations that production refuses. Throws INVALID_ARGUMENT. */
export function checkAggregations(aggregations: readonly Aggregation[], query: Query): void {
  if (aggregations.length === 0) throw invalidArgument('Aggregations can not be empty.')
  if (aggregations.length > MAX_AGGREGATIONS) {
    throw invalidArgument(`The maximum number of aggregations allowed in an aggregation query is ${MAX_AGGREGATIONS}.`)
  }
  const seen = new Set<string>()
  for (const aggregation of aggregations) {
    const {alias} = aggregation
    if (isReserved(alias)) throw invalidArgument(`The property.name "${alias}" is reserved.`)
    if (Buffer.byteLength(alias) > MAX_ALIAS_BYTES) {
      throw invalidArgument(`The property.name is longer than ${MAX_ALIAS_BYTES} bytes.`)
    }
    if (seen.has(alias)) throw invalidArgument(`Aggregation aliases contain duplicate alias: ${alias}.`)
    seen.add(alias)
    if (aggregation.kind !== 'count' && isName(aggregation.path)) {
      throw invalidArgument('Aggregations are not supported for the property: __key__')
    }
    if (aggregation.kind === 'count' && (aggregation.upTo ?? 0) < 0) {
      throw invalidArgument('up_to must be non-negative.')
    }
  }
  if (query.select && aggregations.some(({kind}) => kind !== 'count')) {
    throw invalidArgument(
      query.select.every(isName)
        ? 'Aggregation over non-key properties is not supported for base query that only returns keys.'
        : 'Cannot apply property masks when aggregation fields are present.',
    )
  }
  checkFieldsBeforeName(aggregations, query)
}

/** The fields of sums and averages come into the index of the query, where nothing can follow the name. */
function checkFieldsBeforeName(aggregations: readonly Aggregation[], query: Query): void {
  if (!query.ordersByName && !isBelowDocument(query)) return
  const ordered = new Set(query.orderBy.map(({path}) => formatFieldPath(path)))
  const fields = aggregations.flatMap((each) => (each.kind === 'count' ? [] : [each.path]))
  const late = fields.filter((path) => !ordered.has(formatFieldPath(path))).map((path) => path.join('.'))
  const after = [...new Set(late)].toSorted(compareUtf8)
  if (after.length === 0) return
  throw invalidArgument(
    `This query requires an index that has fields [${after.join(', ')}] after __name__ and Firestore does not currently ` +
      'support such an index. Please try the query again with additional ordering on those fields.',
  )
}

/**
 * Computes aggregations over a query's results, keyed by alias. Only documents that have every aggregated field take
 * part, also in a count beside a sum.
 */
export function runAggregations(
  store: DocumentStore,
  query: Query,
  aggregations: readonly Aggregation[],
  at: number | undefined,
  trace?: QueryTrace,
): Fields {
  const folds = aggregations.map((aggregation) => ({alias: aggregation.alias, fold: createFold(aggregation)}))
  for (const document of selectDocuments(store, orderByFields(query, aggregations), at, trace)) {
    for (const {fold} of folds) fold.add(document)
  }
  return new Map(folds.map(({alias, fold}) => [alias, fold.result()]))
}

/** Order matters only where something is cut off; without that, documents pass one by one and none is kept. */
function selectDocuments(
  store: DocumentStore,
  query: Query,
  at: number | undefined,
  trace: QueryTrace | undefined,
): Iterable<NamedDocument> {
  const cut = query.limit !== undefined || query.offset > 0 || query.startAt || query.endAt || query.nearest
  return cut ? runQuery(store, query, at, trace) : findMatches(store, query, at, {trace})
}

/**
 * Ordering by a field keeps the documents that have it. The service orders by the aggregated fields before the name, as the
 * index does that it reads, which tells where something is cut off.
 */
export function orderByFields(query: Query, aggregations: readonly Aggregation[]): Query {
  const ordered = new Set(query.orderBy.map(({path}) => formatFieldPath(path)))
  const fields = aggregations.flatMap((aggregation) => (aggregation.kind === 'count' ? [] : [aggregation.path]))
  const name = query.orderBy.findIndex(({path}) => isName(path))
  const added = fields
    .filter((path) => !ordered.has(formatFieldPath(path)))
    .toSorted((a, b) => compareUtf8(a.join('.'), b.join('.')))
    .map((path) => ({path, descending: query.orderBy[name]?.descending ?? false}))
  return {...query, orderBy: query.orderBy.toSpliced(name === -1 ? query.orderBy.length : name, 0, ...added)}
}

type Fold = {readonly add: (document: NamedDocument) => void; readonly result: () => Value}

function createFold(aggregation: Aggregation): Fold {
  if (aggregation.kind === 'count') {
    const most = aggregation.upTo ?? Number.POSITIVE_INFINITY
    let count = 0
    return {
      add: () => {
        if (count < most) count++
      },
      result: () => ({kind: 'integer', value: BigInt(count)}),
    }
  }
  const read = createFieldReader(aggregation.path)
  const numbers = createNumberSum()
  return {
    add: (document) => {
      const value = read(document)
      if (value) numbers.add(value)
    },
    result: aggregation.kind === 'avg' ? numbers.average : numbers.sum,
  }
}
