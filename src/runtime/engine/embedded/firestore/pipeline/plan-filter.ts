import {DOCUMENT_NAME, formatFieldPath} from '../paths/field-path.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {isName} from '../query/decode-filter.ts'
import type {CompareOperator, Filter} from '../query/query.ts'
import {isNaNValue} from '../values/value.ts'
import type {Value} from '../values/value.ts'
import {walkExpressions} from './expression.ts'
import type {Expression, FunctionCall} from './expression.ts'

/** What is known of the rows that conditions are about. */
export type Known = {
  /** The value of an expression that says the same for every row; undefined for others. */
  readonly read: (expression: Expression) => Value | undefined
  /** The name of the only collection that they are of. */
  readonly collection: string | undefined
}

const COMPARISONS: Readonly<Record<string, CompareOperator>> = {
  equal: 'EQUAL',
  less_than: 'LESS_THAN',
  less_than_or_equal: 'LESS_THAN_OR_EQUAL',
  greater_than: 'GREATER_THAN',
  greater_than_or_equal: 'GREATER_THAN_OR_EQUAL',
}

/** The same comparison with its sides exchanged. */
const EXCHANGED: Readonly<Record<string, CompareOperator>> = {
  equal: 'EQUAL',
  less_than: 'GREATER_THAN',
  less_than_or_equal: 'GREATER_THAN_OR_EQUAL',
  greater_than: 'LESS_THAN',
  greater_than_or_equal: 'LESS_THAN_OR_EQUAL',
}

/**
 * A filter of ordinary queries that lets through every document for which all the conditions are true, so that the indexes
 * of queries serve pipelines. It leaves aside what queries and pipelines see differently, such as null and NaN.
 */
export function planFilter(conditions: readonly Expression[], known: Known): Filter | undefined {
  const filters = conditions.flatMap((condition) => planCondition(condition, known) ?? [])
  if (filters.length < 2) return filters[0]
  return {kind: 'and', filters}
}

function planCondition(condition: Expression, known: Known): Filter | undefined {
  if (condition.kind !== 'function') return undefined
  const {name, args} = condition
  const {read} = known
  if (name === 'and') return planFilter(args, known)
  if (name === 'or') {
    const filters = args.map((arg) => planCondition(arg, known))
    return filters.every((filter) => filter !== undefined) ? {kind: 'or', filters} : undefined
  }
  if (Object.hasOwn(COMPARISONS, name)) return planId(condition, known) ?? planComparison(condition, known)
  const [field, operand] = args
  const path = field && pathOf(field)
  if (!path || !operand || args.length !== 2) return undefined
  if (name === 'array_contains') return compare(path, 'ARRAY_CONTAINS', read(operand))
  if (name === 'array_contains_any') return compareAny(path, 'ARRAY_CONTAINS_ANY', readList(operand, read))
  return name === 'equal_any' ? compareAny(path, 'IN', readList(operand, read)) : undefined
}

function planComparison({name, args}: FunctionCall, {read}: Known): Filter | undefined {
  const [left, right] = args
  if (!left || !right || args.length !== 2) return undefined
  const path = pathOf(left)
  if (path) return compare(path, COMPARISONS[name]!, read(right))
  const exchanged = pathOf(right)
  return exchanged && compare(exchanged, EXCHANGED[name]!, read(left))
}

/** The comparison of a document's id, where that tells its name. */
function planId({name, args}: FunctionCall, {read, collection}: Known): Filter | undefined {
  if (name !== 'equal' || collection === undefined || args.length !== 2) return undefined
  const [left, right] = isId(args[1]!) ? [args[1]!, args[0]!] : [args[0]!, args[1]!]
  const id = isId(left) ? read(right) : undefined
  if (id?.kind !== 'string' || id.value === '' || id.value.includes('/')) return undefined
  return compare([DOCUMENT_NAME], 'EQUAL', {kind: 'reference', value: `${collection}/${id.value}`})
}

function isId(expression: Expression): boolean {
  if (expression.kind !== 'function' || expression.name !== 'document_id') return false
  const [name, ...more] = expression.args
  return more.length === 0 && name?.kind === 'field' && isName(name.path)
}

function compare(path: FieldPath, operator: CompareOperator, value: Value | undefined): Filter | undefined {
  if (!value || !isOrdinary(value)) return undefined
  if (isName(path) && (value.kind !== 'reference' || operator === 'ARRAY_CONTAINS')) return undefined
  return {kind: 'compare', path, operator, value}
}

function compareAny(
  path: FieldPath,
  operator: CompareOperator,
  values: readonly Value[] | undefined,
): Filter | undefined {
  if (!values || isName(path) || !values.every(isOrdinary)) return undefined
  return {kind: 'compare', path, operator, value: {kind: 'array', values}}
}

function readList(expression: Expression, read: Known['read']): readonly Value[] | undefined {
  const value = read(expression)
  return value?.kind === 'array' ? value.values : undefined
}

function isOrdinary(value: Value): boolean {
  return value.kind !== 'null' && !isNaNValue(value)
}

/** The path of a stored field or of the name; the other names that begin with underscores are not stored. */
function pathOf(expression: Expression): FieldPath | undefined {
  if (expression.kind !== 'field') return undefined
  return isName(expression.path) || !expression.path[0]!.startsWith('__') ? expression.path : undefined
}

/** Whether the conditions are only true where a document has the field. */
export function impliesField(conditions: readonly Expression[], path: FieldPath): boolean {
  const wanted = formatFieldPath(path)
  return conditions.some((condition) => {
    if (condition.kind !== 'function') return false
    const {name, args} = condition
    if (name === 'and') return impliesField(args, path)
    const [field, operand] = args
    const isField = field?.kind === 'field' && formatFieldPath(field.path) === wanted
    // Nothing compares with nothing, but not with a value.
    return isField && (name === 'exists' || (Object.hasOwn(COMPARISONS, name) && operand?.kind === 'constant'))
  })
}

/** Names of functions that say something else for each row, or each time. */
const CHANGING: ReadonlySet<string> = new Set([
  'current_context',
  'current_document',
  'rand',
  'document_matches',
  'score',
])

/** Whether an expression has the same value for all rows of a pipeline that defines no variables before it. */
export function isIndependent(expression: Expression): boolean {
  for (const inner of walkExpressions(expression)) {
    if (inner.kind === 'field' || inner.kind === 'pipeline') return false
    if (inner.kind === 'function' && CHANGING.has(inner.name)) return false
  }
  return true
}
