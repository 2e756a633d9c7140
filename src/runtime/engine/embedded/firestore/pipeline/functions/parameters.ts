import {numbersOf} from '../../query/nearest.ts'
import {vectorElements} from '../../values/value.ts'
import type {Fields, Value} from '../../values/value.ts'
import {isValue} from '../outcome.ts'
import type {Outcome} from '../outcome.ts'

/** What stands where no value is: an argument that is null or absent makes most functions null. */
export const NOTHING = Symbol('nothing')

/** An argument that is no error. */
export type Given = Exclude<Outcome, {readonly kind: 'error'}>

/** What a function takes at a place. */
export type Parameter<T> = {
  /** As the service's messages name it. */
  readonly wants: string
  /** Undefined for a value of another type. */
  readonly read: (given: Given) => T | typeof NOTHING | undefined
  readonly optional?: boolean
}

function typed<T>(wants: string, read: (value: Value) => T | undefined): Parameter<T> {
  return {
    wants,
    read: (given) => (!isValue(given) || given.kind === 'null' ? NOTHING : read(given)),
  }
}

export const BOOLEAN: Parameter<boolean> = typed('Boolean', (value) =>
  value.kind === 'boolean' ? value.value : undefined,
)
export const INTEGER: Parameter<bigint> = typed('Integer', (value) =>
  value.kind === 'integer' ? value.value : undefined,
)
export const NUMBER: Parameter<bigint | number> = typed('Number', (value) =>
  value.kind === 'integer' || value.kind === 'double' ? value.value : undefined,
)
/** A number as a double, whatever it is. */
export const DOUBLE: Parameter<number> = typed('Number', (value) =>
  value.kind === 'integer' || value.kind === 'double' ? Number(value.value) : undefined,
)
export const STRING: Parameter<string> = typed('String', (value) => (value.kind === 'string' ? value.value : undefined))
export const TIMESTAMP: Parameter<bigint> = typed('Timestamp', (value) =>
  value.kind === 'timestamp' ? value.value : undefined,
)
export const ARRAY: Parameter<readonly Value[]> = typed('Array', (value) =>
  value.kind === 'array' ? value.values : undefined,
)
/** A vector travels as a map and is none. */
export const MAP: Parameter<Fields> = typed('Map', (value) =>
  value.kind === 'map' && !vectorElements(value) ? value.fields : undefined,
)
export const VECTOR: Parameter<readonly number[]> = typed('Vector', numbersOf)
export const REFERENCE: Parameter<string> = typed('Reference', (value) =>
  value.kind === 'reference' ? value.value : undefined,
)
export const GEO_POINT: Parameter<Value & {kind: 'geopoint'}> = typed('GeoPoint', (value) =>
  value.kind === 'geopoint' ? value : undefined,
)
/** Any value, null among them. */
export const ANY: Parameter<Value> = {wants: 'Any', read: (given) => (isValue(given) ? given : NOTHING)}
/** Any value and the absence of one. */
export const GIVEN: Parameter<Given> = {wants: 'Any', read: (given) => given}

/** The last parameters of a function may be missing from a call. */
export function optional<T>(parameter: Parameter<T>): Parameter<T | undefined> {
  return {...parameter, optional: true}
}

/** A parameter for which null is a wrong type, as it is for indexes and units. */
export function required<T>(parameter: Parameter<T>): Parameter<T> {
  return {
    ...parameter,
    read: (given) => {
      const value = parameter.read(given)
      return value === NOTHING ? undefined : value
    },
  }
}
