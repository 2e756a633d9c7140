import {compareNames, compareUtf8} from './compare-text.ts'
import {vectorElements} from './value.ts'
import type {Fields, Value} from './value.ts'

/**
 * Where a value's type stands in the order of mixed types
 * (https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering). NaN counts as its own type
 * before the numbers: that is where it sorts, and no inequality with a number matches it.
 */
export function typeRank(value: Value): number {
  switch (value.kind) {
    case 'null':
      return 0
    case 'boolean':
      return 1
    case 'double':
      return Number.isNaN(value.value) ? 2 : 3
    case 'integer':
      return 3
    case 'timestamp':
      return 4
    case 'string':
      return 5
    case 'bytes':
      return 6
    case 'reference':
      return 7
    case 'geopoint':
      return 8
    case 'array':
      return 9
    case 'map':
      return vectorElements(value) ? 10 : 11
    default:
      return value satisfies never
  }
}

/** Total order of Firestore values: negative, 0 or positive. Integers and doubles compare exactly; -0 equals 0. */
export function compareValues(left: Value, right: Value): number {
  const rank = typeRank(left)
  const difference = rank - typeRank(right)
  if (difference !== 0) return difference
  if (rank === 2) return 0
  if ((left.kind === 'integer' || left.kind === 'double') && (right.kind === 'integer' || right.kind === 'double')) {
    return orderOf(left.value, right.value)
  }
  if (left.kind === 'map' && right.kind === 'map') {
    const vector = vectorElements(left)
    const other = vectorElements(right)
    if (vector && other) return vector.length - other.length || compareLists(vector, other)
    return compareMaps(left.fields, right.fields)
  }
  if (left.kind === 'string' && right.kind === 'string') return compareUtf8(left.value, right.value)
  if (left.kind === 'timestamp' && right.kind === 'timestamp') return orderOf(left.value, right.value)
  if (left.kind === 'boolean' && right.kind === 'boolean') return Number(left.value) - Number(right.value)
  if (left.kind === 'bytes' && right.kind === 'bytes') return Buffer.compare(left.value, right.value)
  if (left.kind === 'reference' && right.kind === 'reference') return compareNames(left.value, right.value)
  if (left.kind === 'array' && right.kind === 'array') return compareLists(left.values, right.values)
  if (left.kind === 'geopoint' && right.kind === 'geopoint') {
    return orderOf(left.latitude, right.latitude) || orderOf(left.longitude, right.longitude)
  }
  return 0
}

/** JavaScript compares bigint with number by mathematical value, without rounding. */
function orderOf(left: bigint | number, right: bigint | number): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function compareLists(left: readonly Value[], right: readonly Value[]): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const order = compareValues(left[at]!, right[at]!)
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** Maps compare as lists of their entries in key order: first key, then its value, then the next key. */
function compareMaps(left: Fields, right: Fields): number {
  const a = [...left.keys()].sort(compareUtf8)
  const b = [...right.keys()].sort(compareUtf8)
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const order = compareUtf8(a[at]!, b[at]!) || compareValues(left.get(a[at]!)!, right.get(b[at]!)!)
    if (order !== 0) return order
  }
  return a.length - b.length
}
