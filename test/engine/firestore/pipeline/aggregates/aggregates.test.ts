import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {AGGREGATES} from '#runtime/engine/embedded/firestore/pipeline/aggregates/aggregates.ts'
import {absent, aggregate, bytes, call, error, micros, point, reference, ROW, toPlain, vector} from '../evaluate.ts'
import type {Plain} from '../evaluate.ts'

type Case = readonly [name: string, values: readonly Plain[], result: Plain]
const MAX = 2n ** 63n - 1n
const nan = Number.NaN

const SIMPLE: readonly Plain[] = [null, true, 0n, 0, -0, nan, 1n, 1, 2n ** 53n, 2 ** 53, 2n ** 53n + 1n, '', '1', 'a b']
const LARGE: readonly Plain[] = [
  micros(1n),
  bytes('1'),
  reference('a/b'),
  point(0, -0),
  point(0, 0),
  [],
  [[]],
  [1n],
  [1],
  ['a', 'b'],
  ['a b'],
  vector(1),
  {},
  {a: 1n},
  {a: 1},
  {a: 2n},
  {a: [1n]},
]

describe('aggregates', () => {
  test.each<Case>([
    ['count', [1n, null, absent, 'a', nan], 3n],
    ['count', [], 0n],
    ['count_if', [true, false, null, absent, true], 2n],
    ['count_if', [true, 'yes'], error],
    ['count_distinct', [1n, 1, 2n, 'a', 'a', null, absent, nan, nan], 4n],
    ['sum', [1n, 2n, 'a', null, absent], 3n],
    ['sum', [1n, 0.5], 1.5],
    ['sum', [MAX, 1n], Number(MAX) + 1],
    ['sum', [MAX, 1n, -1n], MAX],
    ['sum', [0.1, 0.2, 0.3, -0.3, -0.2, -0.1], 0],
    ['sum', [1e16, 1, 1, -1e16], 2],
    ['average', [1e308, 1e308, -1e308, -1e308], 0],
    ['sum', [1n, nan], nan],
    ['sum', [], null],
    ['sum', ['a', null], null],
    ['average', [1n, 2n, 'a', null], 1.5],
    ['average', [4n], 4],
    ['average', [nan, 1n], nan],
    ['average', ['a'], null],
    ['minimum', [3n, 1.5, null, absent, 'a'], 1.5],
    ['minimum', [nan, 1n], nan],
    ['minimum', [null], null],
    ['maximum', [3n, 1.5, null, 'a'], 'a'],
    ['maximum', [1n, 1], 1n],
    ['maximum', [], null],
    ['first', [null, 1n], null],
    ['first', ['a', 'b'], 'a'],
    ['first', [absent, 'b'], null],
    ['first', [], null],
    ['last', ['a', 'b'], 'b'],
    ['last', ['a', absent], null],
    ['array_agg', [1n, null, absent, 1n], [1n, null, null, 1n]],
    ['array_agg', [], []],
    ['array_agg_distinct', [1n, null, absent, 1, 'a', [1n], [1]], [1n, null, 'a', [1n]]],
  ])('%s of %o is %o', (name, values, result) => {
    expect(aggregate(name, ...values)).toEqual(result)
  })

  test('an error for a row is the result, the first one', () => {
    for (const name of Object.keys(AGGREGATES)) expect(aggregate(name, true, error, true)).toBe(error)
  })

  test('without an argument rows are counted', () => {
    const fold = AGGREGATES['count']!([])()
    fold.add(ROW)
    fold.add(ROW)
    expect(toPlain(fold.result())).toBe(2n)
  })

  test('each group has an accumulator of its own', () => {
    const create = AGGREGATES['count']!([])
    create().add(ROW)
    expect(toPlain(create().result())).toBe(0n)
  })

  test('a wrong number of arguments is refused', () => {
    expect(() => AGGREGATES['sum']!([])).toThrow('The function sum(...) requires 1 arguments but got 0.')
  })

  test('values are different when they are not equal', () => {
    const value = fc.oneof(fc.constantFrom(...SIMPLE), fc.constantFrom(...LARGE))
    fc.assert(
      fc.property(fc.array(value, {maxLength: 12}), (values) => {
        const distinct: Plain[] = []
        for (const one of values) if (call('array_contains', distinct, one) === false) distinct.push(one)
        expect(aggregate('array_agg_distinct', ...values)).toEqual(distinct)
      }),
    )
  })
})
