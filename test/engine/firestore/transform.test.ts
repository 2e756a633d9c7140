import {describe, expect, test} from 'vitest'
import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'
import {applyTransforms} from '#runtime/engine/embedded/firestore/writes/transform.ts'
import type {FieldTransform} from '#runtime/engine/embedded/firestore/writes/write.ts'

const int = (value: bigint): Value => ({kind: 'integer', value})
const double = (value: number): Value => ({kind: 'double', value})
const text: Value = {kind: 'string', value: 'x'}
const list = (...values: Value[]): Value => ({kind: 'array', values})
const MAX = 2n ** 63n - 1n

type Operation = {readonly kind: 'increment' | 'maximum' | 'minimum'; readonly operand: Value}
const by = (operand: Value): Operation => ({kind: 'increment', operand})
const most = (operand: Value): Operation => ({kind: 'maximum', operand})
const least = (operand: Value): Operation => ({kind: 'minimum', operand})

/** Observed at the official emulator 1.19.9. */
describe('transforms', () => {
  test.each<[string, Value | undefined, Operation, Value]>([
    ['increment starts at the operand', undefined, by(int(1n)), int(1n)],
    ['increment adds integers', int(1n), by(int(2n)), int(3n)],
    ['increment stops at the largest integer', int(MAX), by(int(2n)), int(MAX)],
    ['increment stops at the smallest integer', int(-MAX), by(int(-20n)), int(-MAX - 1n)],
    ['increment by a fraction makes a double', int(1n), by(double(0.5)), double(1.5)],
    ['increment of a double stays a double', double(1.5), by(int(1n)), double(2.5)],
    ['increment replaces what is no number', text, by(int(1n)), int(1n)],
    ['maximum takes the larger', int(1n), most(int(3n)), int(3n)],
    ['maximum keeps what is stored where both are equal', int(1n), most(double(1)), int(1n)],
    ['maximum with NaN is NaN', int(1n), most(double(Number.NaN)), double(Number.NaN)],
    ['maximum of NaN is NaN', double(Number.NaN), most(int(1n)), double(Number.NaN)],
    ['maximum keeps -0 beside 0', double(-0), most(int(0n)), double(-0)],
    ['minimum takes the smaller', int(1n), least(int(-3n)), int(-3n)],
    ['minimum replaces what is no number', text, least(int(1n)), int(1n)],
  ])('%s', (_, stored, operation, expected) => {
    const fields = new Map(stored ? [['a', stored]] : [])
    const {fields: changed, results} = applyTransforms(fields, [{path: ['a'], ...operation}], 0)
    expect(changed.get('a')).toEqual(expected)
    expect(results).toEqual([expected])
  })

  test.each<[string, Value | undefined, FieldTransform, Value]>([
    [
      'append leaves out what is there, by value',
      list(int(1n)),
      {path: ['a'], kind: 'append', elements: [double(1), int(2n), int(2n)]},
      list(int(1n), int(2n)),
    ],
    ['append makes a list of what is none', text, {path: ['a'], kind: 'append', elements: [int(1n)]}, list(int(1n))],
    [
      'remove takes out every equal element',
      list(int(1n), int(2n), double(1)),
      {path: ['a'], kind: 'remove', elements: [int(1n)]},
      list(int(2n)),
    ],
    ['remove leaves an empty list behind', undefined, {path: ['a'], kind: 'remove', elements: [int(1n)]}, list()],
  ])('%s', (_, stored, transform, expected) => {
    const fields = new Map(stored ? [['a', stored]] : [])
    const {fields: changed, results} = applyTransforms(fields, [transform], 0)
    expect(changed.get('a')).toEqual(expected)
    expect(results).toEqual([{kind: 'null'}])
  })

  test('one after the other, through nested maps, with the time in whole milliseconds', () => {
    const transforms: FieldTransform[] = [
      {path: ['a', 'n'], ...by(int(1n))},
      {path: ['a', 'n'], ...by(int(1n))},
      {path: ['a', 'at'], kind: 'requestTime'},
    ]
    const {fields, results} = applyTransforms(new Map([['a', text]]), transforms, 1_616_164_695_123_456)
    const at: Value = {kind: 'timestamp', value: 1_616_164_695_123_000n}
    expect(fields.get('a')).toEqual({
      kind: 'map',
      fields: new Map([
        ['n', int(2n)],
        ['at', at],
      ]),
    })
    expect(results).toEqual([int(1n), int(2n), at])
  })
})
