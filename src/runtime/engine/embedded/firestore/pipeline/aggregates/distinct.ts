import type {Value} from '../../values/value.ts'
import {GrpcStatus, STATUS} from '../../../grpc/status.ts'
import {fingerprint} from '../fingerprint.ts'
import {countBytes} from '../size.ts'

/** A set of values, of which two that are equal are one: 1 and 1.0, or NaN and NaN. Keeps the first of each. */
export type DistinctValues = {
  readonly add: (value: Value) => void
  /** In the order in which they came. */
  readonly values: () => readonly Value[]
}

/** About, and far below what a process has. */
const MOST_BYTES = 256 * 1024 * 1024

export function createDistinct(): DistinctValues {
  const values = new Map<string, Value>()
  let bytes = 0
  return {
    add: (value) => {
      const key = fingerprint(value)
      if (values.has(key)) return
      bytes += key.length + countBytes(value)
      if (bytes > MOST_BYTES) throw new GrpcStatus(STATUS.resourceExhausted, 'There are too many different values.')
      values.set(key, value)
    },
    values: () => [...values.values()],
  }
}
