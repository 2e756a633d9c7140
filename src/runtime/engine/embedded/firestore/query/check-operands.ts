import {invalidArgument} from '../errors.ts'
import {formatFieldPath, isReserved} from '../paths/field-path.ts'
import {parseDocumentName} from '../paths/names.ts'
import {checkVector, measureScalar} from '../values/validate.ts'
import {vectorElements} from '../values/value.ts'
import type {Value} from '../values/value.ts'
import {isName} from './decode-filter.ts'
import type {CompareOperator, Cursor, FieldFilter, Order} from './query.ts'

// https://firebase.google.com/docs/firestore/query-data/queries#query_limitations
const MAX_VALUES: Partial<Record<CompareOperator, number>> = {IN: 30, ARRAY_CONTAINS_ANY: 30, NOT_IN: 10}
/** Longer values are cut off in production's indexes, so it does not compare with them. */
const MAX_BYTES = 1500

/** Refuses what a filter of a query in `database` compares with where no value can be that. Throws INVALID_ARGUMENT. */
export function checkFilterOperand(filter: FieldFilter, database: string): void {
  const {path} = filter
  if (filter.kind === 'unary') {
    if (isName(path)) throw invalidArgument('__key__ filter value must be a Key')
    return
  }
  const operands = listOperands(filter.operator, filter.value)
  const inArray = filter.operator.startsWith('ARRAY_CONTAINS')
  if (isName(path)) {
    if (inArray) throw invalidArgument('the name __key__ is reserved')
    for (const operand of operands) checkKey(operand, database)
    return
  }
  for (const operand of operands) {
    if (measureOperand(operand) > MAX_BYTES) {
      throw invalidArgument(
        `value for ${formatFieldPath(path)}${inArray ? '[*]' : ''} is too large to be used in a query`,
      )
    }
  }
}

function listOperands(operator: CompareOperator, value: Value): readonly Value[] {
  const most = MAX_VALUES[operator]
  if (most === undefined) return [value]
  if (value.kind !== 'array') throw invalidArgument(`'${operator}' requires an ArrayValue.`)
  if (value.values.length === 0) throw invalidArgument(`'${operator}' requires an non-empty ArrayValue.`)
  if (value.values.length > most) {
    throw invalidArgument(`'${operator}' supports up to ${most} comparison values.`)
  }
  return value.values
}

function checkKey(operand: Value, database: string): void {
  if (operand.kind !== 'reference') throw invalidArgument('__key__ filter value must be a Key')
  const {database: other} = parseDocumentName(operand.value, 'Resource name')
  if (other === database) return
  throw invalidArgument(`The request was for database '${database}' but was attempting to access database '${other}'`)
}

/** Refuses a cursor that is no position in the given orders of a query in `database`. Throws INVALID_ARGUMENT. */
export function checkCursor({values}: Cursor, orderBy: readonly Order[], database: string): void {
  if (values.length > orderBy.length) throw invalidArgument('Cursor has too many values.')
  for (const value of values) measureOperand(value)
  // What is ordered by after a name is refused anyway.
  const key = values[orderBy.findIndex(({path}) => isName(path))]
  if (!key) return
  if (key.kind !== 'reference') throw invalidArgument('Cursor value for __key__ must be a Key')
  if (parseDocumentName(key.value).database !== database) {
    throw invalidArgument('The cursor key is in a different database than the query')
  }
}

/**
 * The size of a value in bytes, as an index counts it. An operand may be what a document cannot hold, such as an array in an
 * array; throws INVALID_ARGUMENT for what is no value at all.
 */
function measureOperand(value: Value): number {
  if (value.kind === 'array') return sum(value.values.map(measureOperand))
  if (value.kind !== 'map') return measureScalar(value)
  const elements = vectorElements(value)
  return elements ? checkVector(elements) : sum([...value.fields].map(measureEntry))
}

function measureEntry([name, value]: readonly [string, Value]): number {
  if (name === '__type__') {
    if (value.kind !== 'string') throw invalidArgument('Field __type__ is not a string.')
  } else if (isReserved(name)) throw invalidArgument(`field name '${name}' is reserved.`)
  return Buffer.byteLength(name) + 1 + measureOperand(value)
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0)
}
