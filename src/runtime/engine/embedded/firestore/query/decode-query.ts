import {invalidArgument} from '../errors.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {decodeValue} from '../values/decode.ts'
import type {Reader} from '../values/reader.ts'
import type {Value} from '../values/value.ts'
import {checkQuery, ordersByName} from './check-query.ts'
import {decodeFieldReference, decodeFilter} from './decode-filter.ts'
import {decodeNearest} from './nearest.ts'
import type {Nearest} from './nearest.ts'
import {completeOrder} from './order.ts'
import type {Cursor, Filter, Order, Query} from './query.ts'

type Selector = {collectionId: string; allDescendants: boolean}

/** Reads a StructuredQuery message below `parent`, checks it and adds the implied orders. Throws INVALID_ARGUMENT. */
export function decodeQuery(reader: Reader, parent: string): Query {
  const from: Selector[] = []
  const orderBy: Order[] = []
  let where: Filter | undefined
  let select: FieldPath[] | undefined
  let startAt: Cursor | undefined
  let endAt: Cursor | undefined
  let offset = 0
  let limit: number | undefined
  let nearest: Nearest | undefined
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) select = decodeProjection(reader.message())
    else if (tag === 0x12) from.push(decodeSelector(reader.message()))
    else if (tag === 0x1a) where = decodeFilter(reader.message())
    else if (tag === 0x22) orderBy.push(decodeOrder(reader.message()))
    else if (tag === 0x2a) limit = decodeWrappedInteger(reader.message())
    else if (tag === 0x30) offset = Number(reader.int64())
    else if (tag === 0x3a) startAt = decodeCursor(reader.message())
    else if (tag === 0x42) endAt = decodeCursor(reader.message())
    else if (tag === 0x4a) nearest = decodeNearest(reader.message())
    else reader.skip(tag)
  }
  if (from.length > 1) throw invalidArgument('StructuredQuery.from cannot have more than one collection selector.')
  const {collectionId = '', allDescendants = false} = from[0] ?? {}
  const query = {
    parent,
    collectionId: collectionId || undefined,
    allDescendants,
    where,
    orderBy,
    startAt,
    endAt,
    offset,
    limit,
    select,
    nearest,
  }
  checkQuery(query)
  return {...query, orderBy: completeOrder(orderBy, where), ordersByName: ordersByName(query)}
}

function decodeSelector(reader: Reader): Selector {
  const selector: Selector = {collectionId: '', allDescendants: false}
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x12) selector.collectionId = reader.string()
    else if (tag === 0x18) selector.allDescendants = reader.uint() !== 0
    else reader.skip(tag)
  }
  return selector
}

function decodeProjection(reader: Reader): FieldPath[] {
  const fields: FieldPath[] = []
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x12) fields.push(decodeFieldReference(reader.message()))
    else reader.skip(tag)
  }
  return fields
}

function decodeOrder(reader: Reader): Order {
  let path: FieldPath | undefined
  let direction = 0
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) path = decodeFieldReference(reader.message())
    else if (tag === 0x10) direction = reader.uint()
    else reader.skip(tag)
  }
  if (!path) throw invalidArgument('Invalid empty property path string.')
  return {path, descending: direction === 2}
}

function decodeCursor(reader: Reader): Cursor {
  const values: Value[] = []
  let before = false
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) values.push(decodeValue(reader.message()))
    else if (tag === 0x10) before = reader.uint() !== 0
    else reader.skip(tag)
  }
  return {values, before}
}

/** An Int32Value or Int64Value message. */
export function decodeWrappedInteger(reader: Reader): number {
  let value = 0
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x08) value = Number(reader.int64())
    else reader.skip(tag)
  }
  return value
}
