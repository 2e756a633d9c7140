import {expect, test} from 'vitest'
import {runTests} from './run-tests.ts'

/** A matcher's call, with subjects that pass and subjects that do not. */
const matchers: readonly (readonly [call: string, passing: readonly string[], failing: readonly string[]])[] = [
  ['isUndefined()', ['undefined'], ['null', '0']],
  ['isDefined()', ['null', '0', "''"], ['undefined']],
  ['isNull()', ['null'], ['undefined', '0']],
  ['isNotNull()', ['undefined', '0'], ['null']],
  ['isTrue()', ['true'], ['1', "'true'"]],
  ['isFalse()', ['false'], ['0', 'undefined']],
  ['isTruthy()', ['1', "'a'", '[]'], ['0', "''", 'null']],
  ['isFalsy()', ['0', "''", 'null', 'NaN'], ['1', '{}']],
  ['isNaN()', ['NaN'], ['1', 'undefined', "'a'"]],
  ['isNotNaN()', ['1', 'undefined'], ['NaN']],
  ['isInfinity()', ['1 / 0', '-1 / 0'], ['1', 'NaN']],
  ['isNotInfinity()', ['1', 'NaN'], ['1 / 0']],
  ['isEqualTo({a: [1, {b: NaN}]})', ['{a: [1, {b: NaN}]}'], ['{a: [1, {b: 1}]}', '{a: [1]}', '{}', 'undefined']],
  ['isEqualTo({a: 1, b: 2})', ['{b: 2, a: 1}'], ['{a: 1}', '{a: 1, b: 2, c: undefined}', '[1, 2]']],
  ['isEqualTo([])', ['[]'], ['{}', "''"]],
  ["isEqualTo('1')", ["'1'"], ['1']],
  ['isNotEqualTo({a: 1})', ['{a: 2}', '1'], ['{a: 1}']],
  ['isStrictlyEqualTo(1)', ['1'], ["'1'", 'true']],
  ['isStrictlyEqualTo({})', [], ['{}']],
  ['isNotStrictlyEqualTo({})', ['{}'], []],
  ['isNotStrictlyEqualTo(1)', ["'1'"], ['1']],
  ["isAnyOf('a', {b: 1})", ["'a'", '{b: 1}'], ["'b'", '{}']],
  ["isNoneOf('a', {b: 1})", ["'b'"], ["'a'", '{b: 1}']],
  ['isGreaterThan(2)', ['3'], ['2', '1', "'3'"]],
  ['isGreaterThanOrEqualTo(2)', ['3', '2'], ['1', 'undefined']],
  ['isLessThan(2)', ['1'], ['2', '3', "''"]],
  ['isLessThanOrEqualTo(2)', ['1', '2'], ['3', 'null']],
  ["contains('a')", ["'bab'", "['a', 'b']"], ["'b'", "['b']", 'undefined', '5']],
  ['contains(1, 2)', ['[2, 1, 3]'], ['[1]']],
  ['contains([1, 2])', ['[2, 1, 3]', '[[1, 2]]'], ['[1]']],
  ['contains({a: 1})', ['[{a: 1}]'], ['[{a: 2}]']],
  ["doesNotContain('a')", ["'b'", '[]'], ["'bab'", "['a']"]],
  ['containsExactly(1, 2)', ['[2, 1]'], ['[1, 2, 2]', '[1]', '[1, 2, 3]', '[1, 1]']],
  ['containsExactly([1, 2])', ['[2, 1]'], ['[1]']],
  ['doesNotContainExactly(1, 2)', ['[1]', '[1, 2, 3]'], ['[2, 1]']],
  ['hasLength(2)', ["'ab'", '[1, 2]'], ["'a'", '[]', '{length: 2}', '2']],
  ['isEmpty()', ["''", '[]'], ["'a'", '[0]', 'undefined']],
  ['isNotEmpty()', ["'a'", '[0]'], ["''", '[]', '5']],
  ['isArray()', ['[]'], ['{}', "''"]],
  ['isBoolean()', ['true', 'false'], ['0']],
  ['isFunction()', ['() => 1'], ['{}']],
  ['isNumber()', ['1', 'NaN'], ["'1'"]],
  ['isObject()', ['{}'], ['[]', 'null', '() => 1']],
  ['isString()', ["''"], ['1', '[]']],
]

test.each(matchers)('%s', async (call, passing, failing) => {
  const scenarios = [...passing, ...failing].map((subject) => `assertThat(${subject}).${call};`)
  const results = await runTests('return 1', scenarios)
  expect(results.map(({passed}, index) => [scenarios[index], passed])).toEqual(
    scenarios.map((scenario, index) => [scenario, index < passing.length]),
  )
})

test('the whole list is there, and nothing that it does not have', async () => {
  const results = await runTests('return 1', ["assertThat('a').matches('a');"])
  expect(results[0]?.failures[0]?.message).toContain('matches is not a function')
  expect(new Set(matchers.map(([call]) => call.split('(')[0])).size).toBe(35)
})
