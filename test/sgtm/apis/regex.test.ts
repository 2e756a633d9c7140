import {describe, expect, test} from 'vitest'
import {run} from '../run-code.ts'

const code = "return require('testRegex')(require('createRegex')(data.pattern, data.flags), data.text);"
const matches = (pattern: string, text: string, flags?: string): unknown => run(code, {pattern, text, flags})
const valid = (pattern: string): unknown => run("return require('createRegex')(data.pattern) !== null;", {pattern})

describe('createRegex speaks the language of RE2', () => {
  test.each<[string, string, boolean, string?]>([
    ['abc', 'xabcx', true],
    ['ABC', 'xabcx', false],
    ['ABC', 'xabcx', true, 'i'],
    ['[a-f]+$', 'CAFE', true, 'i'],
    ['[^a-f]', 'CAFE', false, 'i'],
    ['straße', 'STRAßE', true, 'i'],
    ['^a.c$', 'a\nc', false],
    ['(?s)^a.c$', 'a\nc', true],
    ['(?i)abc', 'ABC', true],
    ['a(?i)b', 'aB', true],
    ['a(?i)b', 'AB', false],
    ['(?i:a)b', 'Ab', true],
    ['(?i:a)b', 'AB', false],
    ['(?i-i:a)', 'A', false],
    ['(?m)^b$', 'a\nb\nc', true],
    ['^b$', 'a\nb\nc', false],
    [String.raw`\Aab\z`, 'ab', true],
    [String.raw`\d{3}-\d{4}`, 'tel 555-1234', true],
    [String.raw`^\d+$`, '٣', false],
    [String.raw`^\s$`, '\u00a0', false],
    [String.raw`^\s$`, '\t', true],
    [String.raw`^\S$`, '\u00a0', true],
    [String.raw`\bcat\b`, 'a cat sat', true],
    [String.raw`\bcat\b`, 'concat', false],
    [String.raw`^\Qa.b*\E$`, 'a.b*', true],
    [String.raw`^\Qa.b*\E$`, 'axb', false],
    [String.raw`^\Qab`, 'ab', true],
    [String.raw`^\x41\x{1F600}$`, 'A\u{1F600}', true],
    [String.raw`^\101\0$`, 'A\0', true],
    [String.raw`^\pL+$`, 'Žluťoučký', true],
    [String.raw`^\p{Greek}+$`, 'λόγος', true],
    [String.raw`^\p{^Greek}$`, 'a', true],
    [String.raw`^\P{Lu}$`, 'A', false],
    ['^[[:alpha:][:digit:]_]+$', 'a1_', true],
    ['^[[:^alpha:]]+$', 'a', false],
    [String.raw`^[\d.]+$`, '1.5', true],
    [String.raw`^[\D]$`, '1', false],
    ['^[]a]+$', ']a', true],
    ['^[^]a]$', 'b', true],
    ['^[a-]+$', 'a-', true],
    ['^x{100}$', 'x'.repeat(100), true],
    ['^x{100}$', 'x'.repeat(99), false],
    ['^(ab){2,}$', 'ababab', true],
    ['^(ab){2,3}$', 'abababab', false],
    ['^a{,2}$', 'a{,2}', true],
    ['^a{0}b$', 'b', true],
    ['^(?:a|b)*?c', 'abac', true],
    ['(?P<year>[0-9]+)', '2026', true],
    ['(?<year>[0-9]+)', '2026', true],
    ['^$', '', true],
    ['', 'anything', true],
    ['^😀+$', '😀😀', true],
    ['a|b|', 'c', true],
    ['x', 'x', true, 'gimsuy'],
  ])('%s on %j: %s %s', (pattern, text, expected, flags) => {
    expect(matches(pattern, text, flags)).toBe(expected)
  })

  test.each([
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '(?<!a)b',
    String.raw`(a)\1`,
    '(?>a)',
    '(a',
    'a)',
    '[a',
    '*a',
    'a**',
    'a++',
    'x{2,1}',
    'x{1001}',
    '((x{1000}){1000}){1000}',
    String.raw`\p{Nonsense}`,
    String.raw`\y`,
    String.raw`\C`,
    String.raw`\x{110000}`,
    '[z-a]',
    '[[:nope:]]',
    '(?P<n',
    '\\',
    '('.repeat(300) + ')'.repeat(300),
  ])('and refuses %s', (pattern) => {
    expect(valid(pattern)).toBe(false)
  })

  test('patterns that ruin a backtracking engine end at once', () => {
    expect(matches('^(a+)+$', `${'a'.repeat(5000)}b`)).toBe(false)
    expect(matches('^(a|a)*$', `${'a'.repeat(5000)}b`, 'i')).toBe(false)
  })
})

test('a global regular expression remembers where it was', () => {
  const text = `
    const testRegex = require('testRegex');
    const global = require('createRegex')('a', 'g');
    const plain = require('createRegex')('a');
    return [testRegex(global, 'ab'), testRegex(global, 'ab'), testRegex(plain, 'ab'), testRegex(plain, 'ab')];`
  expect(run(text)).toEqual([true, false, true, true])
})

test('methods of strings take what createRegex gives', () => {
  const text = `
    const createRegex = require('createRegex');
    return ['a.b/c'.replace(createRegex('[./]', 'g'), '-'), 'x1y22'.match(createRegex('\\\\d+', 'g')),
      'aXbX'.split(createRegex('x', 'i')), 'abc'.search(createRegex('C', 'i'))];`
  expect(run(text)).toEqual(['a-b-c', ['1', '22'], ['a', 'b', ''], 2])
})

test('the handle is opaque, and another object is none', () => {
  expect(run("return require('Object').keys(require('createRegex')('a'))")).toEqual([])
  expect(run("return require('getType')(require('createRegex')('a'))")).toBe('object')
  expect(() => run("require('testRegex')({}, 'a')")).toThrow(/testRegex needs what createRegex gave/)
})
