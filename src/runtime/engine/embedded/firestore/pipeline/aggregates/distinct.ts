import type {Value} from '../../values/value.ts'
import {fingerprint} from '../fingerprint.ts'

/** A set of values, of which two that are equal are one: 1 and 1.0, or NaN and NaN. Keeps the first of each. */
export type DistinctValues = {
  readonly add: (value: Value) => void
  /** In the order in which they came. */
  readonly values: () => readonly Value[]
}

export function createDistinct(): DistinctValues {
  const values = new Map<string, Value>()
  return {
    add: (value) => {
      const key = fingerprint(value)
      if (!values.has(key)) values.set(key, value)
    },
    values: () => [...values.values()],
  }
}
