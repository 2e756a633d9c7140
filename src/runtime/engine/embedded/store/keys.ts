import {numericId} from '../firestore/values/compare-text.ts'

const NUMBER = 0x01
const TEXT = 0x02
const BIAS = 2n ** 63n

/** An id as bytes that sort as Firestore sorts ids: `__id7__` by its number and first, text by its UTF-8 bytes. */
export function encodeId(id: string): Buffer {
  const number = numericId(id)
  if (number === undefined) {
    const bytes = Buffer.allocUnsafe(1 + Buffer.byteLength(id))
    bytes[0] = TEXT
    bytes.write(id, 1, 'utf8')
    return bytes
  }
  const bytes = Buffer.alloc(9, NUMBER)
  bytes.writeBigUInt64BE(number + BIAS, 1)
  return bytes
}

export function decodeId(key: Uint8Array): string {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength)
  if (bytes[0] === TEXT) return bytes.toString('utf8', 1)
  return `__id${bytes.readBigUInt64BE(1) - BIAS}__`
}

/**
 * A path as bytes that sort segment by segment, a path before those below it. Text ends with 00 01 and a zero byte in
 * it is written 00 FF, so that no id can look like the end of another.
 */
export function encodePath(segments: readonly string[]): Buffer {
  return Buffer.concat(segments.map(encodeSegment))
}

function encodeSegment(segment: string): Buffer {
  const id = encodeId(segment)
  if (id[0] === NUMBER) return id
  const end = Buffer.from([0x00, 0x01])
  if (!id.includes(0)) return Buffer.concat([id, end])
  const escaped = [...id].flatMap((byte) => (byte === 0 ? [0x00, 0xff] : [byte]))
  return Buffer.concat([Buffer.from(escaped), end])
}

/** The first key after everything that starts with `prefix`: segments start with 01 or 02. */
export function endOf(prefix: Uint8Array): Buffer {
  return Buffer.concat([prefix, Buffer.from([0xff])])
}

/** The first key after `key` itself. */
export function successorOf(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.from([0x00])])
}
