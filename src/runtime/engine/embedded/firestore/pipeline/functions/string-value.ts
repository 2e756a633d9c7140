import type {Value} from '../../values/value.ts'
import {fail} from '../outcome.ts'
import type {Outcome} from '../outcome.ts'
import type {Parameter} from './parameters.ts'
import {NOTHING} from './parameters.ts'
import {isValue} from '../outcome.ts'

/** A string or bytes. Bytes are a text of one character a byte, so that most functions need not know which of both. */
export type StringValue = {readonly kind: 'string' | 'bytes'; readonly text: string}

/** What most functions on strings take. */
export const STRING_OR_BYTES: Parameter<StringValue> = {
  wants: 'String | Bytes',
  read: (given) => {
    if (!isValue(given) || given.kind === 'null') return NOTHING
    return readStringValue(given)
  },
}

/** Undefined for values of other types. */
export function readStringValue(value: Value): StringValue | undefined {
  if (value.kind === 'string') return {kind: 'string', text: value.value}
  if (value.kind !== 'bytes') return undefined
  const {buffer, byteOffset, byteLength} = value.value
  return {kind: 'bytes', text: Buffer.from(buffer, byteOffset, byteLength).toString('latin1')}
}

/** The value of the kind that the text came from. */
export function writeStringValue(kind: StringValue['kind'], text: string): Value {
  return kind === 'string' ? {kind, value: text} : {kind, value: new Uint8Array(Buffer.from(text, 'latin1'))}
}

/** The error for arguments that are neither all strings nor all bytes; undefined where they are. */
export function refuseMixed(name: string, values: readonly (StringValue | undefined)[]): Outcome | undefined {
  const kinds = new Set(values.flatMap((value) => (value ? [value.kind] : [])))
  return kinds.size > 1 ? fail(`${name}(...) requires arguments that are all strings or all bytes`) : undefined
}
