import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {absent, call, error, evaluate} from '../evaluate.ts'
import type {Plain} from '../evaluate.ts'

const MAX = 2n ** 63n - 1n
const MIN = -(2n ** 63n)
const {NaN: nan, POSITIVE_INFINITY: inf, MAX_VALUE: huge} = Number

type Case = readonly [name: string, args: readonly Plain[], result: Plain]

/** Examples of Google's reference, and what its evaluators in client libraries are tested for. */
describe('arithmetic', () => {
  test.each<Case>([
    ['add', [20n, 3n], 23n],
    ['add', [10, 1n], 11],
    ['add', [1n, 2n, 3.5], 6.5],
    ['add', [MAX, 1n], error],
    ['add', [MAX, 1], Number(MAX) + 1],
    ['subtract', [MIN, 1n], error],
    ['subtract', [20n, 3n], 17n],
    ['multiply', [MAX, 2n], error],
    ['multiply', [huge, huge], inf],
    ['multiply', [22.5, 2], 45],
    ['divide', [20n, 3n], 6n],
    ['divide', [-10n, 3n], -3n],
    ['divide', [10, 3n], 10 / 3],
    ['divide', [10n, 0n], error],
    ['divide', [MIN, -1n], error],
    ['divide', [1, 0], inf],
    ['divide', [1.1, -0], -inf],
    ['divide', [0, 0], nan],
    ['mod', [-10n, 3n], -1n],
    ['mod', [10n, -3n], 1n],
    ['mod', [22.5, 2n], 0.5],
    ['mod', [-10, 2.5], -0],
    ['mod', [42, 0], nan],
    ['mod', [25n, 0n], error],
    ['mod', [1n, inf], 1],
    ['abs', [-10n], 10n],
    ['abs', [-0], 0],
    ['abs', [MIN], error],
    ['pow', [2n, 3n], 8],
    ['pow', [-2n, -3n], -0.125],
    ['pow', [1, nan], 1],
    ['pow', [nan, 0n], 1],
    ['pow', [-1n, inf], 1],
    ['pow', [-1, 0.5], error],
    ['pow', [0n, -1n], error],
    ['pow', [-inf, 3n], -inf],
    ['pow', [-inf, 3.1], inf],
    ['pow', [2, nan], nan],
    ['sqrt', [25n], 5],
    ['sqrt', [-0], -0],
    ['sqrt', [nan], nan],
    ['sqrt', [-inf], error],
    ['exp', [0n], 1],
    ['exp', [-inf], 0],
    ['exp', [inf], inf],
    ['exp', [1000], error],
    ['ln', [1n], 0],
    ['ln', [0n], error],
    ['ln', [-0], error],
    ['ln', [-inf], nan],
    ['ln', [inf], inf],
    ['log10', [100n], 2],
    ['log10', [-1n], error],
    ['log', [100, 10], 2],
    ['log', [Math.E], 1],
    ['log', [-inf, 0], nan],
    ['log', [10, inf], nan],
    ['log', [inf, 0.99], -inf],
    ['log', [100, 1], error],
    ['log', [100, -10], error],
    ['log', [0, 10], error],
    ['ceil', [-0.4], -0],
    ['ceil', [24n], 24n],
    ['ceil', [22.5], 23],
    ['floor', [-0.4], -1],
    ['floor', [inf], inf],
  ])('%s(%o) is %o', (name, args, result) => {
    expect(call(name, ...args)).toEqual(result)
  })

  test.each<Case>([
    ['round', [15.5], 16],
    ['round', [-15.5, 0n], -16],
    ['round', [-0], 0],
    ['round', [15n, -1n], 20n],
    ['round', [-15n, -1n], -20n],
    ['round', [15n, -2n], 0n],
    ['round', [15n, MAX], 15n],
    ['round', [MAX, -1n], error],
    ['round', [MAX, 0n], MAX],
    ['round', [15.48924, 1n], 15.5],
    ['round', [-15.48924, 2n], -15.49],
    ['round', [1.005, 2n], 1.01],
    ['round', [4.123456, 4n], 4.1235],
    ['round', [15.48924, -1n], 20],
    ['round', [15.48924, -MAX], 0],
    ['round', [15.48924, MAX], 15.48924],
    ['round', [huge, -307n], error],
    ['round', [huge, -MAX], 0],
    ['round', [huge], huge],
    ['round', [inf, -MAX], inf],
    ['round', [nan, 2n], nan],
    ['trunc', [15.5], 15],
    ['trunc', [-15.48924, 2n], -15.48],
    ['trunc', [15n, -1n], 10n],
    ['trunc', [4.123456, 4n], 4.1234],
    ['round', [15, 'x'], error],
  ])('%s(%o) is %o', (name, args, result) => {
    expect(call(name, ...args)).toEqual(result)
  })

  test.each(['add', 'subtract', 'multiply', 'divide', 'mod', 'pow', 'log', 'round', 'trunc'])(
    '%s of nothing is null, and of errors and other types an error',
    (name) => {
      expect(call(name, null, 1n)).toBeNull()
      expect(call(name, 1n, absent)).toBeNull()
      expect(call(name, null, absent)).toBeNull()
      expect(call(name, null, error)).toBe(error)
      expect(call(name, 'x', null)).toBe(error)
    },
  )

  test.each<readonly [string, (left: bigint, right: bigint) => bigint | undefined]>([
    ['add', (left, right) => left + right],
    ['subtract', (left, right) => left - right],
    ['multiply', (left, right) => left * right],
    ['divide', (left, right) => (right === 0n ? undefined : left / right)],
    ['mod', (left, right) => (right === 0n ? undefined : left % right)],
  ])('%s of integers is exact, or an error outside int64', (name, oracle) => {
    const int64 = fc.oneof(fc.bigInt({min: MIN, max: MAX}), fc.constantFrom(MIN, MAX, 0n, 1n, -1n))
    fc.assert(
      fc.property(int64, int64, (left, right) => {
        const exact = oracle(left, right)
        const isIn = exact !== undefined && exact <= MAX && exact >= MIN
        expect(call(name, left, right)).toEqual(isIn ? exact : error)
      }),
    )
  })

  test('rounding integers is rounding to the nearest multiple, halves away from zero', () => {
    const places = fc.integer({min: -20, max: 0})
    fc.assert(
      fc.property(fc.bigInt({min: MIN, max: MAX}), places, (value, digits) => {
        const unit = 10n ** BigInt(-digits)
        const rounded = call('round', value, BigInt(digits))
        if (rounded === error) return
        const result = rounded as bigint
        const off = result > value ? result - value : value - result
        expect(result % unit).toBe(0n)
        expect(off * 2n <= unit).toBe(true)
        if (off * 2n === unit) expect(result > value).toBe(value > 0n)
      }),
    )
  })

  test('random numbers are from 0 up to 1, and not the same', () => {
    const numbers = Array.from({length: 20}, () => call('rand') as number)
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
    expect(new Set(numbers).size).toBeGreaterThan(1)
  })

  test('a refusal names the function, the type it wants and the one it got', () => {
    expect(evaluate('add', [1n, 'x'])).toEqual({
      kind: 'error',
      message: 'The function add(...) requires `Number` but got `STRING`.',
    })
  })

  test('a wrong number of arguments is refused before any row', () => {
    expect(() => call('sqrt')).toThrow('The function sqrt(...) requires 1 arguments but got 0.')
    expect(() => call('round', 1n, 1n, 1n)).toThrow('requires 1 to 2 arguments but got 3')
    expect(() => call('add', 1n)).toThrow('requires at least 2 arguments but got 1')
  })
})
