import {createTest} from './characters.ts'
import type {Member} from './characters.ts'
import {readClass, readEscape} from './read-class.ts'
import {Reader} from './reader.ts'
import {EMPTY, InvalidPattern} from './syntax.ts'
import type {Assertion, Node} from './syntax.ts'

/** Ignoring case, lines instead of the text, a dot that takes newlines, and laziness where greed is written. */
type Flags = {readonly i: boolean; readonly m: boolean; readonly s: boolean; readonly U: boolean}
type State = {groups: number; depth: number}

/** RE2's own limits on nesting and on counts of repetitions, also of repetitions within each other. */
const MAX_DEPTH = 1000
const MAX_REPEAT = 1000

const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map([
  ['A', 'text start'],
  ['z', 'text end'],
  ['b', 'word boundary'],
  ['B', 'no word boundary'],
])

const FLAGS = /\(\?([imsU]*)(-[imsU]+)?([:)])/y
const NAMED = /\(\?P?<(\w+)>/y
const REPEAT = /(?:([*+?])|\{(\d+)(,(\d*))?\})(\??)/y

/**
 * Parses a pattern of RE2's syntax (https://github.com/google/re2/wiki/Syntax), in which there is no look-around and no
 * back-reference. Throws InvalidPattern for what RE2 refuses. Also tells how many groups there are.
 */
export function parse(pattern: string): {readonly node: Node; readonly groups: number} {
  const reader = new Reader(pattern)
  const state: State = {groups: 0, depth: 0}
  const node = readChoice(reader, {i: false, m: false, s: false, U: false}, state)
  if (!reader.atEnd) throw new InvalidPattern(`unexpected ): ${pattern}`)
  if (countRepeats(node) > MAX_REPEAT) throw new InvalidPattern('invalid repetition size')
  return {node, groups: state.groups}
}

/** Alternatives up to the end or a closing parenthesis. Flags that are set inside hold up to there. */
function readChoice(reader: Reader, outer: Flags, state: State): Node {
  if (++state.depth > MAX_DEPTH) throw new InvalidPattern('expression nests too deeply')
  let flags = outer
  const choices: Node[][] = [[]]
  while (!reader.atEnd && !reader.startsWith(')')) {
    if (reader.take('|')) {
      choices.push([])
      continue
    }
    const setting = reader.match(FLAGS)
    const changed = setting ? changeFlags(flags, setting) : flags
    if (setting?.[3] === ')') {
      flags = changed
      continue
    }
    const sequence = choices.at(-1)!
    const repeat = setting ? undefined : reader.match(REPEAT)
    if (repeat) sequence.push(repeatNode(sequence.pop(), repeat, reader, flags))
    else if (setting) sequence.push(closeGroup(reader, readChoice(reader, changed, state)))
    else if (reader.take('\\Q'))
      sequence.push(...Array.from(reader.upTo('\\E'), (character) => literal(character, flags)))
    else sequence.push(readAtom(reader, flags, state))
  }
  state.depth--
  const nodes = choices.map((sequence) => (sequence.length === 1 ? sequence[0]! : sequenceOf(sequence)))
  return nodes.length === 1 ? nodes[0]! : {kind: 'choice', nodes}
}

function sequenceOf(nodes: readonly Node[]): Node {
  return nodes.length === 0 ? EMPTY : {kind: 'sequence', nodes}
}

function closeGroup(reader: Reader, node: Node): Node {
  if (!reader.take(')')) throw new InvalidPattern('missing )')
  return node
}

function changeFlags(flags: Flags, [, on = '', off = '']: RegExpExecArray): Flags {
  const pick = (letter: keyof Flags): boolean => !off.includes(letter) && (on.includes(letter) || flags[letter])
  return {i: pick('i'), m: pick('m'), s: pick('s'), U: pick('U')}
}

function readAtom(reader: Reader, flags: Flags, state: State): Node {
  if (reader.startsWith('(')) return readGroup(reader, flags, state)
  const character = reader.next('')
  switch (character) {
    case '[': {
      const {members, negated} = readClass(reader)
      return characterOf(members, negated, flags)
    }
    case '.':
      return flags.s ? characterOf([], true, flags) : characterOf([[10, 10]], true, flags)
    case '^':
      return {kind: 'assertion', assertion: flags.m ? 'line start' : 'text start'}
    case '$':
      return {kind: 'assertion', assertion: flags.m ? 'line end' : 'text end'}
    case '\\':
      return readEscaped(reader, flags)
    default:
      return literal(character, flags)
  }
}

function readGroup(reader: Reader, flags: Flags, state: State): Node {
  if (!reader.match(NAMED)) {
    reader.take('(')
    if (reader.startsWith('?')) throw new InvalidPattern('invalid perl operator: (?')
  }
  const index = ++state.groups
  return {kind: 'group', node: closeGroup(reader, readChoice(reader, flags, state)), index}
}

function readEscaped(reader: Reader, flags: Flags): Node {
  const assertion = ASSERTIONS.get(reader.peek())
  if (assertion) {
    reader.next('')
    return {kind: 'assertion', assertion}
  }
  const escape = readEscape(reader)
  return typeof escape === 'number' ? characterOf([[escape, escape]], false, flags) : characterOf(escape, false, flags)
}

function literal(character: string, flags: Flags): Node {
  const code = character.codePointAt(0)!
  return characterOf([[code, code]], false, flags)
}

function characterOf(members: readonly Member[], negated: boolean, {i}: Flags): Node {
  return {kind: 'character', test: createTest(members, negated, i)}
}

/**
 * A repetition of a repetition, `a**`, is refused. Flags may stand between a repetition and what it repeats; braces around
 * anything but counts are themselves.
 */
function repeatNode(node: Node | undefined, match: RegExpExecArray, reader: Reader, flags: Flags): Node {
  const [all, mark, low, comma, high, lazy] = match
  if (!node) throw new InvalidPattern(`no argument for repetition operator: ${all}`)
  const again = reader.match(REPEAT)
  if (again) throw new InvalidPattern(`bad repetition operator: ${all}${again[0]}`)
  const greedy = (lazy === '') !== flags.U
  if (mark !== undefined)
    return {kind: 'repeat', node, min: mark === '+' ? 1 : 0, max: mark === '?' ? 1 : undefined, greedy}
  const min = Number(low)
  const max = comma === undefined ? min : high === '' ? undefined : Number(high)
  if (min > MAX_REPEAT || (max ?? min) > MAX_REPEAT || (max ?? min) < min) {
    throw new InvalidPattern(`invalid repetition size: ${all}`)
  }
  return {kind: 'repeat', node, min, max, greedy}
}

/** How often the innermost part is repeated by all counts around it. */
function countRepeats(node: Node): number {
  switch (node.kind) {
    case 'sequence':
    case 'choice':
      return node.nodes.reduce((most, inner) => Math.max(most, countRepeats(inner)), 1)
    case 'group':
      return countRepeats(node.node)
    case 'repeat':
      return Math.max(1, node.max ?? node.min) * countRepeats(node.node)
    default:
      return 1
  }
}
