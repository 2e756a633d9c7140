import type {Fields, Value} from '../../values/value.ts'
import {fail} from '../outcome.ts'
import type {Outcome} from '../outcome.ts'

const MAX_INT64 = 2n ** 63n - 1n
const MIN_INT64 = -(2n ** 63n)

export function truth(value: boolean): Value {
  return {kind: 'boolean', value}
}

/** An integer, or an error of the row where int64 cannot hold it. */
export function integer(value: bigint | number): Outcome {
  const exact = BigInt(value)
  if (exact > MAX_INT64 || exact < MIN_INT64) return fail('integer overflow')
  return {kind: 'integer', value: exact}
}

export function double(value: number): Value {
  return {kind: 'double', value}
}

export function text(value: string): Value {
  return {kind: 'string', value}
}

export function list(values: readonly Value[]): Value {
  return {kind: 'array', values}
}

export function mapOf(fields: Fields): Value {
  return {kind: 'map', fields}
}
