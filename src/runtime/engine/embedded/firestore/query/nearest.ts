import type {NamedDocument} from '../../store/store.ts'
import {invalidArgument} from '../errors.ts'
import {parseFieldPath} from '../paths/field-path.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {compareNames} from '../values/compare-text.ts'
import {decodeFields, decodeValue} from '../values/decode.ts'
import {encodeFields} from '../values/encode.ts'
import {setField} from '../values/fields.ts'
import {readMessage} from '../values/read-message.ts'
import {Reader} from '../values/reader.ts'
import {vectorElements} from '../values/value.ts'
import type {Value} from '../values/value.ts'
import {decodeFieldReference} from './decode-filter.ts'
import {createValueReader} from './field-reader.ts'

type Measure = 'EUCLIDEAN' | 'COSINE' | 'DOT_PRODUCT'

/** StructuredQuery.FindNearest: the documents whose vector is most like the given one. */
export type Nearest = {
  readonly path: FieldPath
  readonly vector: readonly number[]
  readonly measure: Measure
  readonly limit: number
  /** Where the answer's documents carry their distance. */
  readonly resultField: FieldPath | undefined
  /** The largest distance of a result; with DOT_PRODUCT, the smallest. */
  readonly threshold: number | undefined
}

/** By the numbers of DistanceMeasure in google/firestore/v1/query.proto. */
const MEASURES: readonly (Measure | undefined)[] = [undefined, 'EUCLIDEAN', 'COSINE', 'DOT_PRODUCT']
const MAX_LIMIT = 1000
const MAX_DIMENSIONS = 2048

/** Reads a FindNearest message. Throws INVALID_ARGUMENT. */
export function decodeNearest(reader: Reader): Nearest {
  let path: FieldPath | undefined
  let vector: readonly number[] | undefined
  let measure: Measure | undefined
  let limit = 0
  let resultField: FieldPath | undefined
  let threshold: number | undefined
  readMessage(reader, {
    0x0a: (field) => (path = decodeFieldReference(field.message())),
    0x12: (field) => (vector = numbersOf(decodeValue(field.message()))),
    0x18: (field) => (measure = MEASURES[field.uint()]),
    0x22: (field) => readMessage(field.message(), {0x08: (inner) => (limit = Number(inner.int64()))}),
    0x2a: (field) => (resultField = parseResultField(field.string())),
    // A DoubleValue without its field is 0.
    0x32: (field) => {
      threshold = 0
      readMessage(field.message(), {0x09: (inner) => (threshold = inner.double())})
    },
  })
  if (!path) throw invalidArgument('FindNearest.vector_field is required.')
  if (!vector) throw invalidArgument('FindNearest.query_vector must be a vector.')
  if (vector.length === 0) throw invalidArgument('Cannot have a zero length vector.')
  if (vector.length > MAX_DIMENSIONS) throw invalidArgument(`Vectors must be at most ${MAX_DIMENSIONS} dimensions.`)
  if (!measure) throw invalidArgument('FindNearest.distance_measure is required.')
  if (limit < 1 || limit > MAX_LIMIT) {
    throw invalidArgument(`FindNearest.limit must be a positive integer of no more than ${MAX_LIMIT}.`)
  }
  return {path, vector, measure, limit, resultField, threshold}
}

function parseResultField(text: string): FieldPath | undefined {
  return text === '' ? undefined : parseFieldPath(text)
}

function numbersOf(value: Value): readonly number[] | undefined {
  return vectorElements(value)?.map((element) =>
    element.kind === 'double' || element.kind === 'integer' ? Number(element.value) : Number.NaN,
  )
}

/**
 * The nearest of `documents`, nearest first and by name where distances are equal. What has no vector of the asked
 * number of dimensions is no result, and neither is one without a direction where cosines are asked for.
 */
export function selectNearest(documents: Iterable<NamedDocument>, nearest: Nearest): readonly NamedDocument[] {
  const {path, vector, measure, limit, resultField, threshold} = nearest
  const read = createValueReader(path)
  const sign = measure === 'DOT_PRODUCT' ? -1 : 1
  const found: {readonly document: NamedDocument; readonly distance: number}[] = []
  for (const document of documents) {
    const value = read(document.fields)
    const numbers = value && numbersOf(value)
    if (!numbers || numbers.length !== vector.length) continue
    const distance = DISTANCES[measure](numbers, vector)
    if (Number.isNaN(distance)) continue
    if (threshold !== undefined && sign * distance > sign * threshold) continue
    found.push({document, distance})
  }
  found.sort(
    (left, right) =>
      sign * Math.sign(left.distance - right.distance) || compareNames(left.document.name, right.document.name),
  )
  const results = found.slice(0, limit)
  if (!resultField) return results.map(({document}) => document)
  return results.map(({document, distance}) => ({
    ...document,
    fields: encodeFields(
      setField(decodeFields(new Reader(document.fields)), resultField, {kind: 'double', value: distance}),
    ),
  }))
}

const DISTANCES: Readonly<Record<Measure, (left: readonly number[], right: readonly number[]) => number>> = {
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
