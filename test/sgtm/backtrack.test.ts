import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {createBacktrack} from '#runtime/sgtm/sandbox/realm/backtrack.ts'
import {createCharacters} from '#runtime/sgtm/sandbox/realm/characters.ts'
import {createMeter} from '#runtime/sgtm/sandbox/realm/meter.ts'
import {createPatternCompiler} from '#runtime/sgtm/sandbox/realm/pattern-program.ts'
import {run} from './run-code.ts'

const free = {...createMeter({heapUsed: () => 0, maxGrowth: 1, maxDepth: 1, now: () => 0}), charge: () => {}}
const compile = createBacktrack(free, createPatternCompiler(createCharacters()))

/** What JavaScript's own engine finds, and what ours does. */
function both(source: string, text: string): readonly [unknown, unknown] {
  const native = new RegExp(source).exec(text)
  const own = compile(source)?.exec(text) as RegExpExecArray | null | undefined
  const shown = (found: RegExpExecArray | null | undefined): unknown => found && [found.index, ...found]
  return [shown(native), own === undefined ? 'refused' : shown(own)]
}

test.each([
  ['(?=.*(android))(?=.*(line|fb))', 'x android with fb'],
  ['(?=.*(android))(?=.*(line|fb))', 'x android'],
  ['^(?!.*bot).*$', 'a robot'],
  ['^(?!.*bot).*$', 'a person'],
  ['(?<=utm_)(\\w+)=([^&]*)', '?utm_source=a%20b&x'],
  ['(?<!a)b', 'abcb'],
  ['(a|b)\\1', 'abba'],
  ['(["\']).*?\\1', `say "it's" now`],
  ['\\bfoo\\b', 'a foo b'],
  ['[^\\]\\-a-c\\d]+', 'abc-]1xyz'],
  ['a{2,3}?', 'aaaa'],
  ['a{2,}b{0}c{1}', 'aaac'],
  ['a{x}', 'a{x}'],
  ['\\x41\\u0042\\t\\.', 'AB\t.'],
  ['(a*)*b', 'aaaaaaaaaaab'],
  ['(?:(a)|(b))*\\1', 'ab'],
  ['(?:(a)|b)*', 'ab'],
  ['(z)((a+)?(b+)?(c))*', 'zaacbbbcac'],
  ['(?:a|ab)(?:c|bcd)(d*)$', 'abcd'],
  ['x|', 'ab'],
  ['[]', 'a'],
  ['[^]', 'a'],
  ['\\S+\\s\\S+', 'a\u00A0b'],
])('%s in %j is what JavaScript finds', (source, text) => {
  const [native, own] = both(source, text)
  expect(own).toEqual(native)
})

test('generated patterns find what JavaScript finds', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\b', '^', '$', '-')
  const {pattern} = fc.letrec<{pattern: string; piece: string}>((tie) => ({
    pattern: fc.array(tie('piece'), {maxLength: 4}).map((pieces) => pieces.join('')),
    piece: fc.oneof(
      {depthSize: 'small', withCrossShrink: true},
      atom,
      fc
        .tuple(fc.constantFrom('a', 'b', '.', '[ab]'), fc.constantFrom('*', '+', '?', '*?', '+?', '{1,2}'))
        .map((two) => two.join('')),
      tie('pattern').map((inner) => `(?=${inner})`),
      tie('pattern').map((inner) => `(?!${inner})`),
      fc.constantFrom('(?<=a)', '(?<!b)', '(?<=a|-b)'),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, two]) => `(?:${one}|${two})`),
      tie('pattern').map((inner) => `(?:${inner})?`),
      tie('pattern').map((inner) => `(${inner})`),
      fc
        .tuple(
          tie('pattern'),
          fc.constantFrom('', '?:'),
          fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}?'),
        )
        .map(([inner, mark, times]) => `(${mark}${inner})${times}`),
      fc.constantFrom('(a|b)\\1', '(a)|b\\1'),
    ),
  }))
  const text = fc.string({unit: fc.constantFrom('a', 'b', '-', ' '), maxLength: 8})
  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      const [native, own] = both(source, subject)
      expect(own).toEqual(native)
    }),
    {numRuns: 3000, seed: 7},
  )
})

test.each(['(', 'a)', '*a', '[a', '[b-a]', '(?<name>a)', '(?i)a', '\\'])('%s is not taken', (source) => {
  expect(compile(source)).toBe(undefined)
})

describe('in a template', () => {
  test('text with look-around matches, and what no engine understands is an error', () => {
    expect(run("return 'x android fb'.match('(?=.*(android))(?=.*(fb))')")).toEqual(['', 'android', 'fb'])
    expect(run("return 'a robot'.search('(?<=ro)bot')")).toBe(4)
    expect(() => run("return 'a'.match('(?<=a')")).toThrow(/regular expression/i)
  })

  test.each([
    ['^(?:(?!x).)*$', 'a', 200_000],
    ['(?=a)(?:ab)*$', 'ab', 100_000],
    ['^(?=a)(?:a|b)+?$', 'ab', 100_000],
  ])('%s takes no room on the stack for a long text', (pattern, part, count) => {
    const found = run('return data.text.match(data.pattern)[0].length', {pattern, text: part.repeat(count)})
    expect(found).toBe(part.length * count)
  })

  test('an exponential search ends like an endless loop', () => {
    expect(() => run("return 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.match('^(?=a)(a|a|aa)*$')")).toThrow(/steps/)
  })
})
