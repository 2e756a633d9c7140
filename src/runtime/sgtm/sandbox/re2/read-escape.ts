import {perlClasses, unicodeClass} from './classes.ts'
import type {Ranges} from './classes.ts'
import {InvalidPattern} from './reader.ts'
import type {Reader} from './reader.ts'

const controls: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
])

/** Reads what follows a backslash: a character's code, or a class. @throws {InvalidPattern} */
export function readEscape(reader: Reader): number | {readonly ranges: Ranges; readonly negated: boolean} {
  const letter = reader.next()
  const lower = letter.toLowerCase()
  const perl = perlClasses.get(lower)
  if (perl) return {ranges: perl, negated: letter !== lower}
  if (lower === 'p') return readProperty(reader, letter === 'P')
  const control = controls.get(letter)
  if (control !== undefined) return control
  if (letter === 'x') return readHex(reader)
  // RE2 has no back-references: a digit is an octal code, and then needs two more or a leading zero.
  if (/[0-7]/.test(letter)) {
    const [more = ''] = /^[0-7]{0,2}/.exec(reader.rest()) ?? []
    if (letter !== '0' && more.length < 2) throw new InvalidPattern()
    reader.skip(more.length)
    return Number.parseInt(letter + more, 8)
  }
  if (/[A-Za-z0-9]/.test(letter)) throw new InvalidPattern()
  return letter.codePointAt(0)!
}

/** `\pL`, `\p{Greek}` and `\p{^Greek}`. */
function readProperty(reader: Reader, complement: boolean): {readonly ranges: Ranges; readonly negated: boolean} {
  const [all = '', inverse = '', long = ''] = /^\{(\^?)([^}]*)\}/.exec(reader.rest()) ?? []
  const name = all === '' ? reader.next() : long
  reader.skip(all.length)
  const ranges = unicodeClass(name)
  if (!ranges) throw new InvalidPattern()
  return {ranges, negated: complement !== (inverse === '^')}
}

function readHex(reader: Reader): number {
  const [all = '', long, short] = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(reader.rest()) ?? []
  const code = Number.parseInt(long ?? short ?? '', 16)
  if (!(code <= 0x10_ff_ff)) throw new InvalidPattern()
  reader.skip(all.length)
  return code
}
