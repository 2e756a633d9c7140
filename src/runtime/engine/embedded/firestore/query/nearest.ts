import type {NamedDocument} from '../../store/store.ts'
import {invalidArgument} from '../errors.ts'
import {isReserved} from '../paths/field-path.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {compareNames} from '../values/compare-text.ts'
import {decodeFields, decodeValue} from '../values/decode.ts'
import {encodeFields} from '../values/encode.ts'
import {readMessage} from '../values/read-message.ts'
import {Reader} from '../values/reader.ts'
import {checkVector} from '../values/validate.ts'
import {vectorElements} from '../values/value.ts'
import type {Value} from '../values/value.ts'
import {decodeFieldReference} from './decode-filter.ts'
import {createValueReader} from './field-reader.ts'

export type Measure = 'EUCLIDEAN' | 'COSINE' | 'DOT_PRODUCT'

/** StructuredQuery.FindNearest: the documents whose vector is most like the given one. */
export type Nearest = {
  readonly path: FieldPath
  readonly vector: readonly number[]
  readonly measure: Measure
  readonly limit: number
  /** The field of the answer's documents that carries their distance: a name, not a path. */
  readonly resultField: string | undefined
  /** The largest distance of a result; with DOT_PRODUCT, the smallest. */
  readonly threshold: number | undefined
}

/** By the numbers of DistanceMeasure in google/firestore/v1/query.proto. */
const MEASURES: readonly (Measure | undefined)[] = [undefined, 'EUCLIDEAN', 'COSINE', 'DOT_PRODUCT']
const MAX_LIMIT = 1000
const MAX_NAME_BYTES = 1500

/** Reads a FindNearest message. Throws INVALID_ARGUMENT. */
export function decodeNearest(reader: Reader): Nearest {
  let path: FieldPath | undefined
  let vector: readonly number[] | undefined
  let measure: Measure | undefined
  let limit = 0
  let resultField: string | undefined
  let threshold: number | undefined
  readMessage(reader, {
    0x0a: (field) => (path = decodeFieldReference(field.message())),
    0x12: (field) => (vector = readVector(decodeValue(field.message()))),
    0x18: (field) => (measure = MEASURES[field.uint()]),
    0x22: (field) => readMessage(field.message(), {0x08: (inner) => (limit = Number(inner.int64()))}),
    0x2a: (field) => (resultField = checkResultField(field.string())),
    // A DoubleValue without its field is 0.
    0x32: (field) => {
      threshold = 0
      readMessage(field.message(), {0x09: (inner) => (threshold = inner.double())})
    },
  })
  if (!path) throw invalidArgument('FindNearest.vector_field is required.')
  if (!vector) throw invalidArgument('FindNearest.query_vector must be a vector.')
  if (!measure) throw invalidArgument('FindNearest.distance_measure is required.')
  if (limit < 1 || limit > MAX_LIMIT) {
    throw invalidArgument(`FindNearest.limit must be a positive integer of no more than ${MAX_LIMIT}.`)
  }
  if (threshold !== undefined && !Number.isFinite(threshold)) {
    throw invalidArgument('distanceThreshold must be a finite number.')
  }
  return {path, vector, measure, limit, resultField, threshold}
}

function checkResultField(name: string): string | undefined {
  if (isReserved(name)) throw invalidArgument(`The distanceResultField.property.name "${name}" is reserved.`)
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw invalidArgument(`The distanceResultField.property.name is longer than ${MAX_NAME_BYTES} bytes.`)
  }
  return name === '' ? undefined : name
}

/** The numbers of a vector; undefined for every other value. Throws INVALID_ARGUMENT for a vector that none may be. */
export function readVector(value: Value): readonly number[] | undefined {
  const elements = vectorElements(value)
  if (elements) checkVector(elements)
  return elements && numbersOf(value)
}

/** The numbers of a vector, whatever they are; undefined for every other value. */
export function numbersOf(value: Value): readonly number[] | undefined {
  return vectorElements(value)?.map((element) =>
    element.kind === 'double' || element.kind === 'integer' ? Number(element.value) : Number.NaN,
  )
}

/** The nearest of `documents`, as `rankNearest` has them, with their distances where they are asked for. */
export function selectNearest(documents: Iterable<NamedDocument>, nearest: Nearest): readonly NamedDocument[] {
  const {path, resultField} = nearest
  const read = createValueReader(path)
  const named = [...documents].sort((left, right) => compareNames(left.name, right.name))
  const found = rankNearest(named, ({fields}) => read(fields), nearest)
  if (!resultField) return found.map(({item}) => item)
  return found.map(({item, distance}) => ({
    ...item,
    fields: encodeFields(
      new Map([...decodeFields(new Reader(item.fields)), [resultField, {kind: 'double', value: distance}]]),
    ),
  }))
}

/**
 * The nearest of `items`, nearest first, and as they came where distances are equal. What has no vector of the asked
 * number of dimensions is no result. A distance that is no number, such as the cosine of a vector without a direction,
 * counts as larger than all others and passes no threshold, as at the official emulator 1.19.9.
 */
export function rankNearest<T>(
  items: Iterable<T>,
  read: (item: T) => Value | undefined,
  {vector, measure, limit, threshold}: Pick<Nearest, 'vector' | 'measure' | 'limit' | 'threshold'>,
): readonly {readonly item: T; readonly distance: number}[] {
  const sign = measure === 'DOT_PRODUCT' ? -1 : 1
  const found: {readonly item: T; readonly distance: number}[] = []
  for (const item of items) {
    const value = read(item)
    const numbers = value && numbersOf(value)
    if (!numbers || numbers.length !== vector.length) continue
    const distance = DISTANCES[measure](numbers, vector)
    if (threshold !== undefined && !(sign * distance <= sign * threshold)) continue
    found.push({item, distance})
  }
  found.sort((left, right) => sign * compareDistances(left.distance, right.distance))
  return found.slice(0, limit)
}

function compareDistances(left: number, right: number): number {
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
  return left < right ? -1 : left > right ? 1 : 0
}

/** Of two vectors of the same number of dimensions. */
export const DISTANCES: Readonly<Record<Measure, (left: readonly number[], right: readonly number[]) => number>> = {
  EUCLIDEAN: (left, right) => {
    let sum = 0
    for (const [at, value] of left.entries()) sum += (value - right[at]!) ** 2
    return Math.sqrt(sum)
  },
  COSINE: (left, right) => 1 - multiply(left, right) / Math.sqrt(multiply(left, left) * multiply(right, right)),
  DOT_PRODUCT: multiply,
}

function multiply(left: readonly number[], right: readonly number[]): number {
  let sum = 0
  for (const [at, value] of left.entries()) sum += value * right[at]!
  return sum
}
