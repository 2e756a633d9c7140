import {failedPrecondition, invalidArgument} from '../errors.ts'
import {DOCUMENT_NAME, formatFieldPath} from '../paths/field-path.ts'
import {parseParent} from '../paths/names.ts'
import {checkId} from '../paths/segments.ts'
import {checkCursor, checkFilterOperand} from './check-operands.ts'
import {isName} from './decode-filter.ts'
import {checkDisjunctions, countArrayFilters} from './disjunctions.ts'
import {isInequality, listFilters} from './query.ts'
import type {FieldFilter, Filter, Query} from './query.ts'

// https://firebase.google.com/docs/firestore/query-data/queries#query_limitations
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
  if (query.nearest) checkNearest(query)
  const filters = listFilters(query.where)
  const {database} = parseParent(query.parent)
  for (const filter of filters) checkFilterOperand(filter, database)
  for (const cursor of [query.startAt, query.endAt]) if (cursor) checkCursor(cursor, query.orderBy, database)
  if (isBelowDocument(query) && query.collectionId !== undefined) checkGroup(query, filters)
  checkKeyScan(query, filters)
  checkOrders(query, filters)
  checkFilters(query.where, filters)
  checkParts(query, filters)
  if (query.collectionId === undefined) checkKindless(query, filters)
}

function checkNearest({limit, offset, startAt, endAt}: Query): void {
  if (limit !== undefined) throw invalidArgument('A query limit cannot be used with FindNearest')
  if (offset > 0) throw invalidArgument('A query offset cannot be used with FindNearest')
  if (startAt ?? endAt) throw invalidArgument('A cursor cannot be used with FindNearest')
}

/** There is no descending index of names alone. */
function checkKeyScan({collectionId, orderBy}: Query, filters: readonly FieldFilter[]): void {
  if (collectionId === undefined || orderBy.length === 0 || orderBy.some(({descending}) => !descending)) return
  if ([...orderBy, ...filters].every(({path}) => isName(path))) {
    throw failedPrecondition('Firestore does not support descending key scans')
  }
}

/** Whether a query is about all that lies below a document; there is an index by name for those, and no other. */
export function isBelowDocument({parent, allDescendants}: Query): boolean {
  return allDescendants && parseParent(parent).segments.length > 0
}

function checkGroup({orderBy}: Query, filters: readonly FieldFilter[]): void {
  if (![...orderBy, ...filters].every(({path}) => isName(path))) {
    throw invalidArgument('collection group queries are only allowed at the root parent')
  }
  if (!orderBy.some(({descending}) => descending)) return
  throw failedPrecondition(
    "collection group queries are only allowed if they're at the root or they're an ascending primary key scan",
  )
}

/** Whether a query, given with the orders of the request, says itself how it goes by name. */
export function ordersByName({orderBy, where}: Query): boolean {
  if (orderBy.some(({path}) => isName(path))) return true
  return listFilters(where).some(({path}) => isName(path))
}

function checkOrders({orderBy}: Query, filters: readonly FieldFilter[]): void {
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
  if (where) checkDisjunctions(where)
  checkKeyEquality(filters)
  const ranged = new Set(filters.filter(isInequality).map(({path}) => formatFieldPath(path)))
  if (ranged.size > MAX_INEQUALITY_FIELDS) {
    throw invalidArgument(
      `The query contains ${ranged.size} distinct inequality fields: [${[...ranged].join(', ')}]. ` +
        `A query may not have more than ${MAX_INEQUALITY_FIELDS} distinct inequality fields.`,
    )
  }
}

/** https://firebase.google.com/docs/firestore/query-data/multiple-range-fields#limitations */
function checkKeyEquality(filters: readonly FieldFilter[]): void {
  const ranges = filters.filter(isInequality)
  if (ranges.length === 0 || ranges.some(({path}) => isName(path)) || !filters.some(({path}) => isName(path))) return
  throw invalidArgument(
    'Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.',
  )
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
