import {perlClass, posixClass, unicodeClass} from './characters.ts'
import type {Member} from './characters.ts'
import type {Reader} from './reader.ts'
import {InvalidPattern} from './syntax.ts'

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
])

const POSIX = /\[:(\^?)(\w+):\]/y
const PROPERTY = /\{(\^?)([^}]*)\}|([A-Z])/y
const OCTAL = /[0-7]{0,2}/y
const HEX = /\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2})/y

/** What follows a backslash: a character, or the members of a class. Throws InvalidPattern. */
export function readEscape(reader: Reader): number | readonly Member[] {
  const letter = reader.next('trailing \\ at end of expression')
  const invalid = new InvalidPattern(`invalid escape sequence: \\${letter}`)
  const perl = perlClass(letter)
  if (perl) return perl
  if (letter === 'p' || letter === 'P') {
    const [, inverse = '', long, short] = reader.match(PROPERTY) ?? []
    return [unicodeClass(long ?? short ?? '', (letter === 'P') !== (inverse === '^'))]
  }
  const control = CONTROLS.get(letter)
  if (control !== undefined) return control
  if (letter === 'x') {
    const [, long, short] = reader.match(HEX) ?? []
    const code = Number.parseInt(long ?? short ?? '', 16)
    if (!(code <= 0x10_ff_ff)) throw invalid
    return code
  }
  // There are no back-references: a digit begins an octal number, which has a leading zero or a second digit.
  if (/[0-7]/.test(letter)) {
    const more = reader.match(OCTAL)?.[0] ?? ''
    if (letter !== '0' && more === '') throw invalid
    return Number.parseInt(letter + more, 8)
  }
  if (!/[\0-\x7f]/.test(letter) || /[\dA-Za-z]/.test(letter)) throw invalid
  return letter.codePointAt(0)!
}

/** Reads a class from after its `[` to its `]`. Throws InvalidPattern. */
export function readClass(reader: Reader): {readonly members: readonly Member[]; readonly negated: boolean} {
  const negated = reader.take('^')
  const members: Member[] = []
  for (let isFirst = true; isFirst || !reader.take(']'); isFirst = false) {
    const low = readMember(reader)
    if (typeof low !== 'number') {
      members.push(...low)
      continue
    }
    const isRange = reader.startsWith('-') && !reader.startsWith('-]') && reader.take('-')
    const high = isRange ? readMember(reader) : low
    if (typeof high !== 'number' || high < low) throw new InvalidPattern('invalid character class range')
    members.push([low, high])
  }
  return {members, negated}
}

function readMember(reader: Reader): number | readonly Member[] {
  const posix = reader.match(POSIX)
  if (posix) return posixClass(posix[2]!, posix[1] === '^')
  if (reader.take('\\')) return readEscape(reader)
  return reader.next('missing ]').codePointAt(0)!
}
