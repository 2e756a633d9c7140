import {fail} from '../outcome.ts'
import type {FunctionCompiler, Outcome} from '../outcome.ts'
import {INTEGER, optional, required, STRING} from './parameters.ts'
import {integer, text, truth} from './results.ts'
import {strict, strictMany} from './strict.ts'
import {refuseMixed, STRING_OR_BYTES, writeStringValue} from './string-value.ts'
import type {StringValue} from './string-value.ts'

const MAX_REPEATED_BYTES = 1_048_576

/** A function on a string or bytes whose result is of the same kind; characters are code points, or bytes. */
function reshape(name: string, apply: (text: string, kind: StringValue['kind']) => string): FunctionCompiler {
  return strict(name, [STRING_OR_BYTES], (value) => writeStringValue(value.kind, apply(value.text, value.kind)))
}

function repeat(value: StringValue, count: bigint): Outcome {
  if (count < 0n) return fail('string_repeat(...) repetitions must be non-negative')
  if (BigInt(byteLength(value)) * count > BigInt(MAX_REPEATED_BYTES)) {
    return fail(`string_repeat(...) result is larger than ${MAX_REPEATED_BYTES} bytes`)
  }
  return writeStringValue(value.kind, value.text.repeat(Number(count)))
}

function replace(name: string, put: (text: string, find: string, by: string) => string): FunctionCompiler {
  return strict(name, [STRING_OR_BYTES, STRING_OR_BYTES, STRING_OR_BYTES], (value, find, replacement) => {
    const mixed = refuseMixed(name, [value, find, replacement])
    if (mixed || find.text === '') return mixed ?? writeStringValue(value.kind, value.text)
    return writeStringValue(value.kind, put(value.text, find.text, replacement.text))
  })
}

function indexOf(value: StringValue, search: StringValue): Outcome {
  const mixed = refuseMixed('string_index_of', [value, search])
  if (mixed) return mixed
  const at = value.text.indexOf(search.text)
  return integer(at < 0 ? -1 : countCharacters(value.text.slice(0, at)))
}

/** A negative position counts from the end, and one before the beginning is the beginning. */
function substring(value: StringValue, position: bigint, length: bigint | undefined): Outcome {
  if (length !== undefined && length < 0n) return fail('substring(...) length must be non-negative')
  const characters = Array.from(value.text)
  const start = position < 0n ? Math.max(0, characters.length + Number(position)) : Number(position)
  const end = length === undefined ? characters.length : start + Number(length)
  return writeStringValue(value.kind, characters.slice(start, end).join(''))
}

/** Unicode code points; of bytes, bytes. */
export function countCharacters(value: string): number {
  let count = 0
  for (const _ of value) count++
  return count
}

function byteLength({kind, text: value}: StringValue): number {
  return kind === 'bytes' ? value.length : Buffer.byteLength(value)
}

export function reverse(value: string): string {
  return Array.from(value).toReversed().join('')
}

const toAsciiLower = (value: string): string => value.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
const toAsciiUpper = (value: string): string => value.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/string_functions */
export const STRINGS: Readonly<Record<string, FunctionCompiler>> = {
  byte_length: strict('byte_length', [STRING_OR_BYTES], (value) => integer(byteLength(value))),
  char_length: strict('char_length', [STRING], (value) => integer(countCharacters(value))),
  starts_with: strict('starts_with', [STRING, STRING], (value, prefix) => truth(value.startsWith(prefix))),
  ends_with: strict('ends_with', [STRING, STRING], (value, suffix) => truth(value.endsWith(suffix))),
  string_contains: strict('string_contains', [STRING, STRING], (value, part) => truth(value.includes(part))),
  string_concat: strictMany('string_concat', STRING, 1, (values) => text(values.join(''))),
  string_index_of: strict('string_index_of', [STRING_OR_BYTES, STRING_OR_BYTES], indexOf),
  string_repeat: strict('string_repeat', [STRING_OR_BYTES, INTEGER], repeat),
  string_replace_all: replace('string_replace_all', (value, find, by) => value.replaceAll(find, () => by)),
  string_replace_one: replace('string_replace_one', (value, find, by) => value.replace(find, () => by)),
  string_reverse: reshape('string_reverse', reverse),
  substring: strict('substring', [STRING_OR_BYTES, required(INTEGER), optional(required(INTEGER))], substring),
  to_lower: reshape('to_lower', (value, kind) => (kind === 'bytes' ? toAsciiLower(value) : value.toLowerCase())),
  to_upper: reshape('to_upper', (value, kind) => (kind === 'bytes' ? toAsciiUpper(value) : value.toUpperCase())),
}
