import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {absent, bytes, call, error, micros, point, reference, vector} from '../evaluate.ts'
import type {Plain} from '../evaluate.ts'

const nan = Number.NaN
const MAX = 2n ** 63n - 1n

/** From the lowest to the highest type; within a group from the lowest value to the highest. */
const ORDER: readonly (readonly Plain[])[] = [
  [absent],
  [null],
  [false, true],
  [nan],
  [Number.NEGATIVE_INFINITY, -2n, -0.5, 0n, Number.MIN_VALUE, 1n, 1.1, MAX, Number.MAX_VALUE],
  [micros(-62_135_596_800_000_000n), micros(0n), micros(10n)],
  ['', 'a', 'aa', 'abc', 'santé', '\uffee', '😀'],
  [bytes(''), bytes('\0'), bytes('\0\u0002')],
  [reference('foo/bar'), reference('foo/bar/baz/foo'), reference('foo/baz')],
  [point(-87, 0), point(0, -92), point(0, 0)],
  [[], [null], [null, 1n], [nan], [1n], [1n, nan], [2n]],
  [vector(), vector(2), vector(1, 1)],
  [{}, {a: null}, {a: null, b: 1n}, {a: 1n, b: null}, {b: 2n}],
]

const NAMES = [
  'equal',
  'not_equal',
  'less_than',
  'less_than_or_equal',
  'greater_than',
  'greater_than_or_equal',
] as const
const all = (left: Plain, right: Plain): Plain[] => NAMES.map((name) => call(name, left, right))

const EQUAL = [true, false, false, true, false, true]
const LESS = [false, true, true, true, false, false]
const MORE = [false, true, false, false, true, true]
const APART = [false, true, false, false, false, false]

describe('comparison', () => {
  test('a value equals itself, also null, NaN and what is not there', () => {
    for (const value of ORDER.flat()) expect(all(value, value)).toEqual(EQUAL)
  })

  test('values of one type have an order', () => {
    for (const group of ORDER) {
      for (const [at, less] of group.entries()) {
        for (const more of group.slice(at + 1)) {
          expect(all(less, more)).toEqual(LESS)
          expect(all(more, less)).toEqual(MORE)
        }
      }
    }
  })

  test('values of two types are not equal and have no order', () => {
    for (const [at, group] of ORDER.entries()) {
      for (const other of ORDER.slice(at + 1).flat()) {
        for (const value of group) {
          expect(all(value, other)).toEqual(APART)
          expect(all(other, value)).toEqual(APART)
        }
      }
    }
  })

  test('numbers of both types compare by what they are', () => {
    expect(all(1n, 1)).toEqual(EQUAL)
    expect(all(0n, -0)).toEqual(EQUAL)
    expect(all([2n], [2])).toEqual(EQUAL)
    expect(all(2n ** 53n + 1n, 2 ** 53)).toEqual(MORE)
    fc.assert(
      fc.property(fc.bigInt({min: -MAX, max: MAX}), fc.double({noNaN: true}), (integer, double) => {
        expect(all(integer, double)).toEqual(integer < double ? LESS : integer > double ? MORE : EQUAL)
      }),
    )
  })

  test('errors stay errors', () => {
    for (const name of NAMES) {
      expect(call(name, error, null)).toBe(error)
      expect(call(name, 1n, error)).toBe(error)
    }
  })

  test('cmp has the order of sorting, in which types differ and nothing is null', () => {
    const order = ORDER.slice(1).flat()
    for (const [at, less] of order.entries()) {
      expect(call('cmp', less, less)).toBe(0n)
      for (const more of order.slice(at + 1)) {
        expect(call('cmp', less, more)).toBe(-1n)
        expect(call('cmp', more, less)).toBe(1n)
      }
    }
    expect(call('cmp', null, absent)).toBe(0n)
  })

  test.each<readonly [value: Plain, among: Plain, result: Plain]>([
    [0n, [1n, 2n], false],
    [2, [1n, 2n], true],
    [null, [1n, null], true],
    [null, [1n], false],
    [absent, [1n, null], false],
    [nan, [nan], true],
    [[null], [42n, [null]], true],
    [{a: null}, [{a: null}], true],
    [1n, [], false],
    [1n, null, null],
    [1n, absent, null],
    [1n, 'values', error],
    [error, [1n], error],
  ])('equal_any(%o, %o) is %o, and not_equal_any the contrary', (value, among, result) => {
    expect(call('equal_any', value, among)).toEqual(result)
    expect(call('not_equal_any', value, among)).toEqual(typeof result === 'boolean' ? !result : result)
  })
})
