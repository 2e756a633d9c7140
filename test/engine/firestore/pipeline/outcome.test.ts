import {expect, test} from 'vitest'
import {ABSENT, fail, isValue} from '#runtime/engine/embedded/firestore/pipeline/outcome.ts'
import type {FunctionCompiler, Row} from '#runtime/engine/embedded/firestore/pipeline/outcome.ts'
import {NULL} from '#runtime/engine/embedded/firestore/values/value.ts'

test('null is a value; a missing field and an error are none', () => {
  expect([NULL, ABSENT, fail('no')].map(isValue)).toEqual([true, false, false])
})

test('a compiled call sees the row and its arguments', () => {
  const first: FunctionCompiler = ([argument]) => argument ?? (() => fail('nothing given'))
  const row: Row = {
    name: undefined,
    fields: new Map([['a', NULL]]),
    variables: new Map(),
    now: 1,
    spend: () => undefined,
  }
  expect(first([({fields}) => fields.get('a') ?? ABSENT], new Map())(row)).toBe(NULL)
  expect(first([], new Map())(row)).toEqual({kind: 'error', message: 'nothing given'})
})
