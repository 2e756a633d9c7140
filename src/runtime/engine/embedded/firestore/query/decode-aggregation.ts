import {invalidArgument} from '../errors.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {parseFieldPath} from '../paths/field-path.ts'
import {readMessage} from '../values/read-message.ts'
import type {Reader} from '../values/reader.ts'
import {checkAggregations} from './aggregate.ts'
import type {Aggregation} from './aggregate.ts'
import {decodeFieldReference} from './decode-filter.ts'
import {decodeQuery, decodeWrappedInteger} from './decode-query.ts'
import type {Query} from './query.ts'

/** Reads a StructuredAggregationQuery message below `parent`. Throws INVALID_ARGUMENT. */
export function decodeAggregationQuery(
  reader: Reader,
  parent: string,
): {readonly query: Query; readonly aggregations: readonly Aggregation[]} {
  let query: Query | undefined
  const aggregations: Aggregation[] = []
  readMessage(reader, {
    0x0a: (field) => (query = decodeQuery(field.message(), parent)),
    0x1a: (field) => aggregations.push(decodeAggregation(field.message(), aggregations.length + 1)),
  })
  if (!query) throw invalidArgument('only structured queries are supported')
  checkAggregations(aggregations, query)
  return {query, aggregations}
}

/** An aggregation without an alias is `field_1`, `field_2`, … by its position. */
function decodeAggregation(reader: Reader, position: number): Aggregation {
  let alias = ''
  let operator: (Aggregation extends infer A ? (A extends Aggregation ? Omit<A, 'alias'> : never) : never) | undefined
  readMessage(reader, {
    0x0a: (field) => (operator = {kind: 'count', upTo: decodeUpTo(field.message())}),
    0x12: (field) => (operator = {kind: 'sum', path: decodeField(field.message())}),
    0x1a: (field) => (operator = {kind: 'avg', path: decodeField(field.message())}),
    0x3a: (field) => (alias = field.string()),
  })
  if (!operator) throw invalidArgument('Operator field in Aggregation is not set.')
  return {alias: alias || `field_${position}`, ...operator}
}

function decodeUpTo(reader: Reader): number | undefined {
  let upTo: number | undefined
  readMessage(reader, {0x0a: (field) => (upTo = decodeWrappedInteger(field.message()))})
  return upTo
}

function decodeField(reader: Reader): FieldPath {
  let path: FieldPath | undefined
  readMessage(reader, {0x0a: (field) => (path = decodeFieldReference(field.message()))})
  return path ?? parseFieldPath('')
}
