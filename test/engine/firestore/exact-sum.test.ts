import fc from 'fast-check'
import {expect, test} from 'vitest'
import {createExactSum} from '#runtime/engine/embedded/firestore/query/exact-sum.ts'

function sumOf(...values: number[]): number {
  const sum = createExactSum()
  for (const value of values) sum.add(value)
  return sum.result()
}

test.each<[number[], number]>([
  [[], 0],
  [[0.1, 0.2, 0.3], 0.6],
  [[1e16, 1, 1, -1e16], 2],
  [[1e308, 1e308, -1e308, -1e308], 0],
  [[1e308, 1e308], Infinity],
  [[-1e308, -1e308], -Infinity],
  [[Number.MAX_VALUE, 2 ** 969], Number.MAX_VALUE],
  [[Number.MAX_VALUE, 2 ** 970], Infinity],
  [[5e-324, 5e-324], 1e-323],
  [[2 ** -1022, -5e-324], 2 ** -1022 - 5e-324],
  [[2 ** 53, 1], 2 ** 53],
  [[2 ** 53, 1, 2 ** -1000], 2 ** 53 + 2],
  [[Infinity, 1], Infinity],
  [[Infinity, -Infinity], Number.NaN],
  [[Number.NaN, 1e308], Number.NaN],
])('the sum of %j is %d', (values, expected) => {
  expect(sumOf(...values)).toBe(expected)
  expect(sumOf(...values.toReversed())).toBe(expected)
})

test('of two numbers it is what adding them gives, and a number taken away again leaves the rest', () => {
  const finite = fc.double({noNaN: true, noDefaultInfinity: true})
  fc.assert(
    fc.property(finite, finite, finite, (a, b, c) => {
      expect(sumOf(a, b)).toBe(a + b + 0)
      expect(sumOf(a, c, b, -c)).toBe(a + b + 0)
    }),
    {numRuns: 2000},
  )
})
