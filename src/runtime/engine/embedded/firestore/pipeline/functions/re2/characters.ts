import {InvalidPattern} from './syntax.ts'
import type {CharacterTest} from './syntax.ts'

/** Code points from first to last. */
export type Range = readonly [first: number, last: number]
/** What a class is made of: ranges, or a class of Unicode, which only JavaScript's own expressions know. */
export type Member = Range | {readonly property: string; readonly negated: boolean}

const LAST = 0x10_ff_ff

/** Ranges written as pairs of characters. */
function ranges(pairs: string): readonly Range[] {
  const codes = Array.from(pairs, (character) => character.codePointAt(0)!)
  return codes.flatMap((first, at) => (at % 2 === 0 ? [[first, codes[at + 1]!] as const] : []))
}

const DIGIT = ranges('09')
const WORD = ranges('09AZ__az')

/** `\d`, `\s` and `\w` are of ASCII alone, and white space is without the vertical tab. */
const PERL: ReadonlyMap<string, readonly Range[]> = new Map([
  ['d', DIGIT],
  ['s', ranges('\t\n\f\r  ')],
  ['w', WORD],
])

const POSIX: ReadonlyMap<string, readonly Range[]> = new Map([
  ['alnum', ranges('09AZaz')],
  ['alpha', ranges('AZaz')],
  ['ascii', ranges('\0\u007f')],
  ['blank', ranges('\t\t  ')],
  ['cntrl', ranges('\0\u001f\u007f\u007f')],
  ['digit', DIGIT],
  ['graph', ranges('!~')],
  ['lower', ranges('az')],
  ['print', ranges(' ~')],
  ['punct', ranges('!/:@[`{~')],
  ['space', ranges('\t\r  ')],
  ['upper', ranges('AZ')],
  ['word', WORD],
  ['xdigit', ranges('09AFaf')],
])

export function isWord(code: number | undefined): boolean {
  return code !== undefined && WORD.some(([first, last]) => code >= first && code <= last)
}

/** The class of a letter after a backslash, the complement for its capital; undefined where it is none. */
export function perlClass(letter: string): readonly Member[] | undefined {
  const lower = letter.toLowerCase()
  const found = PERL.get(lower)
  return found && letter !== lower ? complement(found) : found
}

/** `[:alpha:]` and its siblings. Throws InvalidPattern for an unknown name. */
export function posixClass(name: string, negated: boolean): readonly Member[] {
  const found = POSIX.get(name)
  if (!found) throw new InvalidPattern(`invalid character class range: [:${negated ? '^' : ''}${name}:]`)
  return negated ? complement(found) : found
}

/** A general category (`Lu`) or script (`Greek`) of Unicode. Throws InvalidPattern for an unknown name. */
export function unicodeClass(name: string, negated: boolean): Member {
  const names = /^[A-Z][A-Za-z_]*$/.test(name) ? [name, `Script=${name}`] : []
  const property = names.find(isProperty)
  if (property === undefined) throw new InvalidPattern(`invalid character class range: \\p{${name}}`)
  return {property, negated}
}

function isProperty(name: string): boolean {
  try {
    return new RegExp(`\\p{${name}}`, 'u').unicode
  } catch {
    return false
  }
}

/** The ranges must not overlap and must be in order, as the tables above are. */
function complement(of: readonly Range[]): readonly Range[] {
  const result: Range[] = []
  let next = 0
  for (const [first, last] of of) {
    if (first > next) result.push([next, first - 1])
    next = last + 1
  }
  result.push([next, LAST])
  return result
}

/**
 * A test for the characters of a class. Case folding and Unicode's classes are JavaScript's, asked for one character, which
 * takes no time to speak of; for everything else ranges are compared.
 */
export function createTest(members: readonly Member[], negated: boolean, ignoreCase: boolean): CharacterTest {
  const plain = members.filter(isRange)
  if (plain.length === members.length && !ignoreCase) {
    return (code) => plain.some(([first, last]) => code >= first && code <= last) !== negated
  }
  const source = members.map(writeMember).join('')
  const regex = new RegExp(`^[${negated ? '^' : ''}${source}]$`, ignoreCase ? 'iu' : 'u')
  const known = new Map<number, boolean>()
  return (code) => {
    const answer = known.get(code)
    if (answer !== undefined) return answer
    const found = regex.test(String.fromCodePoint(code))
    if (code < 0x80) known.set(code, found)
    return found
  }
}

function isRange(member: Member): member is Range {
  return Array.isArray(member)
}

function writeMember(member: Member): string {
  if (!isRange(member)) return `\\${member.negated ? 'P' : 'p'}{${member.property}}`
  return member.map((code) => `\\u{${code.toString(16)}}`).join('-')
}
