import {selectExtreme} from '../functions/extremes.ts'
import {double, integer} from '../functions/results.ts'
import {NULL} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import type {Outcome} from '../outcome.ts'
import type {Fold} from './fold.ts'

/** Adds up numbers and passes over everything else: integers exactly, doubles beside them. */
function total(result: (integers: bigint, doubles: number | undefined, count: number) => Outcome): Fold {
  let integers = 0n
  let doubles: number | undefined
  let count = 0
  return {
    add: (given) => {
      if (given.kind === 'integer') integers += given.value
      else if (given.kind === 'double') doubles = (doubles ?? 0) + given.value
      else return undefined
      count++
      return undefined
    },
    result: () => result(integers, doubles, count),
  }
}

/**
 * An integer unless there is a double or int64 cannot hold it. Of no numbers it is null, which Google's own tests expect
 * of databases that have pipelines, while an aggregation query of others gives 0.
 */
export function sum(): Fold {
  return total((integers, doubles, count) => {
    if (count === 0) return NULL
    const exact = integer(integers)
    return doubles === undefined && exact.kind === 'integer' ? exact : double(Number(integers) + (doubles ?? 0))
  })
}

/** A double, or null of nothing. */
export function average(): Fold {
  return total((integers, doubles, count) => (count === 0 ? NULL : double((Number(integers) + (doubles ?? 0)) / count)))
}

/** The largest (1) or smallest (-1) value in the order of all types, null of nothing but null. */
export function extreme(direction: 1 | -1): Fold {
  let best: Value = NULL
  return {
    add: (given) => {
      best = selectExtreme([best, given], direction)
      return undefined
    },
    result: () => best,
  }
}
