import {isUtf8} from 'node:buffer'
import type {AvroType} from './schema-avro-type.ts'

/** How deep data may be nested before it is refused; a type that contains itself could exhaust the stack. */
const DEEPEST = 100

/** Whether bytes are exactly one datum in Avro's binary encoding. */
export function isAvroBinary(data: Uint8Array, type: AvroType): boolean {
  try {
    const reader = createReader(data)
    skip(reader, type, 0)
    return reader.atEnd()
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

type Reader = {
  readonly long: () => bigint
  readonly bytes: (count: number) => Uint8Array
  readonly position: () => number
  readonly atEnd: () => boolean
}

/** Throws a RangeError where the bytes end too early or a number has too many. */
function createReader(data: Uint8Array): Reader {
  let position = 0
  const bytes = (count: number): Uint8Array => {
    if (count < 0 || count > data.length - position) throw new RangeError('The data ends too early.')
    position += count
    return data.subarray(position - count, position)
  }
  return {
    bytes,
    long: () => {
      let value = 0n
      for (let shift = 0n; shift < 70n; shift += 7n) {
        const byte = bytes(1)[0]!
        value |= BigInt(byte & 0x7f) << shift
        if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
      }
      throw new RangeError('A number is too long.')
    },
    position: () => position,
    atEnd: () => position === data.length,
  }
}

function skip(reader: Reader, type: AvroType, depth: number): void {
  if (depth > DEEPEST) throw new RangeError('The data is nested too deeply.')
  switch (type.kind) {
    case 'null':
      return
    case 'boolean':
      requireIndex(reader.bytes(1)[0]!, 2)
      return
    case 'int':
      requireInt(reader.long())
      return
    case 'long':
      reader.long()
      return
    case 'float':
      reader.bytes(4)
      return
    case 'double':
      reader.bytes(8)
      return
    case 'bytes':
      reader.bytes(Number(reader.long()))
      return
    case 'string':
      skipString(reader)
      return
    case 'fixed':
      reader.bytes(type.size)
      return
    case 'enum':
      requireIndex(Number(reader.long()), type.symbols.length)
      return
    case 'array':
      skipBlocks(reader, () => skip(reader, type.items, depth + 1))
      return
    case 'map':
      skipBlocks(reader, () => {
        skipString(reader)
        skip(reader, type.values, depth + 1)
      })
      return
    case 'record':
      for (const field of type.fields) skip(reader, field.type, depth + 1)
      return
    case 'union': {
      const index = Number(reader.long())
      requireIndex(index, type.branches.length)
      skip(reader, type.branches[index]!, depth + 1)
    }
  }
}

function skipString(reader: Reader): void {
  const text = reader.bytes(Number(reader.long()))
  if (!isUtf8(text)) throw new RangeError('Not UTF-8.')
}

/** A negative count is followed by the size of the block in bytes. */
function skipBlocks(reader: Reader, skipItem: () => void): void {
  for (let count = reader.long(); count !== 0n; count = reader.long()) {
    if (count < 0n) reader.long()
    const items = Number(count < 0n ? -count : count)
    for (let item = 0; item < items; item++) {
      const before = reader.position()
      skipItem()
      // Those that follow have no bytes either, however many there are said to be.
      if (reader.position() === before) break
    }
  }
}

function requireInt(value: bigint): void {
  if (value !== BigInt.asIntN(32, value)) throw new RangeError('A number is too large.')
}

function requireIndex(index: number, count: number): void {
  if (index < 0 || index >= count) throw new RangeError('There is no such choice.')
}
