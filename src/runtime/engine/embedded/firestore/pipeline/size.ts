import {invalidArgument} from '../errors.ts'
import type {Value} from '../values/value.ts'

/** Bytes that a value may take. Documents have 1 MiB; what is gathered from many of them has room for more. */
export const MAX_BYTES = 32 * 1024 * 1024
/** As deep as expressions: who walks through a value calls itself for each level. */
const MAX_DEPTH = 200
/** About what a value takes beside its text. */
const SCALAR = 16

type Size = {readonly bytes: number; readonly depth: number}

/** Arrays and maps are made of others that stages have made, so that twenty stages could nest a million of them. */
const known = new WeakMap<Value, Size>()

/**
 * A value that a pipeline has made, if it is not too large and not too deep for what follows. Stages can double a value,
 * one after the other, and name the same value many times, so that little memory stands for more than there is.
 * Throws INVALID_ARGUMENT.
 */
export function checkSize(value: Value): void {
  const {bytes, depth} = sizeOf(value)
  if (bytes > MAX_BYTES) throw invalidArgument(`A value of the pipeline is larger than ${MAX_BYTES} bytes.`)
  if (depth > MAX_DEPTH) throw invalidArgument(`A value of the pipeline is nested more than ${MAX_DEPTH} levels deep.`)
}

/** As `checkSize`, for an array of so many elements that is not made yet. */
export function checkLength(elements: number): void {
  if (elements * SCALAR > MAX_BYTES) {
    throw invalidArgument(`An array of the pipeline has more than ${MAX_BYTES / SCALAR} elements.`)
  }
}

/** Bytes as if each value in it stood for itself. */
export function countBytes(value: Value): number {
  return sizeOf(value).bytes
}

function sizeOf(value: Value): Size {
  switch (value.kind) {
    case 'string':
    case 'reference':
      return {bytes: SCALAR + value.value.length, depth: 0}
    case 'bytes':
      return {bytes: SCALAR + value.value.length, depth: 0}
    case 'array':
    case 'map': {
      const size = known.get(value) ?? addSizes(value)
      known.set(value, size)
      return size
    }
    default:
      return {bytes: SCALAR, depth: 0}
  }
}

function addSizes(value: Value & {kind: 'array' | 'map'}): Size {
  let bytes = SCALAR
  let deepest = 0
  for (const inner of value.kind === 'array' ? value.values : value.fields.values()) {
    const size = sizeOf(inner)
    bytes += size.bytes
    deepest = Math.max(deepest, size.depth)
  }
  if (value.kind === 'map') for (const name of value.fields.keys()) bytes += name.length
  return {bytes, depth: deepest + 1}
}
