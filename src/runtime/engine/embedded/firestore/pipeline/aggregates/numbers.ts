import {createNumberSum} from '../../query/number-sum.ts'
import {NULL} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {selectExtreme} from '../functions/extremes.ts'
import type {Fold} from './fold.ts'

/**
 * As aggregation queries add up. Of no numbers it is null, which Google's own tests expect of databases that have
 * pipelines, while an aggregation query of others gives 0.
 */
export function sum(): Fold {
  const numbers = createNumberSum()
  return {
    add: (given) => {
      numbers.add(given)
      return undefined
    },
    result: () => (numbers.count() === 0 ? NULL : numbers.sum()),
  }
}

/** A double, or null of nothing. */
export function average(): Fold {
  const numbers = createNumberSum()
  return {
    add: (given) => {
      numbers.add(given)
      return undefined
    },
    result: numbers.average,
  }
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
