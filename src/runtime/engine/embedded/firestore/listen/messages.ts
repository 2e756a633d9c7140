import type {NamedDocument} from '../../store/store.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {writeDocument, writeTime} from '../rpc/encode.ts'
import {Writer} from '../values/writer.ts'

/** TargetChange.TargetChangeType. */
const CHANGE_TYPES = {NO_CHANGE: 0, ADD: 1, REMOVE: 2, CURRENT: 3, RESET: 4} as const

/** A moment that a listener may come back to; microseconds. */
export type Moment = {readonly readTime: number; readonly token: Buffer}

const writer = new Writer()

/** A TargetChange; without targets it speaks of all of them. */
export function encodeTargetChange(
  type: keyof typeof CHANGE_TYPES,
  targets: readonly number[],
  {moment, cause}: {readonly moment?: Moment; readonly cause?: {readonly code: number; readonly message: string}} = {},
): Buffer {
  return writer
    .uint(0x12)
    .message(() => {
      if (type !== 'NO_CHANGE') writer.uint(0x08).uint(CHANGE_TYPES[type])
      writeIds(0x12, targets)
      if (cause) writer.uint(0x1a).message(() => writer.uint(0x08).uint(cause.code).uint(0x12).string(cause.message))
      if (moment) writer.uint(0x22).bytes(moment.token)
      if (moment) writeTime(writer, 0x32, moment.readTime)
    })
    .finish()
}

/** For which targets a document is a result, and for which it no longer is. */
export type Affected = {readonly targets: readonly number[]; readonly removed: readonly number[]}

/** A DocumentChange: the document as it is now. */
export function encodeDocumentChange(
  document: NamedDocument,
  {targets, removed}: Affected,
  mask: readonly FieldPath[] | undefined,
): Buffer {
  return writer
    .uint(0x1a)
    .message(() => {
      writer.uint(0x0a).message(() => writeDocument(writer, document, mask))
      writeIds(0x2a, targets)
      writeIds(0x32, removed)
    })
    .finish()
}

/** A DocumentDelete: the document does not exist. */
export function encodeDocumentDelete(name: string, removed: readonly number[], readTime: number): Buffer {
  return writer
    .uint(0x22)
    .message(() => {
      writer.uint(0x0a).string(name)
      writeTime(writer, 0x22, readTime)
      writeIds(0x32, removed)
    })
    .finish()
}

/** A DocumentRemove: the document exists as it was and is no result any more. */
export function encodeDocumentRemove(name: string, removed: readonly number[], readTime: number): Buffer {
  return writer
    .uint(0x32)
    .message(() => {
      writer.uint(0x0a).string(name)
      writeIds(0x12, removed)
      writeTime(writer, 0x22, readTime)
    })
    .finish()
}

/** An ExistenceFilter: who holds another number of results than `count` missed something and starts anew. */
export function encodeFilter(target: number, count: number): Buffer {
  return writer
    .uint(0x2a)
    .message(() => {
      writer.uint(0x08).uint(target)
      if (count > 0) writer.uint(0x10).uint(count)
    })
    .finish()
}

function writeIds(tag: number, ids: readonly number[]): void {
  if (ids.length === 0) return
  writer.uint(tag).message(() => {
    for (const id of ids) writer.int64(BigInt(id))
  })
}
