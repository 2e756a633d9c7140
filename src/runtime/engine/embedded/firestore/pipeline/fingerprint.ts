import {compareUtf8} from '../values/compare-text.ts'
import type {Value} from '../values/value.ts'

/** A text that equal values have in common, and only they: numbers count by what they are worth, as in comparisons. */
export function fingerprint(value: Value): string {
  switch (value.kind) {
    case 'null':
      return 'null'
    case 'integer':
      return String(value.value)
    case 'double':
      return fingerprintDouble(value.value)
    case 'boolean':
      return value.value ? 'true' : 'false'
    case 'timestamp':
      return `t${value.value}`
    case 'string':
      return JSON.stringify(value.value)
    case 'bytes':
      return `b${Buffer.from(value.value).toString('hex')}`
    case 'reference':
      return `r${JSON.stringify(value.value)}`
    case 'geopoint':
      return `g${fingerprintDouble(value.latitude)},${fingerprintDouble(value.longitude)}`
    case 'array':
      return `[${value.values.map(fingerprint).join(',')}]`
    case 'map':
      return `{${[...value.fields]
        .sort(([left], [right]) => compareUtf8(left, right))
        .map(([name, inner]) => `${JSON.stringify(name)}:${fingerprint(inner)}`)
        .join(',')}}`
    default:
      return value satisfies never
  }
}

/** Whole numbers are written like integers, minus zero like zero. */
function fingerprintDouble(value: number): string {
  return Number.isInteger(value) ? String(BigInt(value)) : String(value)
}
