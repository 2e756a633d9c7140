import {foldCase, invert, lastUnit, otherCases} from './classes.ts'
import type {Ranges} from './classes.ts'

/** One character of a pattern; beyond the basic plane it is a pair of units. */
export function emitCharacter(code: number, ignoreCase: boolean): string {
  if (code > lastUnit) {
    const pair = String.fromCodePoint(code)
    return `(?:${unit(pair.charCodeAt(0))}${unit(pair.charCodeAt(1))})`
  }
  if (ignoreCase && otherCases(code).length > 0) return emitClass([[code, code]], false, true)
  return unit(code)
}

/** A class without case folding, which the linear engine does not know: both cases are spelled out. */
export function emitClass(ranges: Ranges, negated: boolean, ignoreCase: boolean): string {
  const folded = ignoreCase ? foldCase(ranges) : ranges
  const wanted = negated ? invert(folded) : folded
  if (wanted.length === 0) return '[]'
  return `[${wanted.map(([first, last]) => (first === last ? unit(first) : `${unit(first)}-${unit(last)}`)).join('')}]`
}

/** A count of repetitions as repetition in writing, since the linear engine takes small counts only. */
export function repeat(atom: string, min: number, max: number | undefined, lazy: string): string {
  const required = atom.repeat(min)
  if (max === undefined) return min === 0 ? `${atom}*${lazy}` : `${required}${atom}*${lazy}`
  let optional = ''
  for (let count = min; count < max; count++) optional = `(?:${atom}${optional})?${lazy}`
  return `(?:${required}${optional})`
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}
