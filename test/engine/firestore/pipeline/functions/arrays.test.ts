import {describe, expect, test} from 'vitest'
import type {Evaluate} from '#runtime/engine/embedded/firestore/pipeline/outcome.ts'
import {ABSENT} from '#runtime/engine/embedded/firestore/pipeline/outcome.ts'
import {absent, call, error, evaluate, vector} from '../evaluate.ts'
import type {Plain} from '../evaluate.ts'

type Case = readonly [name: string, args: readonly Plain[], result: Plain]
const nan = Number.NaN
const MAX = 2n ** 63n - 1n

describe('arrays', () => {
  test.each<Case>([
    ['array', [], []],
    ['array', [1n, null, absent, [2n]], [1n, null, null, [2n]]],
    ['array', [1n, error], error],
    ['array_concat', [[1n], [], ['a', null]], [1n, 'a', null]],
    ['array_concat', [[1n], null], null],
    ['array_concat', [[1n], null, 'x'], error],
    ['array_contains', [[42n, 'x'], 42], true],
    ['array_contains', [[[1n], [2n]], [1n]], true],
    ['array_contains', [[1n, null], null], true],
    ['array_contains', [[nan], nan], true],
    ['array_contains', [[1n], absent], false],
    ['array_contains', [absent, 1n], null],
    ['array_contains', ['abc', 'a'], error],
    ['array_contains', [vector(1), 1], error],
    [
      'array_contains_all',
      [
        [1n, 2n, 3n],
        [1n, 1],
      ],
      true,
    ],
    ['array_contains_all', [[1n, null], [null]], true],
    [
      'array_contains_all',
      [
        [null, 'b'],
        ['b', 'd'],
      ],
      false,
    ],
    ['array_contains_all', [[], []], true],
    ['array_contains_any', [[1n, null], [null]], true],
    [
      'array_contains_any',
      [
        [1n, 2n],
        [4n, 5n],
      ],
      false,
    ],
    ['array_contains_any', [[1n], []], false],
    ['array_contains_any', [[1n], absent], null],
    ['array_contains_any', [[1n], 'x'], error],
    ['array_get', [[1n, 2n, 3n], -1n], 3n],
    ['array_get', [[1n, 2n, 3n], 3n], absent],
    ['array_get', [[1n, 2n, 3n], -4n], absent],
    ['array_get', [[1n], -MAX], absent],
    ['array_get', [[null], 0n], null],
    ['array_get', [null, 0n], null],
    ['array_get', ['abc', 0n], error],
    ['array_get', [[1n], 0], error],
    ['array_get', [[1n], null], error],
    ['array_first', [[1n, 2n]], 1n],
    ['array_first', [[]], absent],
    ['array_first', [absent], null],
    ['array_last', [[1n, 2n]], 2n],
    ['array_last', [[]], absent],
    ['array_first_n', [[1n, 2n, 3n], 2n], [1n, 2n]],
    ['array_first_n', [[1n], 5n], [1n]],
    ['array_first_n', [[1n], -1n], error],
    ['array_first_n', [[1n], null], error],
    ['array_first_n', [absent, 1n], null],
    ['array_last_n', [[1n, 2n, 3n], 2n], [2n, 3n]],
    ['array_last_n', [[1n], 0n], []],
    ['array_last_n', [[1n, 2n], 3n], [1n, 2n]],
    ['array_last_n', [[1n], -1n], error],
    ['array_slice', [[1n, 2n, 3n], 1n, 1n], [2n]],
    ['array_slice', [[1n, 2n, 3n], 1n], [2n, 3n]],
    ['array_slice', [[1n, 2n, 3n], -2n, 2n], [2n, 3n]],
    ['array_slice', [[1n, 2n, 3n], 1n, MAX], [2n, 3n]],
    ['array_slice', [[1n, 2n, 3n], 10n], []],
    ['array_slice', [[1n, 2n, 3n], -10n], [1n, 2n, 3n]],
    ['array_slice', [[1n], 0n, -1n], error],
    ['array_index_of', [[1n, 2n, 3n, 2n], 2], 1n],
    ['array_index_of', [[1n, 2n, 3n, 2n], 2n, 'first'], 1n],
    ['array_index_of', [[1n, 2n, 3n, 2n], 2n, 'last'], 3n],
    ['array_index_of', [[1n], 4n], -1n],
    ['array_index_of', [[1n, null], null], 1n],
    ['array_index_of', [null, null], null],
    ['array_index_of', [[1n], absent], null],
    ['array_index_of', [[1n], 1n, 'middle'], error],
    ['array_index_of_all', [[1n, null, 3n, null], null], [1n, 3n]],
    ['array_index_of_all', [[1n], 4n], []],
    ['array_length', [[1n, null]], 2n],
    ['array_length', [vector(1, 2)], error],
    ['array_length', [null], null],
    ['array_reverse', [[1n, 2n]], [2n, 1n]],
    ['array_reverse', [{}], error],
  ])('%s(%o) is %o', (name, args, result) => {
    expect(call(name, ...args)).toEqual(result)
  })

  test('messages are in the words of the service', () => {
    expect(evaluate('array_length', [vector(1)])).toMatchObject({
      message: 'The function array_length(...) requires `Array` but got `VECTOR`.',
    })
    expect(evaluate('array_slice', [[1n], 1n, -1n])).toMatchObject({
      message: 'array_slice(...) length must be non-negative',
    })
  })
})

describe('extremes', () => {
  test.each<Case>([
    ['maximum', [[1n, 5n, 2n]], 5n],
    ['maximum', [[1n, '2', 3n, '10']], '2'],
    ['maximum', [[]], null],
    ['maximum', [[null]], null],
    ['maximum', [absent], null],
    ['maximum', ['x'], error],
    ['maximum', [1n, 1], 1n],
    ['maximum', [1, 1n], 1],
    ['maximum', [nan, 0n], 0n],
    ['maximum', [null, absent], null],
    ['maximum', [null, 12n, error], error],
    ['maximum', ['foo', ['foo']], ['foo']],
    ['minimum', [[1n, '2', null]], 1n],
    ['minimum', [false, -10n], false],
    ['minimum', [null, 1n], 1n],
    ['minimum', [nan, 0n], nan],
    ['maximum_n', [[1n, 5n, null, 2n], 2n], [5n, 2n]],
    ['maximum_n', [[1n], 5n], [1n]],
    ['maximum_n', [[1n], -1n], error],
    ['minimum_n', [[5n, null, 1n], 3n], [1n, 5n]],
    ['minimum_n', [null, 3n], null],
    ['sum', [[1n, 2n, 3n]], 6n],
    ['sum', [[10n, 20.5]], 30.5],
    ['sum', [[1n, 'a', 2n]], 3n],
    ['sum', [[MAX, 1n]], error],
    ['sum', [[MAX, 1n, -1]], error],
    ['sum', [[MAX, 1]], 9.223372036854776e18],
    ['sum', [[1n, nan]], nan],
    ['sum', [['a', null]], null],
    ['sum', [[]], null],
    ['sum', [null], null],
  ])('%s(%o) is %o', (name, args, result) => {
    expect(call(name, ...args)).toEqual(result)
  })
})

describe('lambdas', () => {
  const variable =
    (name: string): Evaluate =>
    (row) =>
      row.variables.get(name) ?? ABSENT
  const above = (limit: bigint): Evaluate => {
    return (row) => evaluate('greater_than', [variable('x'), limit], row)
  }

  test('array_filter keeps what its predicate is true of', () => {
    expect(call('array_filter', [1n, null, 'a', 3], 'x', above(1n))).toEqual([3])
    expect(call('array_filter', [], 'x', true)).toEqual([])
    expect(call('array_filter', [1n], 'x', null)).toEqual([])
    expect(call('array_filter', [1n], 'x', absent)).toEqual([])
    expect(call('array_filter', [1n], 'x', 'yes')).toBe(error)
    expect(call('array_filter', [1n], 'x', error)).toBe(error)
    expect(call('array_filter', absent, 'x', true)).toBeNull()
    expect(call('array_filter', 'abc', 'x', true)).toBe(error)
  })

  test('array_transform has a result for every element, and may see its index', () => {
    const add: Evaluate = (row) => evaluate('add', [variable('x'), variable('i')], row)
    expect(call('array_transform', [10n, null, 30n], 'x', 'i', add)).toEqual([10n, null, 32n])
    expect(call('array_transform', ['a'], 'x', variable('other'))).toEqual([null])
    expect(call('array_transform', [], 'x', error)).toEqual([])
    expect(call('array_transform', [1n, 'a'], 'x', 'i', add)).toBe(error)
  })

  test('a lambda sees the variables around it, and hides one of its name', () => {
    const inner: Evaluate = (row) => evaluate('array_transform', [[1n], 'y', variable('x')], row)
    expect(call('array_transform', ['a', 'b'], 'x', inner)).toEqual([['a'], ['b']])
    const hiding: Evaluate = (row) => evaluate('array_transform', [[1n], 'x', variable('x')], row)
    expect(call('array_transform', ['a'], 'x', hiding)).toEqual([[1n]])
  })

  test('the name of a variable must be a constant', () => {
    expect(() => call('array_filter', [1n], 1n, true)).toThrow('requires a constant name of a variable')
  })
})
