import {invalidArgument} from '../errors.ts'
import {DOCUMENT_NAME, parseFieldPath} from '../paths/field-path.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {decodeValue} from '../values/decode.ts'
import type {Reader} from '../values/reader.ts'
import type {Value} from '../values/value.ts'
import type {CompareOperator, Filter, UnaryOperator} from './query.ts'

/** By the numbers of StructuredQuery.FieldFilter.Operator in google/firestore/v1/query.proto. */
const COMPARE: readonly (CompareOperator | undefined)[] = [
  undefined,
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL',
  'EQUAL',
  'NOT_EQUAL',
  'ARRAY_CONTAINS',
  'IN',
  'ARRAY_CONTAINS_ANY',
  'NOT_IN',
]
const UNARY: readonly (UnaryOperator | undefined)[] = [
  undefined,
  undefined,
  'IS_NAN',
  'IS_NULL',
  'IS_NOT_NAN',
  'IS_NOT_NULL',
]

/** Reads a StructuredQuery.Filter message. Throws INVALID_ARGUMENT. */
export function decodeFilter(reader: Reader): Filter {
  let filter: Filter | undefined
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) filter = decodeComposite(reader.message())
    else if (tag === 0x12) filter = decodeCompare(reader.message())
    else if (tag === 0x1a) filter = decodeUnary(reader.message())
    else reader.skip(tag)
  }
  if (!filter) throw invalidArgument('Unknown Filter type.')
  return filter
}

function decodeComposite(reader: Reader): Filter {
  let operator = 0
  const filters: Filter[] = []
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x08) operator = reader.uint()
    else if (tag === 0x12) filters.push(decodeFilter(reader.message()))
    else reader.skip(tag)
  }
  if (operator !== 1 && operator !== 2) throw invalidArgument('Unsupported CompositeFilter operator.')
  if (operator === 2 && filters.length === 0)
    throw invalidArgument('Composite filter must have at least one sub-filter.')
  return {kind: operator === 1 ? 'and' : 'or', filters}
}

function decodeCompare(reader: Reader): Filter {
  let path: FieldPath | undefined
  let operator: CompareOperator | undefined
  let value: Value | undefined
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) path = decodeFieldReference(reader.message())
    else if (tag === 0x10) operator = COMPARE[reader.uint()]
    else if (tag === 0x1a) value = decodeValue(reader.message())
    else reader.skip(tag)
  }
  if (!operator) throw invalidArgument('Unknown FieldFilter operator.')
  if (!value) throw invalidArgument('Cannot convert firestore.v1.Value with type unset.')
  return {kind: 'compare', path: path ?? parseFieldPath(''), operator, value}
}

function decodeUnary(reader: Reader): Filter {
  let path: FieldPath | undefined
  let operator: UnaryOperator | undefined
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x08) operator = UNARY[reader.uint()]
    else if (tag === 0x12) path = decodeFieldReference(reader.message())
    else reader.skip(tag)
  }
  if (!operator) throw invalidArgument('Unknown UnaryFilter operator.')
  return {kind: 'unary', path: path ?? parseFieldPath(''), operator}
}

/** Reads a StructuredQuery.FieldReference message. */
export function decodeFieldReference(reader: Reader): FieldPath {
  let text = ''
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x12) text = reader.string()
    else reader.skip(tag)
  }
  return parseFieldPath(text)
}

/** Whether the path is the document's own name. */
export function isName(path: FieldPath): boolean {
  return path.length === 1 && path[0] === DOCUMENT_NAME
}
