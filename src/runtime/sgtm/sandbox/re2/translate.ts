import {lastUnit} from './classes.ts'
import {emitCharacter, emitClass, repeat} from './emit.ts'
import {readClass} from './read-class.ts'
import {readEscape} from './read-escape.ts'
import {createReader, InvalidPattern} from './reader.ts'
import type {Reader} from './reader.ts'

type Flags = {readonly i: boolean; readonly m: boolean; readonly s: boolean; readonly U: boolean}

const maxDepth = 200
/** RE2 refuses patterns whose program is too large; this is about where ours would be. */
const maxLength = 50_000

/**
 * Writes a pattern of RE2's syntax (https://github.com/google/re2/wiki/Syntax) in the part of JavaScript's that V8's
 * linear engine takes: as flags, a slash and the source. Gives undefined for what RE2 refuses, look-around and
 * back-references above all.
 */
export function translateRe2(pattern: string, ignoreCase: boolean): string | undefined {
  const state = {multiline: false, single: false}
  try {
    const reader = createReader(pattern)
    const source = readAlternatives(reader, {i: ignoreCase, m: false, s: false, U: false}, state, 0)
    // One flag of JavaScript's for all anchors: RE2 can have both kinds in one pattern, which is not supported here.
    if (!reader.atEnd() || (state.multiline && state.single)) return undefined
    return `${state.multiline ? 'm' : ''}/${source}`
  } catch (error) {
    if (error instanceof InvalidPattern) return undefined
    throw error
  }
}

type State = {multiline: boolean; single: boolean}

function readAlternatives(reader: Reader, outer: Flags, state: State, depth: number): string {
  if (depth > maxDepth) throw new InvalidPattern()
  let flags = outer
  let text = ''
  while (!reader.atEnd() && reader.peek() !== ')') {
    if (reader.take('|')) text += '|'
    else if (reader.startsWith('(?') && /^\(\?[imsU-]+\)/.test(reader.rest())) flags = readFlags(reader, flags)
    else text += readRepetition(reader, readAtom(reader, flags, state, depth), flags)
    if (text.length > maxLength) throw new InvalidPattern()
  }
  return text
}

/** `(?i-s)` and the head of `(?i:`; the reader stands after the last letter's bracket or colon then. */
function readFlags(reader: Reader, flags: Flags): Flags {
  const [head = '', letters = ''] = /^\(\?([imsU-]*)[:)]/.exec(reader.rest()) ?? []
  reader.skip(head.length)
  const [on = '', off = '', more] = letters.split('-')
  if (more !== undefined || (letters.includes('-') && off === '')) throw new InvalidPattern()
  const pick = (letter: keyof Flags): boolean => !off.includes(letter) && (on.includes(letter) || flags[letter])
  return {i: pick('i'), m: pick('m'), s: pick('s'), U: pick('U')}
}

function readAtom(reader: Reader, flags: Flags, state: State, depth: number): string {
  const character = reader.next()
  switch (character) {
    case '(':
      return readGroup(reader, flags, state, depth)
    case '[':
      return readClass(reader, flags.i)
    case '.':
      return flags.s ? emitClass([[0, lastUnit]], false, false) : emitClass([[10, 10]], true, false)
    case '^':
    case '$':
      return anchor(character, flags.m, state)
    case '*':
    case '+':
    case '?':
      throw new InvalidPattern()
    case '\\':
      return readEscaped(reader, flags, state)
    default:
      return emitCharacter(character.codePointAt(0)!, flags.i)
  }
}

function anchor(text: string, multiline: boolean, state: State): string {
  if (multiline) state.multiline = true
  else state.single = true
  return text
}

function readGroup(reader: Reader, flags: Flags, state: State, depth: number): string {
  let head = '('
  let inner = flags
  const named = /^\?P?<([A-Za-z_]\w*)>/.exec(reader.rest())
  if (named) reader.skip(named[0].length)
  else if (/^\?[imsU-]*:/.test(reader.rest())) {
    reader.skip(-1)
    inner = readFlags(reader, flags)
    head = '(?:'
  } else if (reader.peek() === '?') throw new InvalidPattern()
  const text = readAlternatives(reader, inner, state, depth + 1)
  if (!reader.take(')')) throw new InvalidPattern()
  return `${head}${text})`
}

function readEscaped(reader: Reader, flags: Flags, state: State): string {
  const letter = reader.peek()
  if (letter === 'b' || letter === 'B') return `\\${reader.next()}`
  if (letter === 'A' || letter === 'z') {
    reader.next()
    return anchor(letter === 'A' ? '^' : '$', false, state)
  }
  if (letter === 'Q') {
    reader.next()
    const end = reader.rest().indexOf('\\E')
    const literal = end < 0 ? reader.rest() : reader.rest().slice(0, end)
    reader.skip(literal.length + (end < 0 ? 0 : 2))
    return `(?:${Array.from(literal, (one) => emitCharacter(one.codePointAt(0)!, flags.i)).join('')})`
  }
  const escape = readEscape(reader)
  if (typeof escape === 'number') return emitCharacter(escape, flags.i)
  return emitClass(escape.ranges, escape.negated, flags.i)
}

/** RE2 refuses a repetition of a repetition, `a**`, and counts above 1,000. */
function readRepetition(reader: Reader, atom: string, flags: Flags): string {
  const found = /^(?:[*+?]|\{(\d+)(,(\d*))?\})(\??)/.exec(reader.rest())
  if (!found) return atom
  const [all, min, comma, max, mark] = found
  if (/^[*+?]/.test(reader.rest().slice(all.length))) throw new InvalidPattern()
  reader.skip(all.length)
  const lazy = (mark === '?') !== flags.U ? '?' : ''
  const repeated = atom === '^' || atom === '$' || /^\\[bB]$/.test(atom) ? `(?:${atom})` : atom
  if (min === undefined) return `${repeated}${all[0]}${lazy}`
  const [low, high] = [Number(min), comma === undefined ? Number(min) : max === '' ? undefined : Number(max)]
  if (low > 1000 || (high ?? 0) > 1000 || (high ?? low) < low) throw new InvalidPattern()
  if (repeated.length * Math.max(low, high ?? 0, 1) > maxLength) throw new InvalidPattern()
  return repeat(repeated, low, high, lazy)
}
