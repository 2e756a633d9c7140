import {InvalidPattern} from './syntax.ts'
import type {CharacterTest} from './syntax.ts'

/** Code points from first to last. */
export type Range = readonly [first: number, last: number]
/** What a class is made of: ranges, a class of Unicode, which only JavaScript's own expressions know, or all but these. */
export type Member = Range | {readonly property: string} | {readonly except: readonly Member[]}

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
  return found && letter !== lower ? [{except: found}] : found
}

/** `[:alpha:]` and its siblings. Throws InvalidPattern for an unknown name. */
export function posixClass(name: string, negated: boolean): readonly Member[] {
  const found = POSIX.get(name)
  if (!found) throw new InvalidPattern(`invalid character class range: [:${negated ? '^' : ''}${name}:]`)
  return negated ? [{except: found}] : found
}

/** A general category (`Lu`) or script (`Greek`) of Unicode. Throws InvalidPattern for an unknown name. */
export function unicodeClass(name: string, negated: boolean): Member {
  const names = /^[A-Z][A-Za-z_]*$/.test(name) ? [name, `Script=${name}`] : []
  const property = names.find(isProperty)
  if (property === undefined) throw new InvalidPattern(`invalid character class range: \\p{${name}}`)
  return negated ? {except: [{property}]} : {property}
}

function isProperty(name: string): boolean {
  try {
    return new RegExp(`\\p{${name}}`, 'u').unicode
  } catch {
    return false
  }
}

/** A test for the characters of a class, or for all others. Without regard to case a complement is one of both cases. */
export function createTest(members: readonly Member[], negated: boolean, ignoreCase: boolean): CharacterTest {
  const isOne = createUnion(members.filter(isPositive), ignoreCase)
  const others = members.flatMap((member) => (isPositive(member) ? [] : [createTest(member.except, false, ignoreCase)]))
  return (code) => (isOne(code) || others.some((isOther) => !isOther(code))) !== negated
}

type Positive = Exclude<Member, {readonly except: readonly Member[]}>

function isPositive(member: Member): member is Positive {
  return !('except' in member)
}

/**
 * Case folding and Unicode's classes are JavaScript's, asked for one character, which takes no time to speak of; for
 * everything else ranges are compared.
 */
function createUnion(members: readonly Positive[], ignoreCase: boolean): CharacterTest {
  const plain = members.filter(isRange)
  if (plain.length === members.length && !ignoreCase) {
    return (code) => plain.some(([first, last]) => code >= first && code <= last)
  }
  const regex = new RegExp(`^[${members.map(writeMember).join('')}]$`, ignoreCase ? 'iu' : 'u')
  const known = new Map<number, boolean>()
  return (code) => {
    const answer = known.get(code)
    if (answer !== undefined) return answer
    const found = regex.test(String.fromCodePoint(code))
    if (code < 0x80) known.set(code, found)
    return found
  }
}

function isRange(member: Positive): member is Range {
  return Array.isArray(member)
}

function writeMember(member: Positive): string {
  if (!isRange(member)) return `\\p{${member.property}}`
  return member.map((code) => `\\u{${code.toString(16)}}`).join('-')
}
