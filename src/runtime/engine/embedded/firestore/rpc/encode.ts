import type {NamedDocument} from '../../store/store.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {decodeFields} from '../values/decode.ts'
import {encodeFields, writeTimestamp, writeValue} from '../values/encode.ts'
import {projectFields} from '../values/fields.ts'
import {Reader} from '../values/reader.ts'
import type {Writer} from '../values/writer.ts'
import type {WriteOutcome} from '../writes/commit.ts'

/** Microseconds as a Timestamp in the field `tag`. */
export function writeTime(writer: Writer, tag: number, micros: number): void {
  writer.uint(tag).message(() => writeTimestamp(writer, BigInt(micros)))
}

/** The body of a Document message; its fields go out as they are stored unless a mask asks for some of them. */
export function writeDocument(writer: Writer, document: NamedDocument, mask: readonly FieldPath[] | undefined): void {
  writer.uint(0x0a).string(document.name)
  writer.raw(mask ? applyMask(document.fields, mask) : document.fields)
  writeTime(writer, 0x1a, document.createTime)
  writeTime(writer, 0x22, document.updateTime)
}

function applyMask(fields: Uint8Array, mask: readonly FieldPath[]): Uint8Array {
  if (mask.length === 0) return Buffer.alloc(0)
  return encodeFields(projectFields(decodeFields(new Reader(fields)), mask))
}

/** The body of a WriteResult message. */
export function writeOutcome(writer: Writer, {updateTime, transformResults}: WriteOutcome): void {
  if (updateTime !== undefined) writeTime(writer, 0x0a, updateTime)
  for (const result of transformResults) writer.uint(0x12).message(() => writeValue(writer, result))
}
