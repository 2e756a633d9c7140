import {Reader} from '../firestore/values/reader.ts'
import type {Field, RestSchema} from './schema.ts'
import {WELL_KNOWN} from './well-known.ts'

export type DecodeOptions = {
  /** Enums as numbers, which is what Google's own REST transports ask for. */
  readonly enumsAsNumbers: boolean
}

/** Turns encoded messages into their proto3 JSON (https://protobuf.dev/programming-guides/json/). */
export type Decode = (type: string, bytes: Uint8Array, options: DecodeOptions) => unknown

type Fields = Record<string, unknown>

/** A number that JSON writes as it stands: the sign of -0 would get lost (ECMAScript's JSON.rawJSON). */
const NEGATIVE_ZERO = (JSON as unknown as {rawJSON(text: string): unknown}).rawJSON('-0')

export function createDecode({messages, enums}: RestSchema): Decode {
  const fieldsById = new Map(
    Object.entries(messages).map(([type, fields]) => [type, new Map(fields.map((field) => [field.id, field]))]),
  )
  const namesByNumber = new Map(
    Object.entries(enums).map(([type, values]) => [
      type,
      new Map(Object.entries(values).map(([name, number]) => [number, name])),
    ]),
  )

  const readMessage = (type: string, reader: Reader, options: DecodeOptions): unknown => {
    const known = fieldsById.get(type)!
    const message: Fields = {}
    while (reader.position < reader.end) {
      const tag = reader.uint()
      const field = known.get(tag >>> 3)
      if (field) readField(field, tag & 7, reader, message, options)
      else reader.skip(tag)
    }
    if (type === 'google.protobuf.Any') return unpack(message, options)
    return WELL_KNOWN[type] ? WELL_KNOWN[type].toJson(message) : message
  }

  /** The fields of the message in it, where that is one of those known here. */
  const unpack = ({typeUrl = '', value = ''}: Fields, options: DecodeOptions): Fields => {
    const type = String(typeUrl).slice(String(typeUrl).lastIndexOf('/') + 1)
    if (!fieldsById.has(type)) return {'@type': typeUrl, value}
    const content = readMessage(type, new Reader(Buffer.from(String(value), 'base64')), options)
    return WELL_KNOWN[type] ? {'@type': typeUrl, value: content} : {'@type': typeUrl, ...(content as Fields)}
  }

  const readField = (field: Field, wire: number, reader: Reader, message: Fields, options: DecodeOptions): void => {
    if (field.map) {
      const {key, value} = readEntry(field, reader.message(), options)
      // Without a prototype: a name such as __proto__ is a name like any other.
      const entries = (message[field.json] ??= Object.create(null)) as Fields
      entries[key] = value
      return
    }
    if (field.repeated) {
      const list = (message[field.json] ??= []) as unknown[]
      const isPacked = wire === 2 && !['string', 'bytes', 'message'].includes(field.kind)
      if (!isPacked) list.push(readValue(field, reader, options))
      else
        for (const packed = reader.message(); packed.position < packed.end;)
          list.push(readValue(field, packed, options))
      return
    }
    const value = readValue(field, reader, options)
    if (field.presence || !isEmpty(field, value, enums)) message[field.json] = value
  }

  const readEntry = (field: Field, entry: Reader, options: DecodeOptions): {key: string; value: unknown} => {
    let key = ''
    let value = field.kind === 'message' ? readMessage(field.of!, new Reader(Buffer.alloc(0)), options) : ''
    while (entry.position < entry.end) {
      const tag = entry.uint()
      if (tag >>> 3 === 1) key = entry.string()
      else if (tag >>> 3 === 2) value = readValue(field, entry, options)
      else entry.skip(tag)
    }
    return {key, value}
  }

  const readValue = (field: Field, reader: Reader, options: DecodeOptions): unknown => {
    switch (field.kind) {
      case 'message':
        return readMessage(field.of!, reader.message(), options)
      case 'enum': {
        const number = Number(reader.int64())
        if (field.of === 'google.protobuf.NullValue') return null
        return options.enumsAsNumbers ? number : (namesByNumber.get(field.of!)?.get(number) ?? number)
      }
      case 'string':
        return reader.string()
      case 'bytes':
        return reader.slice().toString('base64')
      case 'bool':
        return reader.int64() !== 0n
      case 'double':
        return showDouble(reader.double())
      case 'int32':
      case 'uint32':
        return Number(BigInt.asIntN(field.kind === 'int32' ? 32 : 64, reader.int64()))
      case 'int64':
        return reader.int64().toString()
      case 'uint64':
        return BigInt.asUintN(64, reader.int64()).toString()
      case 'float':
        throw new Error(`${field.name}: floats do not occur in these services`)
      default:
        return field.kind satisfies never
    }
  }

  return (type, bytes, options) => readMessage(type, new Reader(bytes), options)
}

function showDouble(value: number): unknown {
  if (!Number.isFinite(value)) return String(value)
  return Object.is(value, -0) ? NEGATIVE_ZERO : value
}

/** What a field holds that was never set; it is left out. */
function isEmpty(field: Field, value: unknown, enums: RestSchema['enums']): boolean {
  if (field.kind === 'message') return false
  if (field.kind === 'enum') return value === 0 || enums[field.of!]?.[String(value)] === 0
  return value === '' || value === 0 || value === false || value === '0'
}
