import {NULL} from '../values/value.ts'
import type {Value} from '../values/value.ts'
import {createExactSum} from './exact-sum.ts'

const MAX_INT64 = 2n ** 63n - 1n

/** Adds up the numbers among values, whatever their order; passes over everything else. */
export type NumberSum = {
  readonly add: (value: Value | {readonly kind: 'absent'}) => void
  /** How many numbers there were. */
  readonly count: () => number
  /** An integer, unless there was a double or int64 cannot hold it. */
  readonly sum: () => Value
  /** A double, or null of nothing. */
  readonly average: () => Value
}

export function createNumberSum(): NumberSum {
  const doubles = createExactSum()
  let integers = 0n
  let hasDoubles = false
  let count = 0
  const total = (): number => Number(integers) + doubles.result()
  return {
    add: (value) => {
      if (value.kind === 'integer') integers += value.value
      else if (value.kind === 'double') {
        doubles.add(value.value)
        hasDoubles = true
      } else return
      count++
    },
    count: () => count,
    sum: () => {
      const isInteger = !hasDoubles && integers <= MAX_INT64 && integers >= -MAX_INT64 - 1n
      return isInteger ? {kind: 'integer', value: integers} : {kind: 'double', value: total()}
    },
    average: () => (count === 0 ? NULL : {kind: 'double', value: total() / count}),
  }
}
