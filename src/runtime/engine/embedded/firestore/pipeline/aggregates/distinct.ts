import {compareValues, typeRank} from '../../values/compare.ts'
import type {Value} from '../../values/value.ts'

/** A set of values, of which two that are equal are one: 1 and 1.0, or NaN and NaN. Keeps the first of each. */
export type DistinctValues = {
  readonly add: (value: Value) => void
  /** In the order in which they came. */
  readonly values: () => readonly Value[]
}

/** Values of one hash are compared; nested ones have their type's alone, and share it with all their like. */
export function createDistinct(): DistinctValues {
  const values: Value[] = []
  const byHash = new Map<string, Value[]>()
  return {
    values: () => values,
    add: (value) => {
      const hash = hashOf(value)
      const same = byHash.get(hash) ?? []
      if (same.some((other) => compareValues(other, value) === 0)) return
      byHash.set(hash, [...same, value])
      values.push(value)
    },
  }
}

function hashOf(value: Value): string {
  const rank = typeRank(value)
  switch (value.kind) {
    case 'integer':
    case 'double':
      // Adding 0 makes one of both zeros.
      return `${rank} ${Number(value.value) + 0}`
    case 'boolean':
    case 'timestamp':
    case 'string':
    case 'reference':
      return `${rank} ${value.value}`
    case 'bytes':
      return `${rank} ${Buffer.from(value.value).toString('latin1')}`
    case 'array':
      return `${rank} ${value.values.map(hashOf).join(' ')}`
    case 'map':
      return `${rank} ${[...value.fields.keys()].toSorted().join(' ')}`
    case 'geopoint':
      return `${rank} ${value.latitude + 0} ${value.longitude + 0}`
    default:
      return `${rank}`
  }
}
