import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {absent, call, error, evaluate} from '../evaluate.ts'

const found = (text: string, pattern: string): unknown => call('regex_find', text, pattern)
const all = (text: string, pattern: string): unknown => call('regex_find_all', text, pattern)

describe('regular expressions', () => {
  test.each<readonly [text: string, pattern: string, contains: boolean, matches: boolean]>([
    ['Firestore', 'Fire', true, false],
    ['Firestore', 'store$', true, false],
    ['Firestore', 'data', false, false],
    ['Firestore', '^F.*e$', true, true],
    ['Firestore', 'F.*store', true, true],
    ['To Kill', '(?i)(the|of|KILL)', true, false],
    ['a\nb', 'a.b', false, false],
    ['a\nb', '(?s)a.b', true, true],
    ['a\nb', '^b', false, false],
    ['a\nb', '(?m)^b$', true, false],
    ['a\n', 'a$', false, false],
    ['a\nb', '\\Aa', true, false],
    ['😀', '.', true, true],
    ['😀', '[😀-😂]', true, true],
    ['😀', '\\x{1F600}', true, true],
    ['é', '\\pL', true, true],
    ['α', '\\p{Greek}', true, true],
    ['α', '\\p{^Greek}', false, false],
    ['α', '[^\\p{Greek}]', false, false],
    ['α', '\\P{Latin}', true, true],
    ['é', '\\w', false, false],
    ['\v', '\\s', false, false],
    ['\v', '[[:space:]]', true, true],
    ['x1', '[[:alpha:]][[:^alpha:]]', true, true],
    ['-', '[a-]', true, true],
    [']', '[]]', true, true],
    ['b', '[^a\\d]', true, true],
    ['É', '(?i)é', true, true],
    ['K', '(?i)k', true, true],
    ['ſ', '(?i)[r-t]', true, true],
    ['a', '(?i)[^A]', false, false],
    ['s', '(?i)\\W', false, false],
    ['s', '(?i)[^\\W]', true, true],
    ['a', '(?i)[[:^upper:]]', false, false],
    ['a', '(?i)\\P{Lu}', false, false],
    ['a', '(?i)\\p{Lu}', true, true],
    ['-', '[\\W\\d]', true, true],
    ['1', '[^\\D]', true, true],
    ['aB', '(?i:A)B', true, true],
    ['ab', '(?i:A)B', false, false],
    ['AB', '(a(?i)b)|AB', true, true],
    ['a+b', '\\Qa+b\\E', true, true],
    ['a{,2}', 'a{,2}', true, true],
    ['aaa', 'a{2}', true, false],
    ['aaa', 'a{2,}', true, true],
    ['', '', true, true],
    ['ab', '(|a)b', true, true],
    ['foo bar', '\\bbar\\b', true, false],
    ['foobar', 'o\\Bb', true, false],
    ['A', '\\101', true, true],
    ['\t', '\\11', true, true],
    ['a+++', '\\Qa+\\E*', true, true],
    ['aa', 'a(?i)*', true, true],
    ['abc', '(?P<first>a)(?<second>b)c', true, true],
    ['aaab', '(a*)*b', true, true],
  ])('%o holds %s: %s, all of it: %s', (text, pattern, contains, matches) => {
    expect(call('regex_contains', text, pattern)).toBe(contains)
    expect(call('regex_match', text, pattern)).toBe(matches)
  })

  test.each([
    ['(abc)\\1', 'invalid escape sequence: \\1'],
    ['a(?=b)', 'invalid perl operator: (?'],
    ['(?<!a)b', 'invalid perl operator: (?'],
    ['(?!a)', 'invalid perl operator: (?'],
    ['*a', 'no argument for repetition operator: *'],
    ['(?i){2}', 'no argument for repetition operator: {2}'],
    ['a**', 'bad repetition operator: **'],
    ['a?{2}', 'bad repetition operator: ?{2}'],
    ['\\é', 'invalid escape sequence: \\é'],
    ['a{1001}', 'invalid repetition size: {1001}'],
    ['((a{100}){100})', 'invalid repetition size'],
    ['(a', 'missing )'],
    ['a)', 'unexpected ): a)'],
    ['[a', 'missing ]'],
    ['[z-a]', 'invalid character class range'],
    ['[[:none:]]', 'invalid character class range: [:none:]'],
    ['\\p{None}', 'invalid character class range: \\p{None}'],
    ['\\Z', 'invalid escape sequence: \\Z'],
    ['a\\', 'trailing \\ at end of expression'],
    [`${'('.repeat(2000)}${')'.repeat(2000)}`, 'expression nests too deeply'],
    ['(?:abc[a-z]{999})'.repeat(200), 'pattern too large - compile failed'],
  ])('%s is refused, as RE2 refuses it', (pattern, reason) => {
    expect(evaluate('regex_contains', ['abc', pattern])).toEqual({
      kind: 'error',
      message: `regex_contains(...) has an invalid pattern: ${reason}`,
    })
  })

  test('a match is the leftmost, and of these the preferred', () => {
    expect(found('yummy good food', '.oo.')).toBe('good')
    expect(found('yummy good food', 'Good')).toBeNull()
    expect(found('aaa', 'a+?')).toBe('a')
    expect(found('aaa', '(?U)a+')).toBe('a')
    expect(found('aaa', '(?U)a+?')).toBe('aaa')
    expect(found('abcd', 'ab|abcd')).toBe('ab')
    expect(found('xaab', 'a{1,2}?b|aab')).toBe('aab')
    expect(found('', '.*')).toBe('')
    expect(found('Kαs*b', '(?:(?:.)*?){2,}\\W')).toBe('Kα')
    expect(found('a😀b', '😀.')).toBe('😀b')
  })

  test('of a pattern with a group its text is found, and null where it took no part', () => {
    expect(found('Try func(x) or func(y)', '\\((.+?)\\)')).toBe('x')
    expect(found('acabc', 'a(b)?c')).toBeNull()
    expect(all('acabcac', 'a(b)?c')).toEqual([null, 'b', null])
    expect(found('abab', '(ab)+')).toBe('ab')
    expect(found('x', 'x()*')).toBe('')
    expect(found('x', 'x(a)*')).toBeNull()
    expect(found('2025-11-15', '(\\d{4})-(\\d{2})')).toBe(error)
    expect(call('regex_contains', '2025-11-15', '(\\d{4})-(\\d{2})')).toBe(true)
  })

  test('all matches follow each other, empty ones too', () => {
    expect(all('One Hundred Years', '\\w+')).toEqual(['One', 'Hundred', 'Years'])
    expect(all('acabcac', 'ab?c')).toEqual(['ac', 'abc', 'ac'])
    expect(all('yummy', 'x')).toEqual([])
    expect(all('ab', '')).toEqual(['', '', ''])
    expect(all('aab', 'a*')).toEqual(['aa', '', ''])
    expect(all('ab ab', '\\bab')).toEqual(['ab', 'ab'])
  })

  test.each(['regex_contains', 'regex_match', 'regex_find', 'regex_find_all', 'like'])(
    '%s of nothing is null, of other types an error',
    (name) => {
      expect(call(name, null, 'a')).toBeNull()
      expect(call(name, 'a', absent)).toBeNull()
      expect(call(name, 42n, 'a')).toBe(error)
      expect(call(name, 'a', Number.NaN)).toBe(error)
    },
  )

  test('the time is linear where backtracking would take for ever', () => {
    const text = 'a'.repeat(3000)
    expect(call('regex_match', text, '(a*)*b')).toBe(false)
    expect(call('regex_match', text, '(a|aa)+')).toBe(true)
    expect(call('regex_contains', text, '(x+x+)+y')).toBe(false)
    expect(call('like', text, '%a%a%a%a%a%a%b')).toBe(false)
  })

  test('matches are those of JavaScript, where both mean the same', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\b', '^', '$')
    const {pattern} = fc.letrec<{pattern: string; part: string}>((tie) => ({
      pattern: fc.array(tie('part'), {minLength: 1, maxLength: 4}).map((parts) => parts.join('')),
      part: fc.oneof(
        {maxDepth: 3},
        atom,
        fc
          .tuple(fc.constantFrom('a', 'b', '.', '[ab]'), fc.constantFrom('*', '+', '?', '{1,2}', '*?', '+?'))
          .map((each) => each.join('')),
        fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `(?:${left}|${right})`),
      ),
    }))
    const text = fc.string({unit: fc.constantFrom('a', 'b', '1', '\n', ' '), maxLength: 8})
    fc.assert(
      fc.property(pattern, text, (source, value) => {
        // JavaScript's dot leaves out more than the newline, but nothing that is in these texts.
        expect(found(value, source)).toEqual(new RegExp(source, 'u').exec(value)?.[0] ?? null)
        expect(call('regex_match', value, source)).toBe(new RegExp(`^(?:${source})$`, 'u').test(value))
      }),
      {numRuns: 500},
    )
  })
})

describe('like', () => {
  test.each<readonly [value: string, pattern: string, result: unknown]>([
    ['Firestore', 'Fire%', true],
    ['Datastore', 'Data_tore', true],
    ['Datastore', 'data%', false],
    ['100%', '100\\%', true],
    ['100x', '100\\%', false],
    ['', '%hi%', false],
    ['yummy food', '', false],
    ['yummy food??', '%food??', true],
    ['high-% _food_', '%\\%_\\_%', true],
    ['high-% _food_', '%\\__\\%%', false],
    ['high-% _food_', '%\\i%', true],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
    ['😀', '_', true],
    ['a\nb', 'a%', false],
    ['a\\b', 'a\\\\b', true],
    ['yummy food', '%\\', error],
  ])('%o like %o: %s', (value, pattern, result) => {
    expect(call('like', value, pattern)).toBe(result)
  })
})
