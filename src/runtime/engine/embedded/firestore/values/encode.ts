import {compareUtf8} from './compare-text.ts'
import type {Fields, Value} from './value.ts'
import {Writer} from './writer.ts'

/**
 * Writes values in one canonical form: map keys in UTF-8 order, so that equal documents have equal bytes and a write
 * that changes nothing is seen by comparing them.
 */
export function writeValue(writer: Writer, value: Value): void {
  switch (value.kind) {
    case 'null':
      writer.uint(0x58).uint(0)
      return
    case 'boolean':
      writer.uint(0x08).uint(value.value ? 1 : 0)
      return
    case 'integer':
      writer.uint(0x10).int64(value.value)
      return
    case 'double':
      writer.uint(0x19).double(value.value)
      return
    case 'timestamp':
      writer.uint(0x52).message(() => writeTimestamp(writer, value.value))
      return
    case 'string':
      writer.uint(0x8a).string(value.value)
      return
    case 'bytes':
      writer.uint(0x92).bytes(value.value)
      return
    case 'reference':
      writer.uint(0x2a).string(value.value)
      return
    case 'geopoint':
      writer.uint(0x42).message(() => {
        writer.uint(0x09).double(value.latitude)
        writer.uint(0x11).double(value.longitude)
      })
      return
    case 'array':
      writer.uint(0x4a).message(() => {
        for (const element of value.values) writer.uint(0x0a).message(() => writeValue(writer, element))
      })
      return
    case 'map':
      writer.uint(0x32).message(() => writeFields(writer, value.fields, 0x0a))
      return
    default:
      value satisfies never
  }
}

/** `fields` entries of a Document (tag 0x12) or MapValue (0x0a). */
export function writeFields(writer: Writer, fields: Fields, fieldsTag = 0x12): void {
  for (const name of [...fields.keys()].sort(compareUtf8)) {
    writer.uint(fieldsTag).message(() => {
      writer.uint(0x0a).string(name)
      writer.uint(0x12).message(() => writeValue(writer, fields.get(name)!))
    })
  }
}

/** A google.protobuf.Timestamp from microseconds since the epoch. */
export function writeTimestamp(writer: Writer, micros: bigint): void {
  const nanos = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const seconds = (micros - nanos) / 1_000_000n
  if (seconds !== 0n) writer.uint(0x08).int64(seconds)
  if (nanos !== 0n) writer.uint(0x10).int64(nanos * 1000n)
}

const shared = new Writer()

/** A document's fields as they are stored and sent: the entries of Document.fields, in canonical form. */
export function encodeFields(fields: Fields): Buffer {
  writeFields(shared, fields)
  return shared.finish()
}
