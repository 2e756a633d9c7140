import {BOOLEAN} from '../functions/parameters.ts'
import {integer} from '../functions/results.ts'
import {wrongType} from '../functions/strict.ts'
import {isValue} from '../outcome.ts'
import type {Outcome} from '../outcome.ts'
import {createDistinct} from './distinct.ts'
import type {Fold} from './fold.ts'

/** All rows, whatever is in them. */
export function countRows(): {readonly add: () => void; readonly result: () => Outcome} {
  let count = 0
  return {add: () => void count++, result: () => integer(count)}
}

/** Values that are neither null nor absent. */
export function countValues(): Fold {
  let count = 0
  return {
    add: (given) => {
      if (isValue(given) && given.kind !== 'null') count++
      return undefined
    },
    result: () => integer(count),
  }
}

/** Conditions that are true. */
export function countIf(): Fold {
  let count = 0
  return {
    add: (given) => {
      const value = BOOLEAN.read(given)
      if (value === undefined) return wrongType('count_if', BOOLEAN.wants, given)
      if (value === true) count++
      return undefined
    },
    result: () => integer(count),
  }
}

/** Different values that are neither null nor absent. */
export function countDistinct(): Fold {
  const distinct = createDistinct()
  return {
    add: (given) => {
      if (isValue(given) && given.kind !== 'null') distinct.add(given)
      return undefined
    },
    result: () => integer(distinct.values().length),
  }
}
