import {compareValues} from '../values/compare.ts'
import {getField, setField} from '../values/fields.ts'
import {NULL} from '../values/value.ts'
import type {Fields, Value} from '../values/value.ts'
import type {FieldTransform} from './write.ts'

const MAX_INT64 = 2n ** 63n - 1n
const MIN_INT64 = -(2n ** 63n)

/**
 * Applies transforms one after the other and returns the new fields and, in order, what each answers: the new value,
 * or null for the array transforms. `requestTime` is microseconds; the service stores it with millisecond precision.
 */
export function applyTransforms(
  fields: Fields,
  transforms: readonly FieldTransform[],
  requestTime: number,
): {readonly fields: Fields; readonly results: readonly Value[]} {
  let changed = fields
  const results: Value[] = []
  for (const transform of transforms) {
    const value = computeTransform(getField(changed, transform.path), transform, requestTime)
    changed = setField(changed, transform.path, value)
    results.push(transform.kind === 'append' || transform.kind === 'remove' ? NULL : value)
  }
  return {fields: changed, results}
}

function computeTransform(current: Value | undefined, transform: FieldTransform, requestTime: number): Value {
  switch (transform.kind) {
    case 'requestTime':
      return {kind: 'timestamp', value: BigInt(Math.floor(requestTime / 1000)) * 1000n}
    case 'increment':
      return addNumbers(current, transform.operand)
    case 'maximum':
      return pickExtreme(current, transform.operand, 1)
    case 'minimum':
      return pickExtreme(current, transform.operand, -1)
    case 'append':
      return {kind: 'array', values: appendMissing(elementsOf(current), transform.elements)}
    case 'remove':
      return {kind: 'array', values: elementsOf(current).filter((value) => !holds(transform.elements, value))}
    default:
      return transform satisfies never
  }
}

/** Integers stop at the ends of int64; a double on either side makes the sum a double. */
function addNumbers(current: Value | undefined, operand: Value): Value {
  if (!isNumber(current) || !isNumber(operand)) return operand
  if (current.kind === 'integer' && operand.kind === 'integer') {
    const sum = current.value + operand.value
    return {kind: 'integer', value: sum > MAX_INT64 ? MAX_INT64 : sum < MIN_INT64 ? MIN_INT64 : sum}
  }
  return {kind: 'double', value: Number(current.value) + Number(operand.value)}
}

/** The stored number stays where both are equal; NaN wins over every number. */
function pickExtreme(current: Value | undefined, operand: Value, direction: 1 | -1): Value {
  if (!isNumber(current) || !isNumber(operand)) return operand
  if (Number.isNaN(current.value) || Number.isNaN(operand.value)) return {kind: 'double', value: Number.NaN}
  return compareValues(operand, current) * direction > 0 ? operand : current
}

function isNumber(value: Value | undefined): value is Extract<Value, {kind: 'integer' | 'double'}> {
  return value?.kind === 'integer' || value?.kind === 'double'
}

function elementsOf(value: Value | undefined): readonly Value[] {
  return value?.kind === 'array' ? value.values : []
}

function appendMissing(present: readonly Value[], added: readonly Value[]): readonly Value[] {
  const values = [...present]
  for (const value of added) if (!holds(values, value)) values.push(value)
  return values
}

function holds(values: readonly Value[], wanted: Value): boolean {
  return values.some((value) => compareValues(value, wanted) === 0)
}
