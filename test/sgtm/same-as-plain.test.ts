import {isDeepStrictEqual} from 'node:util'
import fc from 'fast-check'
import {expect, test} from 'vitest'
import {run} from './run-code.ts'

const name = fc.constantFrom('a', 'b', 'c')
const literal = fc.oneof(
  fc.integer({min: -9, max: 9}).map((value) => `(${value})`),
  fc.constantFrom("'x'", "''", 'true', 'null', 'undefined', '[1, 2]', "({k: 'v'}).k"),
)
const operator = fc.constantFrom('+', '-', '*', '<', '===', '!==', '&&', '||', '%', '&', '>>')

const {expression} = fc.letrec<{expression: string}>((tie) => ({
  expression: fc.oneof(
    {maxDepth: 4, withCrossShrink: true},
    fc.oneof(name, literal),
    fc.tuple(tie('expression'), operator, tie('expression')).map(([left, op, right]) => `(${left} ${op} ${right})`),
    fc
      .tuple(tie('expression'), tie('expression'))
      .map(([left, right]) => `${left} + ${right} + 1`)
      .map((sum) => `(${sum})`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
    tie('expression').map((body) => `((x) => ${body} + x)(2)`),
    tie('expression').map((body) => `((x) => ({v: ${body}}))(1).v`),
    tie('expression').map((body) => `[1, 2].map((x) => ${body}).join('-')`),
    tie('expression').map((value) => `(typeof ${value})`),
  ),
}))

const {statement} = fc.letrec<{statement: string}>((tie) => ({
  statement: fc.oneof(
    {maxDepth: 3, withCrossShrink: true},
    fc.tuple(name, fc.constantFrom('=', '+='), expression).map(([to, op, value]) => `${to} ${op} ${value}`),
    expression.map((value) => `a = ${value}\nb += a`),
    fc
      .tuple(expression, tie('statement'), tie('statement'))
      .map(([test, yes, no]) => `if (${test}) { ${yes}\n} else ${no}\n`),
    fc.tuple(tie('statement')).map(([body]) => `for (let i = 0; i < 2; i++) { ${body}\n }`),
    fc.tuple(tie('statement')).map(([body]) => `for (const k in {p: 1, q: 2}) ${body}\n`),
    fc
      .tuple(tie('statement'))
      .map(([body]) => `for (const v of [c, 'w']) { c = v\n ${body}\n if (c) continue\n c = 0 }`),
    fc
      .tuple(expression, tie('statement'))
      .map(([value, body]) => `switch (${value}) { case 1: ${body}\n break\n default:\n ${body}\n }`),
    fc.tuple(tie('statement')).map(([body]) => `(function() { ${body}\n return arguments.length })(1, 2)`),
  ),
}))

/** Both sides print what they got, so that NaN, -0 and undefined count. */
const program = fc
  .array(statement, {minLength: 1, maxLength: 5})
  .map((statements) => `let a = 1, b = 'b', c\n${statements.join('\n;')}\nreturn [a, b, c]`)

/** A result, or the message of what was thrown. */
function outcome(body: () => unknown): unknown {
  try {
    return body()
  } catch (error) {
    return (error as Error).message
  }
}

function isLong(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isLong) : typeof value === 'string' && value.length > 100_000
}

test('generated programs of the language give the same result as in plain Node', () => {
  fc.assert(
    fc.property(program, (text) => {
      // oxlint-disable-next-line typescript/no-implied-eval
      const plain = new Function('data', `'use strict';${text}`) as () => unknown
      const expected = outcome(plain)
      // Some programs double a text in nested loops; that those are stopped is tested elsewhere.
      fc.pre(!isLong(expected))
      const actual = outcome(() => run(text))
      expect(isDeepStrictEqual(actual, expected), `${text}\ngave ${String(actual).slice(0, 200)}`).toBe(true)
    }),
    {numRuns: Number(process.env['STITCH_FUZZ'] ?? 150), seed: 20210319},
  )
})
