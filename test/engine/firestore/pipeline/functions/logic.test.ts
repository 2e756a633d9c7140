import {describe, expect, test} from 'vitest'
import {absent, call, error, evaluate} from '../evaluate.ts'
import type {Plain} from '../evaluate.ts'

type Case = readonly [name: string, args: readonly Plain[], result: Plain]

describe('logic', () => {
  test.each<Case>([
    ['and', [true, true], true],
    ['and', [true, false], false],
    ['and', [null, true], null],
    ['and', [absent, true], null],
    ['and', [null, false], false],
    ['and', [false, absent], false],
    ['and', [false, error], false],
    ['and', [false, 'x'], false],
    ['and', [error, false], error],
    ['and', [null, error], error],
    ['and', [absent, 'x'], error],
    ['or', [false, true], true],
    ['or', [false, false], false],
    ['or', [null, true], true],
    ['or', [absent, true], true],
    ['or', [null, false], null],
    ['or', [true, error], true],
    ['or', [error, true], error],
    ['or', ['x', null], error],
    ['nor', [false, false], true],
    ['nor', [false, false, true], false],
    ['nor', [null, true], false],
    ['nor', [false, absent], null],
    ['nor', [true, error], false],
    ['nor', [error, true], error],
    ['xor', [true, true], false],
    ['xor', [true, false], true],
    ['xor', [true, true, true], true],
    ['xor', [null, true], null],
    ['xor', [false, absent], null],
    ['xor', [true, error], error],
    ['xor', [null, 'x'], error],
    ['not', [true], false],
    ['not', [null], null],
    ['not', [absent], null],
    ['not', [1n], error],
    ['not', [error], error],
    ['conditional', [true, 'yes', error], 'yes'],
    ['conditional', [false, error, 'no'], 'no'],
    ['conditional', [null, 'yes', 'no'], 'no'],
    ['conditional', [absent, 'yes', 'no'], 'no'],
    ['conditional', [error, 'yes', 'no'], error],
    ['conditional', ['x', 'yes', 'no'], error],
    ['conditional', [true, absent, 'no'], absent],
    ['switch_on', [false, 'one', true, 'two', 'other'], 'two'],
    ['switch_on', [false, error, null, error, 'other'], 'other'],
    ['switch_on', [true, 'one', error, 'two'], 'one'],
    ['switch_on', [error, 'one', 'other'], error],
    ['switch_on', [false, 'one'], error],
  ])('%s(%o) is %o', (name, args, result) => {
    expect(call(name, ...args)).toEqual(result)
  })

  test('a switch that nothing matches says so', () => {
    expect(evaluate('switch_on', [false, 1n])).toMatchObject({message: 'all switch cases evaluate to false'})
  })
})

describe('presence', () => {
  test.each<Case>([
    ['exists', [0n], true],
    ['exists', [null], true],
    ['exists', [absent], false],
    ['exists', [error], error],
    ['is_absent', [absent], true],
    ['is_absent', [null], false],
    ['is_absent', [error], error],
    ['if_absent', [null, 0n], null],
    ['if_absent', [absent, 0n], 0n],
    ['if_absent', [error, 0n], error],
    ['is_error', [error], true],
    ['is_error', [absent], false],
    ['is_error', [null], false],
    ['if_error', [error, 'caught'], 'caught'],
    ['if_error', [1n, error], 1n],
    ['if_error', [absent, 1n], absent],
    ['if_error', [error, error], error],
    ['if_null', [null, 2n], 2n],
    ['if_null', [absent, 2n], 2n],
    ['if_null', [1n, error], 1n],
    ['if_null', [error, 2n], error],
    ['coalesce', [null, absent, false, error], false],
    ['coalesce', [null, null], null],
    ['coalesce', [null, absent], null],
    ['coalesce', [error, 1n], error],
    ['error', ['no'], error],
  ])('%s(%o) is %o', (name, args, result) => {
    expect(call(name, ...args)).toEqual(result)
  })

  test('an error has its message', () => {
    expect(evaluate('error', ['none of the conditions'])).toEqual({kind: 'error', message: 'none of the conditions'})
  })
})
