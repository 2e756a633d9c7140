import {fail} from '../outcome.ts'
import type {FunctionCompiler, Outcome} from '../outcome.ts'
import {INTEGER, required, STRING, TIMESTAMP} from './parameters.ts'
import {integer} from './results.ts'
import {checkCount, strict} from './strict.ts'

/** 0001-01-01T00:00:00Z and the last microsecond of the year 9999, between which google.protobuf.Timestamp lies. */
const EARLIEST = -62_135_596_800_000_000n
const LATEST = 253_402_300_799_999_999n

/** Microseconds of units of a fixed length. */
export const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['microsecond', 1n],
  ['millisecond', 1000n],
  ['second', 1_000_000n],
  ['minute', 60_000_000n],
  ['hour', 3_600_000_000n],
  ['day', 86_400_000_000n],
])

/** A timestamp of microseconds since 1970, or an error of the row outside the years 1 to 9999. */
export function timestamp(micros: bigint): Outcome {
  if (micros < EARLIEST || micros > LATEST) return fail('timestamp is out of range')
  return {kind: 'timestamp', value: micros}
}

/** Division that goes down, also below 1970. */
export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

function unknownUnit(name: string, unit: string): Outcome {
  return fail(`${name}(...) does not know the unit \`${unit}\``)
}

function shift(name: string, sign: bigint): FunctionCompiler {
  return strict(name, [TIMESTAMP, required(STRING), INTEGER], (time, unit, amount) => {
    const micros = UNITS.get(unit)
    return micros === undefined ? unknownUnit(name, unit) : timestamp(time + sign * amount * micros)
  })
}

function fromUnix(name: string, micros: bigint): FunctionCompiler {
  return strict(name, [INTEGER], (value) => timestamp(value * micros))
}

function toUnix(name: string, micros: bigint): FunctionCompiler {
  return strict(name, [TIMESTAMP], (time) => integer(floorDivide(time, micros)))
}

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/timestamp_functions */
export const TIMESTAMPS: Readonly<Record<string, FunctionCompiler>> = {
  current_timestamp: (args) => {
    checkCount('current_timestamp', args, 0, 0)
    return (row) => timestamp(BigInt(Math.trunc(row.now)))
  },
  unix_micros_to_timestamp: fromUnix('unix_micros_to_timestamp', 1n),
  unix_millis_to_timestamp: fromUnix('unix_millis_to_timestamp', 1000n),
  unix_seconds_to_timestamp: fromUnix('unix_seconds_to_timestamp', 1_000_000n),
  timestamp_to_unix_micros: toUnix('timestamp_to_unix_micros', 1n),
  timestamp_to_unix_millis: toUnix('timestamp_to_unix_millis', 1000n),
  timestamp_to_unix_seconds: toUnix('timestamp_to_unix_seconds', 1_000_000n),
  timestamp_add: shift('timestamp_add', 1n),
  timestamp_subtract: shift('timestamp_subtract', -1n),
  /** The name in Google's reference; the clients send the one above. */
  timestamp_sub: shift('timestamp_sub', -1n),
  /** Whole units, towards zero. */
  timestamp_diff: strict('timestamp_diff', [TIMESTAMP, TIMESTAMP, required(STRING)], (end, start, unit) => {
    const micros = UNITS.get(unit)
    return micros === undefined ? unknownUnit('timestamp_diff', unit) : integer((end - start) / micros)
  }),
}
