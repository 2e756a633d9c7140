import {invalidArgument} from '../errors.ts'
import {Reader} from './reader.ts'
import {NULL} from './value.ts'
import type {Fields, Value} from './value.ts'

/** Decodes a `google.firestore.v1.Value`; throws INVALID_ARGUMENT where no known type is set. */
export function decodeValue(reader: Reader): Value {
  let value: Value | undefined
  while (reader.position < reader.end) {
    const tag = reader.uint()
    value = readKind(reader, tag) ?? value
  }
  if (!value) throw invalidArgument('Cannot convert firestore.v1.Value with type unset.')
  return value
}

/** Tags are `field number << 3 | wire type` of the oneof's members in google/firestore/v1/document.proto. */
function readKind(reader: Reader, tag: number): Value | undefined {
  switch (tag) {
    case 0x58:
      reader.uint()
      return NULL
    case 0x08:
      return {kind: 'boolean', value: reader.uint() !== 0}
    case 0x10:
      return {kind: 'integer', value: reader.int64()}
    case 0x19:
      return {kind: 'double', value: reader.double()}
    case 0x52:
      return {kind: 'timestamp', value: decodeTimestamp(reader.message())}
    case 0x8a:
      return {kind: 'string', value: reader.string()}
    case 0x92:
      return {kind: 'bytes', value: reader.slice()}
    case 0x2a:
      return {kind: 'reference', value: reader.string()}
    case 0x42:
      return decodeGeoPoint(reader.message())
    case 0x4a:
      return {kind: 'array', values: decodeArray(reader.message())}
    case 0x32:
      return {kind: 'map', fields: decodeFields(reader.message(), 0x0a)}
    default:
      reader.skip(tag)
      return undefined
  }
}

/** The tag of `fields` in Document; in MapValue it is 0x0a. */
const DOCUMENT_FIELDS = 0x12

/** The map entries `fields` of a Document (tag 0x12) or MapValue (0x0a); everything else in the message is passed over. */
export function decodeFields(reader: Reader, fieldsTag = DOCUMENT_FIELDS): Fields {
  const fields = new Map<string, Value>()
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag !== fieldsTag) reader.skip(tag)
    else {
      const [name, value] = decodeEntry(reader.message())
      fields.set(name, value)
    }
  }
  return fields
}

function decodeEntry(entry: Reader): [string, Value] {
  let name = ''
  let value: Value | undefined
  while (entry.position < entry.end) {
    const tag = entry.uint()
    if (tag === 0x0a) name = entry.string()
    else if (tag === 0x12) value = decodeValue(entry.message())
    else entry.skip(tag)
  }
  if (!value) throw invalidArgument('Cannot convert firestore.v1.Value with type unset.')
  return [name, value]
}

/** The elements of an ArrayValue message. */
export function decodeArray(reader: Reader): Value[] {
  const values: Value[] = []
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x0a) values.push(decodeValue(reader.message()))
    else reader.skip(tag)
  }
  return values
}

// The range of google.protobuf.Timestamp: years 1 to 9999.
const MIN_SECONDS = -62_135_596_800n
const MAX_SECONDS = 253_402_300_799n

/** Microseconds since the epoch; what is finer is cut off, as the service does. */
export function decodeTimestamp(reader: Reader): bigint {
  let seconds = 0n
  let nanos = 0n
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x08) seconds = reader.int64()
    else if (tag === 0x10) nanos = reader.int64()
    else reader.skip(tag)
  }
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS)
    throw invalidArgument('Timestamp seconds exceeds limit for field.')
  if (nanos < 0n || nanos > 999_999_999n) throw invalidArgument('Timestamp nanos exceeds limit for field.')
  return seconds * 1_000_000n + nanos / 1000n
}

function decodeGeoPoint(reader: Reader): Value {
  let latitude = 0
  let longitude = 0
  while (reader.position < reader.end) {
    const tag = reader.uint()
    if (tag === 0x09) latitude = reader.double()
    else if (tag === 0x11) longitude = reader.double()
    else reader.skip(tag)
  }
  if (!(Math.abs(latitude) <= 90)) {
    throw invalidArgument(`Geo point latitude '${latitude}' outside permitted range -90.0 to 90.0.`)
  }
  if (!(Math.abs(longitude) <= 180)) {
    throw invalidArgument(`Geo point longitude '${longitude}' outside permitted range -180.0 to 180.0.`)
  }
  return {kind: 'geopoint', latitude, longitude}
}
