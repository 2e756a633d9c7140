import type {FieldPath} from '../paths/field-path.ts'
import {isNaNValue} from '../values/value.ts'
import type {Value} from '../values/value.ts'
import type {Nearest} from './nearest.ts'

export type CompareOperator =
  | 'LESS_THAN'
  | 'LESS_THAN_OR_EQUAL'
  | 'GREATER_THAN'
  | 'GREATER_THAN_OR_EQUAL'
  | 'EQUAL'
  | 'NOT_EQUAL'
  | 'ARRAY_CONTAINS'
  | 'IN'
  | 'ARRAY_CONTAINS_ANY'
  | 'NOT_IN'

export type UnaryOperator = 'IS_NAN' | 'IS_NULL' | 'IS_NOT_NAN' | 'IS_NOT_NULL'

export type FieldFilter =
  | {readonly kind: 'compare'; readonly path: FieldPath; readonly operator: CompareOperator; readonly value: Value}
  | {readonly kind: 'unary'; readonly path: FieldPath; readonly operator: UnaryOperator}

export type Filter =
  | FieldFilter
  | {readonly kind: 'and'; readonly filters: readonly Filter[]}
  | {readonly kind: 'or'; readonly filters: readonly Filter[]}

export type Order = {readonly path: FieldPath; readonly descending: boolean}

/** A position in the order: before or after what has these values in the first orders. */
export type Cursor = {readonly values: readonly Value[]; readonly before: boolean}

/** A StructuredQuery as this engine runs it: checked, with the orders that the service adds by itself. */
export type Query = {
  /** Name of the document or root below which the collections lie. */
  readonly parent: string
  /** Absent for queries over all collections (kindless). */
  readonly collectionId: string | undefined
  readonly allDescendants: boolean
  readonly where: Filter | undefined
  /** Ends with `__name__`. */
  readonly orderBy: readonly Order[]
  /** Whether the request itself orders by name, in an order or a filter; otherwise the service does, last of all. */
  readonly ordersByName?: boolean
  readonly startAt: Cursor | undefined
  readonly endAt: Cursor | undefined
  readonly offset: number
  readonly limit: number | undefined
  /** Absent: whole documents. Empty: names only. */
  readonly select: readonly FieldPath[] | undefined
  /** Of all that the rest selects, only the documents nearest to a vector. */
  readonly nearest?: Nearest | undefined
}

/** Every single-field filter inside, however deep. */
export function listFilters(filter: Filter | undefined): readonly FieldFilter[] {
  if (!filter) return []
  return filter.kind === 'and' || filter.kind === 'or' ? filter.filters.flatMap(listFilters) : [filter]
}

const INEQUALITIES: ReadonlySet<string> = new Set([
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL',
  'NOT_EQUAL',
  'NOT_IN',
  'IS_NOT_NAN',
  'IS_NOT_NULL',
])

/**
 * Whether the filter selects a range, by which the service then also orders. Nothing but itself compares with null and NaN,
 * so a range from there is none.
 */
export function isInequality(filter: FieldFilter): boolean {
  if (!INEQUALITIES.has(filter.operator)) return false
  if (filter.kind === 'unary') return true
  const {operator, value} = filter
  if (operator === 'NOT_IN') return value.kind !== 'array' || value.values.some(({kind}) => kind !== 'null')
  if (value.kind === 'null') return false
  return operator === 'NOT_EQUAL' || !isNaNValue(value)
}
