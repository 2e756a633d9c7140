import {NULL, vectorElements} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {fail} from '../outcome.ts'
import type {FunctionCompiler, Outcome} from '../outcome.ts'
import {concatenate} from './arrays.ts'
import {ARRAY, NOTHING, optional} from './parameters.ts'
import type {Parameter} from './parameters.ts'
import {integer, list} from './results.ts'
import {strict, strictMany} from './strict.ts'
import {readStringValue, refuseMixed, STRING_OR_BYTES, writeStringValue} from './string-value.ts'
import type {StringValue} from './string-value.ts'
import {countCharacters, reverse} from './strings.ts'

/** A value of one of the given types. */
function anyOf(wants: string, accepts: (value: Value) => boolean): Parameter<Value> {
  return {
    wants,
    read: (given) => {
      if (given.kind === 'null' || given.kind === 'absent') return NOTHING
      return accepts(given) ? given : undefined
    },
  }
}

const isSequence = ({kind}: Value): boolean => kind === 'string' || kind === 'bytes' || kind === 'array'
const SEQUENCE = anyOf('String | Bytes | Array', isSequence)
const SEQUENCE_OR_NULL: Parameter<Value> = {
  wants: SEQUENCE.wants,
  read: (given) => {
    const value = SEQUENCE.read(given)
    return value === NOTHING ? NULL : value
  },
}
const SIZED = anyOf('String | Bytes | Array | Map | Vector', (value) => isSequence(value) || value.kind === 'map')

function lengthOf(value: Value): Outcome {
  if (value.kind === 'array') return integer(value.values.length)
  if (value.kind === 'map') return integer(vectorElements(value)?.length ?? value.fields.size)
  return integer(countCharacters(readStringValue(value)?.text ?? ''))
}

/** Of one type all but null, which makes the whole null; nothing is made into a string. */
function concat(values: readonly Value[]): Outcome {
  const present = values.filter(({kind}) => kind !== 'null')
  const kind = present[0]?.kind
  if (present.some((value) => value.kind !== kind)) return fail('concat(...) requires arguments of one type')
  if (present.length < values.length) return NULL
  if (kind === 'array') return concatenate(present.flatMap((value) => (value.kind === 'array' ? [value.values] : [])))
  const parts = present.flatMap((value) => readStringValue(value) ?? [])
  return writeStringValue(kind === 'bytes' ? kind : 'string', parts.map((part) => part.text).join(''))
}

/** Without a delimiter a string is split at commas; at an empty one, into its characters. */
function split(value: StringValue, delimiter: StringValue | undefined): Outcome {
  if (!delimiter && value.kind === 'bytes') return fail('split(...) of bytes requires a delimiter')
  const mixed = refuseMixed('split', [value, delimiter])
  if (mixed) return mixed
  const at = delimiter?.text ?? ','
  const parts = at === '' && value.text !== '' ? Array.from(value.text) : value.text.split(at || ',')
  return list(parts.map((part) => writeStringValue(value.kind, part)))
}

/** Null elements are left out, or stand as `nullText`; all others are of the delimiter's type. */
function join(values: readonly Value[], delimiter: StringValue, nullText: StringValue | undefined): Outcome {
  const parts: string[] = []
  const mixed = fail('Cannot join non-string types')
  if (nullText && nullText.kind !== delimiter.kind) return mixed
  for (const value of values) {
    if (value.kind === 'null') {
      if (nullText) parts.push(nullText.text)
      continue
    }
    const part = readStringValue(value)
    if (part?.kind !== delimiter.kind) return mixed
    parts.push(part.text)
  }
  return writeStringValue(delimiter.kind, parts.join(delimiter.text))
}

/** Functions on strings, bytes and arrays alike, and between these. */
export const SEQUENCES: Readonly<Record<string, FunctionCompiler>> = {
  length: strict('length', [SIZED], lengthOf),
  concat: strictMany('concat', SEQUENCE_OR_NULL, 1, concat),
  reverse: strict('reverse', [SEQUENCE], (value) => {
    if (value.kind === 'array') return list(value.values.toReversed())
    const characters = readStringValue(value)
    return characters ? writeStringValue(characters.kind, reverse(characters.text)) : value
  }),
  split: strict('split', [STRING_OR_BYTES, optional(STRING_OR_BYTES)], split),
  join: strict('join', [ARRAY, STRING_OR_BYTES, optional(STRING_OR_BYTES)], join),
}
