import {compareValues} from '../../values/compare.ts'
import {NULL} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {fingerprint} from '../fingerprint.ts'
import {ABSENT, fail, isValue} from '../outcome.ts'
import type {FunctionCompiler, Outcome} from '../outcome.ts'
import {checkLength} from '../size.ts'
import {includesValue} from './comparison.ts'
import {ANY, ARRAY, GIVEN, INTEGER, optional, required, STRING} from './parameters.ts'
import {integer, list, truth} from './results.ts'
import {strict, strictMany} from './strict.ts'

/** Indexes count from the end where they are negative. */
function elementAt(values: readonly Value[], index: bigint): Outcome {
  const at = index < 0n ? BigInt(values.length) + index : index
  return (at >= 0n ? values[Number(at)] : undefined) ?? ABSENT
}

/** A negative offset counts from the end, and one before the beginning is the beginning. */
function slice(name: string, values: readonly Value[], offset: bigint, length: bigint | undefined): Outcome {
  if (length !== undefined && length < 0n) return fail(`${name}(...) length must be non-negative`)
  const size = BigInt(values.length)
  const start = offset < 0n ? (size + offset < 0n ? 0n : size + offset) : offset
  const end = length === undefined || start + length > size ? size : start + length
  return list(values.slice(Number(start), Number(end)))
}

function indexesOf(values: readonly Value[], wanted: Value): readonly number[] {
  return values.flatMap((value, at) => (compareValues(value, wanted) === 0 ? [at] : []))
}

function indexOf(values: readonly Value[], wanted: Value, which: string | undefined): Outcome {
  if (which !== undefined && which !== 'first' && which !== 'last') {
    return fail(`array_index_of(...) requires \`first\` or \`last\` but got \`${which}\``)
  }
  return integer(indexesOf(values, wanted).at(which === 'last' ? -1 : 0) ?? -1)
}

/** Whether one of many values is in an array, in a time that does not grow with both. */
function createLookup(values: readonly Value[]): (wanted: Value) => boolean {
  let prints: ReadonlySet<string> | undefined
  return (wanted) => (prints ??= new Set(values.map(fingerprint))).has(fingerprint(wanted))
}

/** One array of many. Throws INVALID_ARGUMENT before it is made where it would be too large. */
export function concatenate(arrays: readonly (readonly Value[])[]): Value {
  checkLength(arrays.reduce((sum, {length}) => sum + length, 0))
  return list(arrays.flat())
}

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/array_functions */
export const ARRAYS: Readonly<Record<string, FunctionCompiler>> = {
  array: strictMany('array', GIVEN, 0, (values) => list(values.map((value) => (isValue(value) ? value : NULL)))),
  array_concat: strictMany('array_concat', ARRAY, 1, (arrays) => concatenate(arrays)),
  array_contains: strict('array_contains', [ARRAY, GIVEN], (values, wanted) => truth(includesValue(values, wanted))),
  array_contains_all: strict('array_contains_all', [ARRAY, ARRAY], (values, wanted) =>
    truth(wanted.every(createLookup(values))),
  ),
  array_contains_any: strict('array_contains_any', [ARRAY, ARRAY], (values, wanted) =>
    truth(wanted.some(createLookup(values))),
  ),
  array_first: strict('array_first', [ARRAY], (values) => elementAt(values, 0n)),
  array_last: strict('array_last', [ARRAY], (values) => elementAt(values, -1n)),
  array_get: strict('array_get', [ARRAY, required(INTEGER)], elementAt),
  array_first_n: strict('array_first_n', [ARRAY, required(INTEGER)], (values, count) =>
    slice('array_first_n', values, 0n, count),
  ),
  array_last_n: strict('array_last_n', [ARRAY, required(INTEGER)], (values, count) =>
    count < 0n ? fail('array_last_n(...) length must be non-negative') : slice('array_last_n', values, -count, count),
  ),
  array_slice: strict(
    'array_slice',
    [ARRAY, required(INTEGER), optional(required(INTEGER))],
    (values, offset, length) => slice('array_slice', values, offset, length),
  ),
  array_index_of: strict('array_index_of', [ARRAY, ANY, optional(STRING)], indexOf),
  array_index_of_all: strict('array_index_of_all', [ARRAY, ANY], (values, wanted) =>
    list(indexesOf(values, wanted).map((at): Value => ({kind: 'integer', value: BigInt(at)}))),
  ),
  array_length: strict('array_length', [ARRAY], (values) => integer(values.length)),
  array_reverse: strict('array_reverse', [ARRAY], (values) => list(values.toReversed())),
}
