import fc from 'fast-check'
import {expect, test} from 'vitest'
import {diffLines} from '#runtime/report/diff-lines.ts'

const show = (expected: string, actual: string): string =>
  diffLines(expected, actual)
    .map(({side, text}) => ({both: ' ', expected: '-', actual: '+'})[side] + text)
    .join('\n')

test.each([
  ['a', 'a', ' a'],
  ['a', 'b', '-a\n+b'],
  ['a\nb\nc', 'a\nc', ' a\n-b\n c'],
  ['a\nc', 'a\nb\nc', ' a\n+b\n c'],
  ['a\nb\nc\nd', 'b\nc\nx', '-a\n b\n c\n-d\n+x'],
])('%j and %j', (expected, actual, shown) => {
  expect(show(expected, actual)).toBe(shown)
})

test('both sides can be read from it, also where they are too long to be compared', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), {minLength: 1, maxLength: 12}).map((lines) => lines.join('\n'))
  const pick = (lines: ReturnType<typeof diffLines>, other: string): string =>
    lines
      .filter(({side}) => side !== other)
      .map((line) => line.text)
      .join('\n')
  fc.assert(
    fc.property(text, text, (expected, actual) => {
      const lines = diffLines(expected, actual)
      expect([pick(lines, 'actual'), pick(lines, 'expected')]).toEqual([expected, actual])
    }),
  )
  const long = Array.from({length: 700}, (_, index) => `${index}`).join('\n')
  const lines = diffLines(long, `${long}\nx`)
  expect([pick(lines, 'actual'), pick(lines, 'expected')]).toEqual([long, `${long}\nx`])
})
