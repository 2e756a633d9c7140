import {inspect} from 'node:util'
import fc from 'fast-check'
import {expect, test} from 'vitest'
import {createSandbox} from '#runtime/sgtm/sandbox/sandbox.ts'
import {program, programOutside} from './programs.ts'
import {compile} from './run-code.ts'

/** STITCH_FUZZ=10000 for the whole number. */
const options = {numRuns: Number(process.env['STITCH_FUZZ'] ?? 300), seed: 20210319}
const seconds = 60_000 + options.numRuns * 30

/** What Node itself has under the names that the programs ask for. */
const plainApis: Readonly<Record<string, unknown>> = {
  JSON: {
    stringify: (value: unknown) => JSON.stringify(value),
    parse: (text: string): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        return undefined
      }
    },
  },
  Math,
  Object,
  makeString: String,
  makeNumber: Number,
}

/** A result with everything that may differ, or the message of what was thrown. */
function outcome(body: () => unknown): string {
  try {
    return show(body())
  } catch (error) {
    return `error: ${(error as Error).message}`
  }
}

/** Prototypes do not count: what leaves the sandbox has none. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `[${[...(value as unknown[])].map(show).join()}]`
  if (typeof value === 'function') return 'function'
  if (typeof value !== 'object' || value === null) return inspect(value, {maxStringLength: null})
  return `{${Object.entries(value)
    .map(([key, part]) => `${key}:${show(part)}`)
    .join()}}`
}

test(
  'generated programs of the language give the same result as in plain Node',
  () => {
    const sandbox = createSandbox(() => () => {})
    let compared = 0
    fc.assert(
      fc.property(program, ({text}) => {
        // oxlint-disable-next-line typescript/no-implied-eval
        const plain = new Function('require', 'data', `'use strict';${text}`) as (...args: unknown[]) => unknown
        const expected = outcome(() => plain((name: string) => plainApis[name]))
        // Some programs double a text in nested loops; that those are stopped is tested elsewhere.
        fc.pre(expected.length < 100_000)
        const compiled = compile(text)
        if (!compiled.ok) throw new Error(`${text}\nwas refused: ${compiled.refusals[0]?.message}`)
        const run = sandbox.load(compiled.program)({resolve: () => undefined, unhandled: () => {}})
        const actual = outcome(() => run.call({}))
        compared += 1
        if (actual !== expected)
          throw new Error(`${text}\ngave ${actual.slice(0, 300)}\nnot  ${expected.slice(0, 300)}`)
      }),
      options,
    )
    expect(compared).toBeGreaterThanOrEqual(options.numRuns)
  },
  seconds,
)

test(
  'generated programs that are outside of the language in one place are refused at a place in the file',
  () => {
    const reasons = new Set<string>()
    fc.assert(
      fc.property(programOutside, (text) => {
        const compiled = compile(text)
        if (compiled.ok) throw new Error(`${text}\nwas accepted`)
        for (const {message, at, excerpt} of compiled.refusals) {
          reasons.add(message.replace(/ Token .*/, '').replaceAll(/`\w+`|'\w+'/g, '_'))
          expect(at.line).toBeGreaterThanOrEqual(10)
          expect(at.line).toBeLessThan(10 + text.split('\n').length)
          expect(excerpt.split('\n')).toHaveLength(2)
        }
      }),
      options,
    )
    // Many different reasons, or the generator would not be worth much.
    expect(reasons.size).toBeGreaterThan(30)
  },
  seconds,
)
