import {invert, lastUnit, posixClasses} from './classes.ts'
import type {Ranges} from './classes.ts'
import {emitClass} from './emit.ts'
import {readEscape} from './read-escape.ts'
import {InvalidPattern} from './reader.ts'
import type {Reader} from './reader.ts'

/** Reads a class from after its `[` to its `]`. Characters beyond the basic plane have no place in one here. */
export function readClass(reader: Reader, ignoreCase: boolean): string {
  const negated = reader.take('^')
  const ranges: (readonly [number, number])[] = []
  let first = true
  while (first || !reader.startsWith(']')) {
    first = false
    const low = readMember(reader)
    if (typeof low !== 'number') {
      ranges.push(...low)
      continue
    }
    const isRange = reader.startsWith('-') && !reader.startsWith('-]')
    if (isRange) reader.skip(1)
    const high = isRange ? readMember(reader) : low
    if (typeof high !== 'number' || high < low || low > lastUnit) throw new InvalidPattern()
    ranges.push([low, Math.min(high, lastUnit)])
  }
  reader.skip(1)
  return emitClass(ranges, negated, ignoreCase)
}

/** One character's code, or a class within the class. @throws {InvalidPattern} at the end of the pattern */
function readMember(reader: Reader): number | Ranges {
  const posix = /^\[:(\^?)(\w+):\]/.exec(reader.rest())
  if (posix) {
    const ranges = posixClasses.get(posix[2]!)
    if (!ranges) throw new InvalidPattern()
    reader.skip(posix[0].length)
    return posix[1] === '^' ? invert(ranges) : ranges
  }
  const character = reader.next()
  if (character !== '\\') return character.codePointAt(0)!
  const escape = readEscape(reader)
  if (typeof escape === 'number') return escape
  return escape.negated ? invert(escape.ranges) : escape.ranges
}
