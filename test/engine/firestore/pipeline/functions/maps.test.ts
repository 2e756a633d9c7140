import {describe, expect, test} from 'vitest'
import {absent, bytes, call, error, evaluate, micros, point, reference, ROW, toPlain, vector} from '../evaluate.ts'
import type {Plain} from '../evaluate.ts'

type Case = readonly [name: string, args: readonly Plain[], result: Plain]

describe('maps', () => {
  test.each<Case>([
    ['map', [], {}],
    ['map', ['a', 1n, 'b', null], {a: 1n, b: null}],
    ['map', ['a', absent], {}],
    ['map', ['a', 1n, 'a', 2n], error],
    ['map', [1n, 1n], error],
    ['map', ['a', error], error],
    ['map_get', [{a: {b: 1n}}, 'a'], {b: 1n}],
    ['map_get', [{a: {b: 1n}}, 'a.b'], absent],
    ['map_get', [{a: null}, 'a'], null],
    ['map_get', [null, 'a'], absent],
    ['map_get', [absent, 'a'], absent],
    ['map_get', ['text', 'a'], absent],
    ['map_get', [vector(1), 'value'], absent],
    ['map_get', [{}, null], error],
    ['map_get', [{}, 1n], error],
    ['map_get', [error, 'a'], error],
    ['get_field', [{city: 'Oslo'}, 'city'], 'Oslo'],
    ['map_set', [{a: 1n}, 'b', 2n], {a: 1n, b: 2n}],
    ['map_set', [{a: 1n, b: 2n}, 'a', 3n, 'c', 4n], {a: 3n, b: 2n, c: 4n}],
    ['map_set', [{a: 1n}, 'a', absent], {}],
    ['map_set', [{a: {b: 1n}}, 'a.b', 2n], {a: {b: 1n}, 'a.b': 2n}],
    ['map_set', [{}, '', 'x'], {'': 'x'}],
    ['map_set', ['x', 'a', 1n], absent],
    ['map_set', [absent, 'a', 1n], absent],
    ['map_set', [{}, null, 1n], error],
    ['map_remove', [{a: 1n, b: 2n, c: 3n}, 'a', 'c', 'd'], {b: 2n}],
    ['map_remove', [null, 'a'], null],
    ['map_remove', ['x', 'a'], error],
    ['map_merge', [{a: 1n, b: 1n}, {b: 2n}, {c: 3n}], {a: 1n, b: 2n, c: 3n}],
    ['map_merge', [{a: 1n}, absent], null],
    ['map_keys', [{a: 1n, b: 2n}], ['a', 'b']],
    ['map_keys', [vector(1)], error],
    ['map_values', [{a: 1n, b: null}], [1n, null]],
    ['map_entries', [{a: 1n}], [{k: 'a', v: 1n}]],
    ['map_entries', [{}], []],
    ['map_entries', [null], null],
  ])('%s(%o) is %o', (name, args, result) => {
    expect(call(name, ...args)).toEqual(result)
  })

  test('a key without a value is refused', () => {
    expect(() => call('map', 'a')).toThrow('The function map(...) requires a value for each key.')
    expect(() => call('map_set', {}, 'a', 1n, 'b')).toThrow('requires a value for each key')
  })

  test('the current context is the fields of the row', () => {
    const fields = new Map([['a', {kind: 'boolean', value: true} as const]])
    expect(toPlain(evaluate('current_context', [], {...ROW, fields}))).toEqual({a: true})
  })
})

describe('types', () => {
  test.each<readonly [value: Plain, type: string]>([
    [null, 'null'],
    [true, 'boolean'],
    [1n, 'int64'],
    [1.1, 'float64'],
    [micros(0n), 'timestamp'],
    ['x', 'string'],
    [bytes('x'), 'bytes'],
    [[1n], 'array'],
    [{}, 'map'],
    [vector(1), 'vector'],
    [reference('a/b'), 'reference'],
    [point(1, 2), 'geo_point'],
  ])('the type of %o is %s and no other', (value, type) => {
    expect(call('type', value)).toBe(type)
    expect(call('is_type', value, type)).toBe(true)
    expect(call('is_type', value, 'decimal128')).toBe(false)
    expect(call('is_type', value, 'number')).toBe(type === 'int64' || type === 'float64')
  })

  test('what is not there has no type', () => {
    expect(call('type', absent)).toBeNull()
    expect(call('is_type', absent, 'string')).toBeNull()
  })

  test('an unknown type is an error', () => {
    expect(call('is_type', 'x', 'other')).toBe(error)
    expect(call('is_type', 'x', null)).toBe(error)
  })
})

describe('references', () => {
  test.each<Case>([
    ['collection_id', [reference('users/u')], 'users'],
    ['collection_id', [reference('users/u/posts/p')], 'posts'],
    ['document_id', [reference('users/u/posts/p')], 'p'],
    ['document_id', [absent], null],
    ['document_id', ['users/u'], error],
    ['document_id', [reference('')], null],
    ['parent', [reference('users/u/posts/p')], reference('users/u')],
    ['parent', [reference('users/u')], reference('')],
    ['parent', [reference('')], null],
    ['reference_slice', [reference('a/1/b/2/c/3'), 1n, 2n], reference('b/2/c/3')],
    ['reference_slice', [reference('a/1/b/2/c/3'), 0n, 2n], reference('a/1/b/2')],
    ['reference_slice', [reference('a/1/b/2/c/3'), -1n, 2n], reference('c/3')],
    ['reference_slice', [reference('a/1'), 0n, -1n], error],
  ])('%s(%o) is %o', (name, args, result) => {
    expect(call(name, ...args)).toEqual(result)
  })
})

describe('distances', () => {
  test.each<Case>([
    ['cosine_distance', [vector(0.1, 0.1), vector(0.5, 0.8)], 0.02560880430538015],
    ['cosine_distance', [vector(0, 1), vector(5, 100)], 0.0012476611221553524],
    ['cosine_distance', [vector(0, 0), vector(5, 100)], error],
    ['cosine_distance', [vector(), vector()], error],
    ['cosine_distance', [vector(1), vector(2, 3)], error],
    ['cosine_distance', [vector(1, 2), [3, 4]], error],
    ['cosine_distance', [vector(1, 2), null], null],
    ['dot_product', [vector(0.1, 0.1), vector(0.5, 0.8)], 0.13],
    ['dot_product', [vector(), vector()], 0],
    ['euclidean_distance', [vector(0.1, 0.1), vector(0.5, 0.8)], 0.806225774829855],
    ['euclidean_distance', [vector(0, 0), vector(3, 4)], 5],
    ['manhattan_distance', [vector(0, 0), vector(3, -4)], 7],
    ['vector_length', [vector(1, 2, 3)], 3n],
    ['vector_length', [[1]], error],
    ['vector_length', [null], null],
    ['geo_distance', [point(1, 1), point(1, 1)], 0],
    ['geo_distance', [point(1, 1), 'x'], error],
  ])('%s(%o) is %o', (name, args, result) => {
    expect(call(name, ...args)).toEqual(result)
  })

  test('places are apart by the great circle', () => {
    const quarter = call('geo_distance', point(0, 0), point(90, 0)) as number
    expect(quarter).toBeCloseTo((Math.PI / 2) * 6_371_010, 3)
    // Oslo to Bergen are some 305 kilometres.
    expect((call('geo_distance', point(59.91, 10.75), point(60.39, 5.32)) as number) / 1000).toBeCloseTo(305, -1)
  })
})
