import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {readBodyText} from '#runtime/kernel/body-text.ts'
import {formatTraceparent, newSpanId, newTraceId, parseTraceparent} from '#runtime/kernel/ids.ts'
import {showPath} from '#runtime/kernel/show-path.ts'
import {suggestNearest} from '#runtime/kernel/suggest.ts'

describe('trace context', () => {
  test('is read as it was written', () => {
    for (let time = 0; time < 100; time++) {
      const context = {trace: newTraceId(), span: newSpanId()}
      expect(parseTraceparent(formatTraceparent(context))).toEqual(context)
    }
  })

  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  const span = '00f067aa0ba902b7'
  test.each([
    undefined,
    '',
    `00-${trace}-${span}`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    ` 00-${trace}-${span}-01`,
    `00-${trace}-${span}-01-extra`,
  ])('%j is refused', (header) => {
    expect(parseTraceparent(header)).toBe(undefined)
  })
})

describe('the nearest word', () => {
  test.each([
    {word: 'destination', candidates: ['destinations', 'deadlines'], nearest: 'destinations'},
    {word: 'Engin', candidates: ['project', 'engine'], nearest: 'engine'},
    {word: 'sgtn', candidates: ['sgtm', 'firestore', 'pubsub'], nearest: 'sgtm'},
    {word: 'junitt', candidates: ['text', 'json', 'junit'], nearest: 'junit'},
    {word: 'grahp', candidates: ['graph', 'match'], nearest: 'graph'},
    {word: 'ab', candidates: ['xy'], nearest: undefined},
    {word: 'completely', candidates: ['different'], nearest: undefined},
    {word: 'x', candidates: [], nearest: undefined},
  ])('to $word of $candidates is $nearest', ({word, candidates, nearest}) => {
    expect(suggestNearest(word, candidates)).toBe(nearest)
  })

  test('is the word itself where it is known', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({minLength: 1}), {minLength: 1, selector: (text) => text.toLowerCase()}),
        (words) => {
          expect(suggestNearest(words[0]!, words)).toBe(words[0])
        },
      ),
    )
  })
})

describe('a path for people', () => {
  test.each([
    {file: '/p/fixtures/a.json', cwd: '/p', shown: 'fixtures/a.json'},
    {file: '/p/a.json', cwd: '/p/q', shown: '/p/a.json'},
    {file: '/p', cwd: '/p', shown: '/p'},
    {file: '/other/a.json', cwd: '/p', shown: '/other/a.json'},
  ])('$file from $cwd is $shown', ({file, cwd, shown}) => {
    expect(showPath(file, cwd)).toBe(shown)
  })
})

describe('the text of a body', () => {
  test('is cut after 64 KiB, never within a character', () => {
    const text = `${'a'.repeat(64 * 1024 - 1)}€`
    expect(readBodyText(Buffer.from(text))).toBe('a'.repeat(64 * 1024 - 1))
  })

  test('that fits stays whole', () => {
    fc.assert(fc.property(fc.string({unit: 'grapheme'}), (text) => readBodyText(Buffer.from(text)) === text))
  })

  test('has replacement characters for what is no UTF-8', () => {
    expect(readBodyText(Buffer.from([0x61, 0xff, 0x62]))).toBe('a\ufffdb')
  })
})
