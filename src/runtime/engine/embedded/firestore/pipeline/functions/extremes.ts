import {compareValues} from '../../values/compare.ts'
import {NULL} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {fail, isValue} from '../outcome.ts'
import type {FunctionCompiler, Outcome} from '../outcome.ts'
import {ARRAY, GIVEN, INTEGER, required} from './parameters.ts'
import type {Given} from './parameters.ts'
import {double, integer, list} from './results.ts'
import {strict, strictMany} from './strict.ts'

/** 1 looks for the largest value, -1 for the smallest. */
type Direction = 1 | -1

/** The first of the best values, in the order of all types; null where there is none but null. */
export function selectExtreme(values: Iterable<Given>, direction: Direction): Value {
  let best: Value = NULL
  for (const value of values) {
    if (!isValue(value) || value.kind === 'null') continue
    if (best.kind === 'null' || compareValues(value, best) * direction > 0) best = value
  }
  return best
}

/** Of one array its elements, of several values those. */
function extreme(name: string, direction: Direction): FunctionCompiler {
  const ofArray = strict(name, [ARRAY], (values) => selectExtreme(values, direction))
  const ofMany = strictMany(name, GIVEN, 2, (values) => selectExtreme(values, direction))
  return (args, options) => (args.length === 1 ? ofArray : ofMany)(args, options)
}

function extremes(name: string, direction: Direction): FunctionCompiler {
  return strict(name, [ARRAY, required(INTEGER)], (values, count) => {
    if (count < 0n) return fail(`${name}(...) n must be non-negative`)
    const present = values.filter(({kind}) => kind !== 'null')
    const sorted = present.toSorted((left, right) => compareValues(right, left) * direction)
    return list(sorted.slice(0, Number(count)))
  })
}

/** Integers are summed exactly up to the first double, and must fit until then. */
function sum(values: readonly Value[]): Outcome {
  let total: bigint | number | undefined
  for (const value of values) {
    if (value.kind === 'double') total = Number(total ?? 0) + value.value
    else if (value.kind === 'integer') {
      if (typeof total === 'number') total += Number(value.value)
      else {
        const next = integer((total ?? 0n) + value.value)
        if (next.kind !== 'integer') return next
        total = next.value
      }
    }
  }
  if (total === undefined) return NULL
  return typeof total === 'bigint' ? integer(total) : double(total)
}

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/array_functions */
export const EXTREMES: Readonly<Record<string, FunctionCompiler>> = {
  maximum: extreme('maximum', 1),
  minimum: extreme('minimum', -1),
  maximum_n: extremes('maximum_n', 1),
  minimum_n: extremes('minimum_n', -1),
  sum: strict('sum', [ARRAY], sum),
}
