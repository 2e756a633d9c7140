import {fail} from '../outcome.ts'
import type {FunctionCompiler, Outcome} from '../outcome.ts'
import {INTEGER, NUMBER, optional} from './parameters.ts'
import {double, integer} from './results.ts'
import {strict} from './strict.ts'

/** Whether half a unit and more goes away from zero, or everything towards it. */
type Mode = 'half up' | 'down'

/** Beyond this no double has digits, on either side of the point. */
const MAX_PLACES = 400n

/** Rounds the magnitude `value` to a multiple of 10^`drop`. */
function dropDigits(value: bigint, drop: bigint, mode: Mode): bigint {
  const unit = 10n ** drop
  const rest = value % unit
  return value - rest + (mode === 'half up' && rest * 2n >= unit ? unit : 0n)
}

/** Decimal places of the number as it is written, as a decimal type does it: 1.005 is rounded to 1.01. */
function roundTo(name: string, number: bigint | number, places: bigint, mode: Mode): Outcome {
  const near = places > MAX_PLACES ? MAX_PLACES : places < -MAX_PLACES ? -MAX_PLACES : places
  if (typeof number === 'bigint') {
    if (near >= 0n) return integer(number)
    const magnitude = dropDigits(number < 0n ? -number : number, -near, mode)
    return integer(number < 0n ? -magnitude : magnitude)
  }
  if (!Number.isFinite(number)) return double(number)
  // Zero is positive, since decimal types have no other.
  if (number === 0) return double(0)
  const {digits, exponent} = takeApart(Math.abs(number))
  const drop = -(near + exponent)
  if (drop <= 0n) return double(number)
  const magnitude = Number(`${dropDigits(digits, drop, mode)}e${exponent}`)
  if (!Number.isFinite(magnitude)) return fail(`${name}(...) overflow`)
  return double(number < 0 && magnitude !== 0 ? -magnitude : magnitude)
}

/** The shortest digits that mean the number, as an integer times a power of ten. */
function takeApart(number: number): {readonly digits: bigint; readonly exponent: bigint} {
  const [mantissa = '', exponent = ''] = number.toExponential().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return {digits: BigInt(whole + fraction), exponent: BigInt(exponent) - BigInt(fraction.length)}
}

function rounding(name: string, mode: Mode): FunctionCompiler {
  return strict(name, [NUMBER, optional(INTEGER)], (number, places = 0n) => roundTo(name, number, places, mode))
}

function toInteger(name: string, round: (value: number) => number): FunctionCompiler {
  return strict(name, [NUMBER], (value) => (typeof value === 'bigint' ? integer(value) : double(round(value))))
}

/** A number keeps its type: a rounded double is a double. */
export const ROUNDING: Readonly<Record<string, FunctionCompiler>> = {
  ceil: toInteger('ceil', Math.ceil),
  floor: toInteger('floor', Math.floor),
  round: rounding('round', 'half up'),
  trunc: rounding('trunc', 'down'),
}
