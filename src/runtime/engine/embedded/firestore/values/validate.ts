import {invalidArgument} from '../errors.ts'
import {isReserved} from '../paths/field-path.ts'
import {parseDocumentName} from '../paths/names.ts'
import type {FirestoreLimits} from '../../../types.ts'
import {countIndexEntries} from './index-entries.ts'
import {isNaNValue, vectorElements} from './value.ts'
import type {Fields, Value} from './value.ts'

// https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
const MAX_DOCUMENT_BYTES = 1_048_576
const MAX_VALUE_BYTES = 1_048_487
const MAX_NAME_BYTES = 1500
const MAX_DEPTH = 20
const MAX_DIMENSIONS = 2048
const MAX_INDEX_ENTRIES = 40_000

/**
 * Refuses fields that a document must not have, and documents above 1 MiB; by production's limits also what is nested too
 * deeply and what needs too many index entries. Throws INVALID_ARGUMENT.
 */
export function checkDocument(segments: readonly string[], fields: Fields, limits: FirestoreLimits): void {
  const depth = limits === 'production' ? 0 : Number.NEGATIVE_INFINITY
  let size = nameSize(segments) + 32
  for (const [name, value] of fields) {
    checkFieldName(name, `field name ${name} is reserved`)
    if (isTooLong(value)) {
      throw invalidArgument(`The value of property "${name}" is longer than ${MAX_VALUE_BYTES} bytes.`)
    }
    size += utf8Length(name) + 1 + checkValue(value, {property: name, depth, inArray: false})
  }
  if (size > MAX_DOCUMENT_BYTES) throw invalidArgument(`maximum entity size is ${MAX_DOCUMENT_BYTES} bytes`)
  // An entry is of a value, and a value has a byte at least.
  if (limits === 'production' && size > MAX_INDEX_ENTRIES / 2 && countIndexEntries(fields) > MAX_INDEX_ENTRIES) {
    throw invalidArgument(`too many index entries for entity ${segments.join('/')}`)
  }
}

/** Refuses an empty, overlong or reserved field name. Throws INVALID_ARGUMENT. */
function checkFieldName(name: string, reserved: string): void {
  if (name === '') throw invalidArgument('The property.name is the empty string.')
  if (name.length * 3 > MAX_NAME_BYTES && Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw invalidArgument('The property.name is longer than 1500 bytes.')
  }
  if (isReserved(name)) throw invalidArgument(reserved)
}

type Place = {readonly property: string; readonly depth: number; readonly inArray: boolean}

/** Checks a value of the field `property` and returns its size as Firestore counts it, in bytes. */
function checkValue(value: Value, place: Place): number {
  if (value.kind === 'map') return checkMapOrVector(value, place)
  if (value.kind !== 'array') return measureScalar(value)
  if (place.inArray) throw invalidArgument('Cannot convert an array value in an array value.')
  return checkAll(value.values, {...deeper(place), inArray: true})
}

/** The size in bytes, as Firestore counts it, of a value that holds no others. Throws INVALID_ARGUMENT for a reference to nothing. */
export function measureScalar(value: Exclude<Value, {kind: 'array' | 'map'}>): number {
  switch (value.kind) {
    case 'null':
    case 'boolean':
      return 1
    case 'integer':
    case 'double':
    case 'timestamp':
      return 8
    case 'geopoint':
      return 16
    case 'string':
      return utf8Length(value.value) + 1
    case 'bytes':
      return value.value.length
    case 'reference':
      return nameSize(parseDocumentName(value.value, 'Resource name').segments)
    default:
      return value satisfies never
  }
}

function checkMapOrVector(value: Extract<Value, {kind: 'map'}>, place: Place): number {
  const elements = vectorElements(value)
  if (!elements) return checkMap(value.fields, deeper(place))
  if (place.inArray) throw invalidArgument('Cannot convert a vector value in an array value.')
  return checkVector(elements)
}

function deeper(place: Place): Place {
  if (place.depth >= MAX_DEPTH) throw invalidEntity(place.property)
  return {property: place.property, depth: place.depth + 1, inArray: false}
}

function checkAll(values: readonly Value[], place: Place): number {
  let size = 0
  for (const value of values) size += checkNested(value, place)
  return size
}

function checkMap(fields: Fields, place: Place): number {
  let size = 32
  for (const [name, value] of fields) {
    if (name === '__type__') throw invalidEntity(place.property)
    checkFieldName(name, `field name '${name}' is reserved.`)
    size += utf8Length(name) + 1 + checkNested(value, place)
  }
  return size
}

function checkNested(value: Value, place: Place): number {
  if (isTooLong(value)) throw invalidEntity(place.property)
  return checkValue(value, place)
}

/** Refuses a vector that is empty, too long, or holds anything but numbers; returns its size in bytes. */
export function checkVector(elements: readonly Value[]): number {
  if (elements.length === 0) throw invalidArgument('Cannot have a zero length vector.')
  if (elements.length > MAX_DIMENSIONS) throw invalidArgument(`Vectors must be at most ${MAX_DIMENSIONS} dimensions.`)
  if (elements.some((element) => element.kind !== 'double')) {
    throw invalidArgument("Vector must only contain values of type 'double'")
  }
  if (elements.some(isNaNValue)) throw invalidArgument('Vector cannot contain NaN values.')
  return elements.length * 8
}

function isTooLong(value: Value): boolean {
  if (value.kind === 'string') return utf8Length(value.value) > MAX_VALUE_BYTES
  return value.kind === 'bytes' && value.value.length > MAX_VALUE_BYTES
}

function invalidEntity(property: string): Error {
  return invalidArgument(`Property ${property} contains an invalid nested entity.`)
}

/** Bytes of a document's name as Firestore counts them. */
function nameSize(segments: readonly string[]): number {
  let size = 16
  for (const segment of segments) size += utf8Length(segment) + 1
  return size
}

function utf8Length(text: string): number {
  return Buffer.byteLength(text)
}
