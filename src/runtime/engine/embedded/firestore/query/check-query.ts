import {isDeepStrictEqual} from 'node:util'
import {failedPrecondition, invalidArgument} from '../errors.ts'
import {DOCUMENT_NAME, formatFieldPath} from '../paths/field-path.ts'
import {parseParent} from '../paths/names.ts'
import {checkId} from '../paths/segments.ts'
import {isName} from './decode-filter.ts'
import {isInequality, listFilters} from './query.ts'
import type {FieldFilter, Filter, Query} from './query.ts'

// https://firebase.google.com/docs/firestore/query-data/queries#query_limitations
const MAX_DISJUNCTIONS = 30
const MAX_INEQUALITY_FIELDS = 10
const MAX_PARTS = 100

const NEGATIVE: ReadonlySet<string> = new Set(['NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', 'IS_NOT_NULL'])

/**
 * Refuses what production refuses of a query, given with the orders of the request. Throws INVALID_ARGUMENT, and
 * FAILED_PRECONDITION where there can be no index.
 */
export function checkQuery(query: Query): void {
  if (query.offset < 0) throw invalidArgument('offset is negative')
  if (query.limit !== undefined && query.limit < 0) throw invalidArgument('limit is negative')
  if (query.collectionId !== undefined) checkId(query.collectionId, 'Collection id')
  const filters = listFilters(query.where)
  checkKeyScan(query, filters)
  checkOrders(query, filters)
  checkFilters(query.where, filters)
  checkParts(query, filters)
  if (query.collectionId === undefined) checkKindless(query, filters)
}

/** There is no descending index of names alone. */
function checkKeyScan({collectionId, orderBy}: Query, filters: readonly FieldFilter[]): void {
  if (collectionId === undefined || orderBy.length === 0 || orderBy.some(({descending}) => !descending)) return
  if ([...orderBy, ...filters].every(({path}) => isName(path))) {
    throw failedPrecondition('Firestore does not support descending key scans')
  }
}

/** Whether a query, given with the orders of the request, says itself how it goes by name. */
export function ordersByName({orderBy, where}: Query): boolean {
  if (orderBy.some(({path}) => isName(path))) return true
  return listFilters(where).some((filter) => isInequality(filter) && isName(filter.path))
}

function checkOrders({orderBy, startAt, endAt}: Query, filters: readonly FieldFilter[]): void {
  const seen = new Set<string>()
  for (const {path} of orderBy) {
    const text = formatFieldPath(path)
    if (seen.has(DOCUMENT_NAME)) throw invalidArgument('order by clause cannot contain more fields after the key')
    if (seen.has(text)) throw invalidArgument(`order by clause cannot contain duplicate fields ${text}`)
    seen.add(text)
  }
  // A range on a field orders by it, which would have to follow the name.
  const isLate = (filter: FieldFilter) => isInequality(filter) && !seen.has(formatFieldPath(filter.path))
  if (seen.has(DOCUMENT_NAME) && filters.some(isLate)) {
    throw invalidArgument('order by clause cannot contain more fields after the key')
  }
  for (const cursor of [startAt, endAt]) {
    if (!cursor) continue
    if (cursor.values.length > orderBy.length) throw invalidArgument('Cursor has too many values.')
    for (const [at, value] of cursor.values.entries()) {
      if (orderBy[at]!.path[0] === DOCUMENT_NAME && value.kind !== 'reference') {
        throw invalidArgument('Cursor value for __key__ must be a Key')
      }
    }
  }
}

function checkFilters(where: Filter | undefined, filters: readonly FieldFilter[]): void {
  const operators = filters.map(({operator}) => operator)
  if (operators.filter((operator) => NEGATIVE.has(operator)).length > 1) {
    throw invalidArgument(
      "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    )
  }
  const branches = hasOr(where) || operators.includes('IN') || operators.includes('ARRAY_CONTAINS_ANY')
  if (operators.includes('NOT_IN') && branches) {
    throw invalidArgument("'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.")
  }
  if (where && countArrayFilters(where) > 1) {
    throw invalidArgument("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.")
  }
  const disjunctions = where ? countDisjunctions(where) : 1
  if (disjunctions > MAX_DISJUNCTIONS) {
    throw invalidArgument(
      `Too many disjunctions after normalization. Result had ${disjunctions} disjunctions which is more than the ` +
        `maximum of ${MAX_DISJUNCTIONS}`,
    )
  }
  const ranged = new Set(filters.filter(isInequality).map(({path}) => formatFieldPath(path)))
  if (ranged.size > MAX_INEQUALITY_FIELDS) {
    throw invalidArgument(
      `The query contains ${ranged.size} distinct inequality fields: [${[...ranged].join(', ')}]. ` +
        `A query may not have more than ${MAX_INEQUALITY_FIELDS} distinct inequality fields.`,
    )
  }
}

function checkParts({parent, allDescendants, orderBy}: Query, filters: readonly FieldFilter[]): void {
  const ancestor = parseParent(parent).segments.length > 0 || !allDescendants ? 0 : 1
  if (filters.length + orderBy.length + ancestor <= MAX_PARTS) return
  throw invalidArgument(
    `The query may not have more than ${MAX_PARTS} filters + sort orders + ancestor total. Currently there are ` +
      `${filters.length} filters, ${orderBy.length} sort orders, and ${ancestor ? 'an' : 'no'} ancestor filter.`,
  )
}

/** Queries over all collections may only go by name. */
function checkKindless({orderBy}: Query, filters: readonly FieldFilter[]): void {
  for (const {path} of filters) {
    if (path[0] !== DOCUMENT_NAME) throw invalidArgument(`kind is required for filter: ${formatFieldPath(path)}`)
  }
  if (orderBy.some(({path, descending}) => path[0] !== DOCUMENT_NAME || descending)) {
    throw invalidArgument('kind is required for all orders except __key__ ascending')
  }
}

function hasOr(filter: Filter | undefined): boolean {
  return filter?.kind === 'or' || (filter?.kind === 'and' && filter.filters.some(hasOr))
}

/** What is combined, without what is there twice. */
function partsOf({filters}: Extract<Filter, {kind: 'and' | 'or'}>): readonly Filter[] {
  return filters.filter((filter, at) => !filters.slice(0, at).some((other) => isDeepStrictEqual(other, filter)))
}

/** The most array filters that meet in one alternative. */
function countArrayFilters(filter: Filter): number {
  if (filter.kind === 'and') return partsOf(filter).reduce((sum, inner) => sum + countArrayFilters(inner), 0)
  if (filter.kind === 'or') return Math.max(0, ...filter.filters.map(countArrayFilters))
  return filter.operator === 'ARRAY_CONTAINS' || filter.operator === 'ARRAY_CONTAINS_ANY' ? 1 : 0
}

/** The number of alternatives when all filters are multiplied out. */
function countDisjunctions(filter: Filter): number {
  if (filter.kind === 'and') return filter.filters.reduce((product, inner) => product * countDisjunctions(inner), 1)
  if (filter.kind === 'or') return partsOf(filter).reduce((sum, inner) => sum + countDisjunctions(inner), 0) || 1
  if (filter.kind !== 'compare' || filter.value.kind !== 'array') return 1
  return filter.operator === 'IN' || filter.operator === 'ARRAY_CONTAINS_ANY' ? filter.value.values.length : 1
}
