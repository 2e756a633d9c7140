import {fail} from '../outcome.ts'
import type {FunctionCompiler, Outcome} from '../outcome.ts'
import {DOUBLE, NUMBER} from './parameters.ts'
import {double, integer} from './results.ts'
import {strict, strictMany} from './strict.ts'

type Operation = {
  readonly integers: (left: bigint, right: bigint) => Outcome
  readonly doubles: (left: number, right: number) => number
}

const ADD: Operation = {integers: (left, right) => integer(left + right), doubles: (left, right) => left + right}
const SUBTRACT: Operation = {integers: (left, right) => integer(left - right), doubles: (left, right) => left - right}
const MULTIPLY: Operation = {integers: (left, right) => integer(left * right), doubles: (left, right) => left * right}
/** Integers are divided towards zero, and the remainder has the sign of the dividend, as bigint has it. */
const DIVIDE: Operation = {
  integers: (left, right) => (right === 0n ? fail('divide by zero') : integer(left / right)),
  doubles: (left, right) => left / right,
}
const MOD: Operation = {
  integers: (left, right) => (right === 0n ? fail('divide by zero') : integer(left % right)),
  doubles: (left, right) => left % right,
}

/** Two integers stay integers; as soon as one is a double, both are. More arguments are folded from the left. */
function arithmetic(name: string, {integers, doubles}: Operation): FunctionCompiler {
  return strictMany(name, NUMBER, 2, (numbers) => {
    let result = numbers[0]!
    for (const next of numbers.slice(1)) {
      if (typeof result === 'bigint' && typeof next === 'bigint') {
        const outcome = integers(result, next)
        if (outcome.kind !== 'integer') return outcome
        result = outcome.value
      } else result = doubles(Number(result), Number(next))
    }
    return typeof result === 'bigint' ? {kind: 'integer', value: result} : double(result)
  })
}

/**
 * Arithmetic and powers
 * (https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/arithmetic_functions).
 */
export const ARITHMETIC: Readonly<Record<string, FunctionCompiler>> = {
  abs: strict('abs', [NUMBER], (value) =>
    typeof value === 'bigint' ? integer(value < 0n ? -value : value) : double(Math.abs(value)),
  ),
  add: arithmetic('add', ADD),
  subtract: arithmetic('subtract', SUBTRACT),
  multiply: arithmetic('multiply', MULTIPLY),
  divide: arithmetic('divide', DIVIDE),
  mod: arithmetic('mod', MOD),
  pow: strict('pow', [DOUBLE, DOUBLE], raise),
  sqrt: strict('sqrt', [DOUBLE], (value) =>
    value < 0 ? fail('sqrt(...) requires a non-negative number') : double(Math.sqrt(value)),
  ),
  exp: strict('exp', [DOUBLE], (exponent) => {
    const result = Math.exp(exponent)
    if (result === Infinity && exponent !== Infinity) return fail('exp(...) exponent overflow')
    return double(result)
  }),
  rand: strict('rand', [], () => double(Math.random())),
}

/** As IEEE 754 has it, where JavaScript does not: 1 to any power is 1, and so is -1 to an infinite one. */
function raise(base: number, exponent: number): Outcome {
  if (exponent === 0 || base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return double(1)
  if (base === 0 && exponent < 0) return fail('pow(...) of zero requires a non-negative exponent')
  const isFraction = Number.isFinite(exponent) && !Number.isInteger(exponent)
  if (base < 0 && Number.isFinite(base) && isFraction) return fail('pow(...) of a negative base requires an integer')
  return double(base ** exponent)
}
