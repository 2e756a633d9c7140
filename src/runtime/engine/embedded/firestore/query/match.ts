import type {NamedDocument} from '../../store/store.ts'
import {compareValues, typeRank} from '../values/compare.ts'
import {isNaNValue} from '../values/value.ts'
import type {Value} from '../values/value.ts'
import {createFieldReader} from './field-reader.ts'
import type {CompareOperator, Filter, UnaryOperator} from './query.ts'

export type Matcher = (document: NamedDocument) => boolean

/** Compiles a filter into a test on stored documents. */
export function createMatcher(filter: Filter | undefined): Matcher {
  if (!filter) return () => true
  if (filter.kind === 'and' || filter.kind === 'or') {
    const matchers = filter.filters.map(createMatcher)
    if (filter.kind === 'and' || matchers.length === 0) return (document) => matchers.every((match) => match(document))
    return (document) => matchers.some((match) => match(document))
  }
  const read = createFieldReader(filter.path)
  const test = filter.kind === 'unary' ? testUnary(filter.operator) : testCompare(filter.operator, filter.value)
  return (document) => {
    const value = read(document)
    return value !== undefined && test(value)
  }
}

type Test = (value: Value) => boolean

function testUnary(operator: UnaryOperator): Test {
  switch (operator) {
    case 'IS_NULL':
      return isNull
    case 'IS_NAN':
      return isNaNValue
    case 'IS_NOT_NULL':
      return (value) => !isNull(value)
    case 'IS_NOT_NAN':
      return (value) => !isNull(value) && !isNaNValue(value)
    default:
      return operator satisfies never
  }
}

/** Null and NaN equal nothing, as in SQL; asking for them is what the unary operators are for. */
function testCompare(operator: CompareOperator, operand: Value): Test {
  const operands = operand.kind === 'array' ? operand.values : []
  const isOneOf: Test = (value) => operands.some((wanted) => equals(value, wanted))
  const inRange = (accepts: (order: number) => boolean): Test => {
    const rank = typeRank(operand)
    if (isNull(operand) || isNaNValue(operand)) return () => false
    return (value) => typeRank(value) === rank && accepts(compareValues(value, operand))
  }
  switch (operator) {
    case 'EQUAL':
      return (value) => equals(value, operand)
    case 'LESS_THAN':
      return inRange((order) => order < 0)
    case 'LESS_THAN_OR_EQUAL':
      return inRange((order) => order <= 0)
    case 'GREATER_THAN':
      return inRange((order) => order > 0)
    case 'GREATER_THAN_OR_EQUAL':
      return inRange((order) => order >= 0)
    case 'NOT_EQUAL':
      if (isNull(operand)) return () => false
      return (value) => !isNull(value) && !equals(value, operand)
    case 'IN':
      return isOneOf
    case 'NOT_IN':
      if (operands.some(isNull)) return () => false
      return (value) => !isNull(value) && !isOneOf(value)
    case 'ARRAY_CONTAINS':
      return (value) => value.kind === 'array' && value.values.some((element) => equals(element, operand))
    case 'ARRAY_CONTAINS_ANY':
      return (value) => value.kind === 'array' && value.values.some(isOneOf)
    default:
      return operator satisfies never
  }
}

function equals(value: Value, operand: Value): boolean {
  return !isNull(operand) && !isNaNValue(operand) && compareValues(value, operand) === 0
}

function isNull(value: Value): boolean {
  return value.kind === 'null'
}
