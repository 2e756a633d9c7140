import {isWord} from './characters.ts'
import type {Program} from './compile.ts'
import type {Assertion} from './syntax.ts'

/** Where groups begin and end, in code points: group n in 2n and 2n + 1, the whole in 0 and 1. */
export type Slots = readonly (number | undefined)[]

/** Ways through the program that are followed at once. */
type Threads = {
  /** Instructions that wait for a character or have matched, the preferred first. */
  readonly at: number[]
  readonly slots: Slots[]
}

/** Counts steps; throws where there are too many. */
export type Spend = (steps: number) => void

type Search = {readonly start: number; readonly whole: boolean; readonly spend: Spend}

/**
 * Runs a program over a text by following all of its ways at once, character by character, so that the time is linear in
 * the text (Ken Thompson's method, with Rob Pike's way of keeping groups: https://swtch.com/~rsc/regexp/regexp2.html).
 * Finds what a backtracking engine would prefer of the leftmost matches from `start`; with `whole` only a match of all of
 * the text from there. Undefined where there is none.
 */
export function run(program: Program, text: readonly number[], {start, whole, spend}: Search): Slots | undefined {
  // The place plus 1 at which an instruction was last reached: a second way to it is never preferred.
  const seen = new Uint32Array(program.length)
  spend(program.length >>> 4)
  let threads: Threads = {at: [], slots: []}
  let found: Slots | undefined
  for (let place = start; place <= text.length; place++) {
    // A new way comes last, since matches further left are preferred.
    if (!found && (place === start || !whole)) spend(follow(program, text, place, {at: 0, slots: []}, threads, seen))
    if (threads.at.length === 0 && (found || whole)) break
    const next: Threads = {at: [], slots: []}
    for (const [index, at] of threads.at.entries()) {
      const instruction = program[at]!
      const slots = threads.slots[index]!
      if (instruction.kind === 'match') {
        if (whole && place < text.length) continue
        found = slots
        break
      }
      if (instruction.kind !== 'character' || place === text.length || !instruction.test(text[place]!)) continue
      spend(follow(program, text, place + 1, {at: at + 1, slots}, next, seen))
    }
    threads = next
    spend(1)
  }
  return found
}

type Way = {readonly at: number; readonly slots: Slots}

/** Goes on from an instruction to all that wait for the character at `place`. Returns how many steps that took. */
function follow(
  program: Program,
  text: readonly number[],
  place: number,
  from: Way,
  threads: Threads,
  seen: Uint32Array,
): number {
  let steps = 0
  const ways: Way[] = [from]
  for (let way = ways.pop(); way; way = ways.pop()) {
    const {at, slots} = way
    steps++
    if (seen[at] === place + 1) continue
    seen[at] = place + 1
    const instruction = program[at]!
    switch (instruction.kind) {
      case 'jump':
        ways.push({at: instruction.to, slots})
        break
      case 'split':
        ways.push({at: instruction.second, slots}, {at: instruction.first, slots})
        break
      case 'save': {
        const saved = [...slots]
        saved[instruction.slot] = place
        steps += saved.length >>> 1
        ways.push({at: at + 1, slots: saved})
        break
      }
      case 'assertion':
        if (holds(instruction.assertion, text, place)) ways.push({at: at + 1, slots})
        break
      default:
        threads.at.push(at)
        threads.slots.push(slots)
    }
  }
  return steps
}

const NEWLINE = 10

function holds(assertion: Assertion, text: readonly number[], place: number): boolean {
  switch (assertion) {
    case 'text start':
      return place === 0
    case 'text end':
      return place === text.length
    case 'line start':
      return place === 0 || text[place - 1] === NEWLINE
    case 'line end':
      return place === text.length || text[place] === NEWLINE
    case 'word boundary':
      return isWord(text[place - 1]) !== isWord(text[place])
    case 'no word boundary':
      return isWord(text[place - 1]) === isWord(text[place])
    default:
      return assertion satisfies never
  }
}
