import {list} from '../functions/results.ts'
import type {Given} from '../functions/parameters.ts'
import {NULL} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {isValue} from '../outcome.ts'
import {checkLength} from '../size.ts'
import {createDistinct} from './distinct.ts'
import type {Fold} from './fold.ts'

/** What is absent is null in a result. */
function orNull(given: Given): Value {
  return isValue(given) ? given : NULL
}

/** The value for the first row. */
export function first(): Fold {
  let value: Value | undefined
  return {
    add: (given) => {
      value ??= orNull(given)
      return undefined
    },
    result: () => value ?? NULL,
  }
}

/** The value for the last row. */
export function last(): Fold {
  let value: Value = NULL
  return {
    add: (given) => {
      value = orNull(given)
      return undefined
    },
    result: () => value,
  }
}

/** The values for all rows, in their order. */
export function collect(): Fold {
  const values: Value[] = []
  return {
    add: (given) => {
      values.push(orNull(given))
      checkLength(values.length)
      return undefined
    },
    result: () => list(values),
  }
}

/** The different ones of the values for all rows. */
export function collectDistinct(): Fold {
  const distinct = createDistinct()
  return {
    add: (given) => {
      distinct.add(orNull(given))
      return undefined
    },
    result: () => list(distinct.values()),
  }
}
