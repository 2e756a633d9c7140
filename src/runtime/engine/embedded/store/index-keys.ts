import {typeRank} from '../firestore/values/compare.ts'
import {vectorElements} from '../firestore/values/value.ts'
import type {Value} from '../firestore/values/value.ts'
import {compareUtf8} from '../firestore/values/compare-text.ts'
import {encodePath, successorOf} from './keys.ts'
import type {ValueRange} from './store.ts'

/** Keys longer than this are cut off, so that long texts cost no more than short ones. */
const MAX_KEY_BYTES = 200

const END = Buffer.from([0x00])
const ENTRY = Buffer.from([0x01])
const TEXT_END = Buffer.from([0x00, 0x01])
const SIGN = 1n << 63n
const MIDDLE = 0x8000

/**
 * A value as bytes that sort as Firestore sorts values; equal values have equal bytes. Long keys are cut off, so that
 * different values may share one: whoever reads an index tests its documents all the same. Throws a RangeError for a
 * reference with an id that no document can have.
 */
export function encodeIndexKey(value: Value): Buffer {
  const parts: Buffer[] = []
  writeKey(parts, value, MAX_KEY_BYTES)
  const key = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  return key.length > MAX_KEY_BYTES ? key.subarray(0, MAX_KEY_BYTES) : key
}

/** Whether values with this key are all equal. */
export function isWhole(key: Uint8Array): boolean {
  return key.length < MAX_KEY_BYTES
}

/** Every key there can be. */
export const ALL_KEYS: ValueRange = {from: Buffer.alloc(0), to: Buffer.from([0xff])}

/** The keys of values that equal `value`. */
export function pointRange(value: Value): ValueRange {
  const from = encodeIndexKey(value)
  return {from, to: successorOf(from)}
}

/** The keys of values of the same type, as inequalities compare them. */
export function typeRange(value: Value): ValueRange {
  const rank = typeRank(value)
  return {from: Buffer.from([rank + 1]), to: Buffer.from([rank + 2])}
}

/** Appends the key of a value and returns about how many bytes are still wanted. */
function writeKey(parts: Buffer[], value: Value, room: number): number {
  const rank = typeRank(value) + 1
  const add = (...added: Buffer[]): number => {
    let left = room - 1
    for (const part of added) left -= part.length
    parts.push(added.length === 1 ? prefixed(rank, added[0]!) : Buffer.concat([Buffer.from([rank]), ...added]))
    return left
  }
  switch (value.kind) {
    case 'null':
      return add(Buffer.alloc(0))
    case 'boolean':
      return add(Buffer.from([value.value ? 1 : 0]))
    case 'integer':
    case 'double':
      return add(Number.isNaN(value.value) ? Buffer.alloc(0) : encodeNumber(value.value))
    case 'timestamp':
      return add(encodeInteger(value.value))
    case 'string':
      return add(encodeText(value.value))
    case 'bytes':
      return add(escapeZeros(Buffer.from(value.value.subarray(0, MAX_KEY_BYTES))))
    case 'reference':
      return add(encodePath(value.value.split('/')), END)
    case 'geopoint':
      return add(encodeDouble(value.latitude), encodeDouble(value.longitude))
    case 'array':
      parts.push(Buffer.from([rank]))
      return writeList(parts, value.values, room - 1)
    case 'map': {
      const vector = vectorElements(value)
      parts.push(Buffer.from([rank]))
      if (vector) {
        const length = Buffer.alloc(4)
        length.writeUInt32BE(vector.length)
        parts.push(length)
        return writeList(parts, vector, room - 5)
      }
      return writeMap(parts, value, room - 1)
    }
    default:
      return value satisfies never
  }
}

function writeList(parts: Buffer[], values: readonly Value[], room: number): number {
  let left = room
  for (const value of values) {
    if (left < 0) return left
    left = writeKey(parts, value, left)
  }
  parts.push(END)
  return left - 1
}

function writeMap(parts: Buffer[], {fields}: Extract<Value, {kind: 'map'}>, room: number): number {
  let left = room
  for (const name of [...fields.keys()].sort(compareUtf8)) {
    if (left < 0) return left
    const text = encodeText(name)
    parts.push(ENTRY, text)
    left = writeKey(parts, fields.get(name)!, left - 1 - text.length)
  }
  parts.push(END)
  return left - 1
}

function prefixed(rank: number, bytes: Buffer): Buffer {
  const key = Buffer.allocUnsafe(bytes.length + 1)
  key[0] = rank
  bytes.copy(key, 1)
  return key
}

/**
 * The nearest double, then how far the number is from it: integers above 2^53 keep their order among themselves and
 * with doubles. The distance of an int64 is at most 512.
 */
function encodeNumber(value: bigint | number): Buffer {
  const nearest = Number(value)
  const key = Buffer.allocUnsafe(10)
  encodeDouble(nearest).copy(key)
  key.writeUInt16BE(typeof value === 'bigint' ? MIDDLE + Number(value - BigInt(nearest)) : MIDDLE, 8)
  return key
}

/** Positive doubles sort as their bits do, negative ones the other way round; -0 is 0. */
function encodeDouble(value: number): Buffer {
  const key = Buffer.allocUnsafe(8)
  key.writeDoubleBE(value === 0 ? 0 : value)
  if (key[0]! < 0x80) key[0]! |= 0x80
  else for (let at = 0; at < 8; at++) key[at]! ^= 0xff
  return key
}

function encodeInteger(value: bigint): Buffer {
  const key = Buffer.allocUnsafe(8)
  key.writeBigUInt64BE(value + SIGN)
  return key
}

/** What is cut off lies beyond the longest key. */
function encodeText(text: string): Buffer {
  return escapeZeros(Buffer.from(text.length > MAX_KEY_BYTES * 2 ? text.slice(0, MAX_KEY_BYTES * 2) : text))
}

/** Ends with 00 01; a zero byte inside is written 00 FF, so that a text sorts before those that it begins. */
function escapeZeros(bytes: Buffer): Buffer {
  if (!bytes.includes(0)) return Buffer.concat([bytes, TEXT_END])
  return Buffer.concat([Buffer.from([...bytes].flatMap((byte) => (byte === 0 ? [0x00, 0xff] : [byte]))), TEXT_END])
}
