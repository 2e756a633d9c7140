import {AGGREGATES} from '#runtime/engine/embedded/firestore/pipeline/aggregates/aggregates.ts'
import {FUNCTIONS} from '#runtime/engine/embedded/firestore/pipeline/functions/functions.ts'
import {ABSENT, fail} from '#runtime/engine/embedded/firestore/pipeline/outcome.ts'
import type {Evaluate, Outcome, Row} from '#runtime/engine/embedded/firestore/pipeline/outcome.ts'
import {vectorElements} from '#runtime/engine/embedded/firestore/values/value.ts'
import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'

/** What is not there. */
export const absent = Symbol('absent')
/** An argument that is an error, and a result that is one, whatever its message. */
export const error = Symbol('error')

/**
 * Values as tests write them: bigint is an integer, number a double, Date a timestamp, an object a map, and what has no
 * counterpart is the value itself in a `Exactly`.
 */
export type Plain = unknown

/** A value of a kind that JavaScript has no word for. */
export class Exactly {
  readonly value: Value

  constructor(value: Value) {
    this.value = value
  }
}

export const reference = (below: string): Exactly =>
  new Exactly({kind: 'reference', value: `projects/p/databases/(default)/documents${below === '' ? '' : `/${below}`}`})
export const point = (latitude: number, longitude: number): Exactly =>
  new Exactly({kind: 'geopoint', latitude, longitude})
export const micros = (value: bigint): Exactly => new Exactly({kind: 'timestamp', value})
export const vector = (...numbers: readonly number[]): Exactly =>
  new Exactly(toValue({__type__: '__vector__', value: numbers}))
export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))
/** A time in ISO 8601 with up to six digits of a second. */
export const time = (iso: string): Exactly => {
  const [, whole = '', fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(iso)!
  return micros(BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0')))
}

export function toValue(plain: Plain): Value {
  if (plain instanceof Exactly) return plain.value
  if (plain === null) return {kind: 'null'}
  if (typeof plain === 'boolean') return {kind: 'boolean', value: plain}
  if (typeof plain === 'bigint') return {kind: 'integer', value: plain}
  if (typeof plain === 'number') return {kind: 'double', value: plain}
  if (typeof plain === 'string') return {kind: 'string', value: plain}
  if (plain instanceof Uint8Array) return {kind: 'bytes', value: plain}
  if (Array.isArray(plain)) return {kind: 'array', values: plain.map(toValue)}
  return {kind: 'map', fields: new Map(Object.entries(plain as object).map(([key, value]) => [key, toValue(value)]))}
}

function toOutcome(plain: Plain): Outcome {
  if (plain === absent) return ABSENT
  return plain === error ? fail('an argument') : toValue(plain)
}

/** The other way round, so that a failing test shows what it got in the same words. */
export function toPlain(outcome: Outcome): Plain {
  switch (outcome.kind) {
    case 'absent':
      return absent
    case 'error':
      return error
    case 'null':
      return null
    case 'array':
      return outcome.values.map(toPlain)
    case 'map':
      if (vectorElements(outcome)) return new Exactly(outcome)
      return Object.fromEntries([...outcome.fields].map(([key, value]) => [key, toPlain(value)]))
    case 'timestamp':
    case 'reference':
    case 'geopoint':
      return new Exactly(outcome)
    default:
      return outcome.value
  }
}

export const ROW: Row = {
  name: undefined,
  fields: new Map(),
  variables: new Map(),
  now: 1_741_380_235_123_456,
  spend: () => undefined,
}

const constant = (plain: Plain): Evaluate => {
  const outcome = toOutcome(plain)
  return () => outcome
}

/** What a function comes to with such arguments; an Evaluate among them stands for itself. */
export function evaluate(name: string, args: readonly Plain[], row = ROW): Outcome {
  const compiled = args.map((arg) => (typeof arg === 'function' ? (arg as Evaluate) : constant(arg)))
  return FUNCTIONS[name]!(compiled, new Map())(row)
}

export function call(name: string, ...args: readonly Plain[]): Plain {
  return toPlain(evaluate(name, args))
}

/** What an aggregate comes to over rows for which its argument is these values. */
export function aggregate(name: string, ...values: readonly Plain[]): Plain {
  const outcomes = values.map(toOutcome)
  let at = 0
  const fold = AGGREGATES[name]!([() => outcomes[at++]!])()
  for (const _ of values) fold.add(ROW)
  return toPlain(fold.result())
}
