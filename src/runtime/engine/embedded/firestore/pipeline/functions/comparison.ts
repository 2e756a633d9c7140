import {compareValues, typeRank} from '../../values/compare.ts'
import {NULL} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {isValue} from '../outcome.ts'
import type {FunctionCompiler} from '../outcome.ts'
import {ARRAY, GIVEN} from './parameters.ts'
import type {Given} from './parameters.ts'
import {integer, truth} from './results.ts'
import {strict} from './strict.ts'

/**
 * Negative, 0 or positive; undefined for what does not compare, which are values of two types, NaN and a number, and null
 * or a value and nothing. Unlike in other queries null equals null, and NaN equals NaN
 * (https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/comparison_functions).
 */
function compare(left: Given, right: Given): number | undefined {
  if (!isValue(left) || !isValue(right)) return left.kind === right.kind ? 0 : undefined
  return typeRank(left) === typeRank(right) ? compareValues(left, right) : undefined
}

/** Whether `values` has a value that equals `wanted`, which an absent one never does. */
export function includesValue(values: readonly Value[], wanted: Given): boolean {
  return isValue(wanted) && values.some((value) => compareValues(value, wanted) === 0)
}

function comparison(name: string, accepts: (order: number | undefined) => boolean): FunctionCompiler {
  return strict(name, [GIVEN, GIVEN], (left, right) => truth(accepts(compare(left, right))))
}

export const COMPARISON: Readonly<Record<string, FunctionCompiler>> = {
  equal: comparison('equal', (order) => order === 0),
  not_equal: comparison('not_equal', (order) => order !== 0),
  less_than: comparison('less_than', (order) => order !== undefined && order < 0),
  less_than_or_equal: comparison('less_than_or_equal', (order) => order !== undefined && order <= 0),
  greater_than: comparison('greater_than', (order) => order !== undefined && order > 0),
  greater_than_or_equal: comparison('greater_than_or_equal', (order) => order !== undefined && order >= 0),
  equal_any: strict('equal_any', [GIVEN, ARRAY], (value, values) => truth(includesValue(values, value))),
  not_equal_any: strict('not_equal_any', [GIVEN, ARRAY], (value, values) => truth(!includesValue(values, value))),
  /** The order of sorting, across types; there an absent value is null. */
  cmp: strict('cmp', [GIVEN, GIVEN], (left, right) =>
    integer(Math.sign(compareValues(isValue(left) ? left : NULL, isValue(right) ? right : NULL))),
  ),
}
