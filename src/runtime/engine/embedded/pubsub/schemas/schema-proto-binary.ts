import {isUtf8} from 'node:buffer'
import {enumOf, messageOf, type ProtoField, type ProtoMessage} from './schema-proto-type.ts'

/** How deep messages may be nested; the usual limit of parsers. */
const DEEPEST = 100
/** Wire types (https://protobuf.dev/programming-guides/encoding/#structure). */
const VARINT = 0
const EIGHT_BYTES = 1
const LENGTH = 2
const FOUR_BYTES = 5

/**
 * Whether bytes are a message. Fields that the definition does not have are refused, as production does: it lets no
 * message pass with a field that no allowed revision knows.
 */
export function isProtoBinary(data: Uint8Array, type: ProtoMessage): boolean {
  try {
    walk(data, type, 0)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function walk(data: Uint8Array, type: ProtoMessage, depth: number): void {
  if (depth > DEEPEST) throw new RangeError('The message is nested too deeply.')
  const reader = createReader(data)
  const present = new Set<number>()
  while (!reader.atEnd()) {
    const tag = Number(reader.varint())
    const field = type.fieldsById[Math.floor(tag / 8)]
    if (!field) throw new RangeError('There is a field that is not defined.')
    present.add(field.id)
    walkField(reader, field, tag % 8, depth)
  }
  if (type.fieldsArray.some(({required, id}) => required && !present.has(id)))
    throw new RangeError('A required field is missing.')
}

function walkField(reader: Reader, field: ProtoField, wireType: number, depth: number): void {
  const message = messageOf(field)
  if ('keyType' in field) {
    requireWire(wireType, LENGTH)
    walkEntry(reader.bytes(Number(reader.varint())), String(field.keyType), field, depth)
  } else if (message) {
    requireWire(wireType, LENGTH)
    walk(reader.bytes(Number(reader.varint())), message, depth + 1)
  } else if (field.repeated && wireType === LENGTH && wireTypeOf(field) !== LENGTH) {
    const packed = createReader(reader.bytes(Number(reader.varint())))
    while (!packed.atEnd()) walkScalar(packed, field.type, wireTypeOf(field))
  } else {
    requireWire(wireType, wireTypeOf(field))
    walkScalar(reader, field.type, wireType)
  }
}

/** An entry of a map: a message with the key as field 1 and the value as field 2. */
function walkEntry(data: Uint8Array, keyType: string, field: ProtoField, depth: number): void {
  const reader = createReader(data)
  while (!reader.atEnd()) {
    const tag = Number(reader.varint())
    const message = messageOf(field)
    if (Math.floor(tag / 8) === 1) {
      requireWire(tag % 8, scalarWireType(keyType))
      walkScalar(reader, keyType, tag % 8)
    } else if (Math.floor(tag / 8) === 2 && message) {
      requireWire(tag % 8, LENGTH)
      walk(reader.bytes(Number(reader.varint())), message, depth + 1)
    } else if (Math.floor(tag / 8) === 2) {
      requireWire(tag % 8, wireTypeOf(field))
      walkScalar(reader, field.type, tag % 8)
    } else throw new RangeError('There is a field that is not defined.')
  }
}

function walkScalar(reader: Reader, type: string, wireType: number): void {
  if (wireType === VARINT) reader.varint()
  else if (wireType === EIGHT_BYTES) reader.bytes(8)
  else if (wireType === FOUR_BYTES) reader.bytes(4)
  else {
    const content = reader.bytes(Number(reader.varint()))
    if (type === 'string' && !isUtf8(content)) throw new RangeError('A string is not UTF-8.')
  }
}

function wireTypeOf(field: ProtoField): number {
  return enumOf(field) ? VARINT : scalarWireType(field.type)
}

function scalarWireType(type: string): number {
  if (type === 'string' || type === 'bytes') return LENGTH
  if (type === 'double' || type === 'fixed64' || type === 'sfixed64') return EIGHT_BYTES
  if (type === 'float' || type === 'fixed32' || type === 'sfixed32') return FOUR_BYTES
  return VARINT
}

function requireWire(found: number, wanted: number): void {
  if (found !== wanted) throw new RangeError('A field has another type.')
}

type Reader = {
  readonly varint: () => bigint
  readonly bytes: (count: number) => Uint8Array
  readonly atEnd: () => boolean
}

/** Throws a RangeError where the bytes end too early or a number has too many. */
function createReader(data: Uint8Array): Reader {
  let position = 0
  const bytes = (count: number): Uint8Array => {
    if (count > data.length - position) throw new RangeError('The data ends too early.')
    position += count
    return data.subarray(position - count, position)
  }
  return {
    bytes,
    varint: () => {
      let value = 0n
      for (let shift = 0n; shift < 70n; shift += 7n) {
        const byte = bytes(1)[0]!
        value |= BigInt(byte & 0x7f) << shift
        if (byte < 0x80) return BigInt.asUintN(64, value)
      }
      throw new RangeError('A number is too long.')
    },
    atEnd: () => position === data.length,
  }
}
