import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {compareNames, compareUtf8} from '#runtime/engine/embedded/firestore/values/compare-text.ts'
import {compareValues} from '#runtime/engine/embedded/firestore/values/compare.ts'
import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'
import {decodeId, encodeId, encodePath} from '#runtime/engine/embedded/store/keys.ts'

const text = fc.string({unit: 'binary', minLength: 1, maxLength: 4})
const awkward = fc.constantFrom('\u0000', 'a', 'a\u0000', 'a\u0000b', 'a\u0001', 'aa', '\uFFEE', '😀')
const id = fc.oneof(
  awkward,
  text,
  fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}).map((number) => `__id${number}__`),
)
const path = fc.array(id, {minLength: 1, maxLength: 4})
const sign = (order: number): number => Math.sign(order)

describe('sortable keys', () => {
  test('an id comes back from its key', () => {
    fc.assert(fc.property(id, (value) => decodeId(encodeId(value)) === value))
  })

  test('keys sort as names do', () => {
    fc.assert(
      fc.property(path, path, (left, right) => {
        fc.pre(![...left, ...right].some((segment) => segment.includes('/')))
        const order = Buffer.compare(encodePath(left), encodePath(right))
        expect(sign(order)).toBe(sign(compareNames(left.join('/'), right.join('/'))))
      }),
    )
  })

  test('text sorts by its UTF-8 bytes', () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(sign(compareUtf8(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)))
      }),
    )
  })
})

describe('numbers', () => {
  const integer = (value: bigint): Value => ({kind: 'integer', value})
  const double = (value: number): Value => ({kind: 'double', value})

  test.each<[string, Value, Value, number]>([
    ['2^53 + 1 is above 2^53', integer(2n ** 53n + 1n), double(2 ** 53), 1],
    ['the largest integer is below 2^63', integer(2n ** 63n - 1n), double(2 ** 63), -1],
    ['1 equals 1.0', integer(1n), double(1), 0],
    ['-0 equals 0', double(-0), integer(0n), 0],
    ['NaN is below minus infinity', double(Number.NaN), double(Number.NEGATIVE_INFINITY), -1],
    ['NaN equals NaN', double(Number.NaN), double(Number.NaN), 0],
  ])('%s', (_, left, right, expected) => {
    expect(sign(compareValues(left, right))).toBe(expected)
    expect(sign(compareValues(right, left))).toBe(expected === 0 ? 0 : -expected)
  })
})
