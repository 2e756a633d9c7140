import {expect, test} from 'vitest'
import {checkDisjunctions} from '#runtime/engine/embedded/firestore/query/disjunctions.ts'
import type {CompareOperator, Filter} from '#runtime/engine/embedded/firestore/query/query.ts'
import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'

const int = (value: number): Value => ({kind: 'integer', value: BigInt(value)})
const compare = (path: string, operator: CompareOperator, value: Value): Filter => ({
  kind: 'compare',
  path: [path],
  operator,
  value,
})
const is = (path: string, value: number): Filter => compare(path, 'EQUAL', int(value))
const oneOf = (path: string, count: number, from = 0, operator: CompareOperator = 'IN'): Filter =>
  compare(path, operator, {kind: 'array', values: Array.from({length: count}, (_, at) => int(from + at))})
const twice = (path: string, count: number, operator: CompareOperator = 'IN'): Filter =>
  compare(path, operator, {kind: 'array', values: [...Array.from({length: count}, (_, at) => int(at)), int(0)]})
const and = (...filters: Filter[]): Filter => ({kind: 'and', filters})
const or = (...filters: Filter[]): Filter => ({kind: 'or', filters})
const either = or(is('a', 1), is('b', 1))

/** What the official emulator 1.19.9 says of each: the number of alternatives that are too many, or nothing. */
test.each<[string, Filter, number | undefined]>([
  ['six values by six', and(oneOf('a', 6), oneOf('b', 6)), 36],
  ['five values, one of them twice, by six', and(twice('a', 5), oneOf('b', 6)), undefined],
  ['five elements, one of them twice, by six', and(twice('a', 5, 'ARRAY_CONTAINS_ANY'), oneOf('b', 6)), undefined],
  ['the same six values twice', and(oneOf('a', 6), oneOf('a', 6)), undefined],
  ['six values and six of which five are the same', and(oneOf('a', 6), oneOf('a', 6, 1)), undefined],
  ['six values and six others of one field', and(oneOf('a', 6), oneOf('a', 6, 10)), 36],
  ['six values twice, by six', and(oneOf('a', 6), oneOf('a', 6), oneOf('b', 6)), 36],
  ['six values twice, by five', and(oneOf('a', 6), oneOf('a', 6), oneOf('b', 5)), undefined],
  ['thirty-one times the same', or(...Array.from({length: 31}, () => is('a', 1))), undefined],
  ['thirty-one', or(...Array.from({length: 31}, (_, at) => is('a', at))), 31],
  ['twenty or twenty, ten of them the same', or(oneOf('a', 20), oneOf('a', 20, 10)), undefined],
  ['twenty or twenty, nine of them the same', or(oneOf('a', 20), oneOf('a', 20, 11)), 31],
  ['twenty or each of them', or(oneOf('a', 20), ...Array.from({length: 20}, (_, at) => is('a', at))), undefined],
  ['one that others include', or(is('a', 1), ...Array.from({length: 30}, (_, at) => and(is('a', 1), is('b', at)))), 31],
  ['the same alternative twice, by eleven', and(either, either, oneOf('c', 11)), undefined],
  ['the same alternative twice, by sixteen', and(either, either, oneOf('c', 16)), 32],
  [
    'integer and double are two',
    and(or(is('a', 1), compare('a', 'EQUAL', {kind: 'double', value: 1}), oneOf('a', 4, 2)), oneOf('b', 6)),
    36,
  ],
])('alternatives: %s', (_, filter, tooMany) => {
  const check = () => checkDisjunctions(filter)
  if (tooMany === undefined) expect(check).not.toThrow()
  else expect(check).toThrow(`Result had ${tooMany} disjunctions which`)
})

test('more alternatives than could be multiplied out are refused at once', () => {
  const filters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((path) => oneOf(path, 30))
  expect(() => checkDisjunctions(and(...filters))).toThrow(`Result had ${30 ** 8} disjunctions`)
})
