import {compile} from './compile.ts'
import {parse} from './parse.ts'
import {run} from './run.ts'
import type {Spend} from './run.ts'
import type {Node} from './syntax.ts'

/** What is found: the whole, and the groups that took part, of which others are undefined. */
export type Match = {readonly text: string; readonly groups: readonly (string | undefined)[]}

export type Pattern = {
  /** How many groups there are. */
  readonly groups: number
  /** Whether the pattern matches all of the text. */
  readonly fits: (text: string, spend: Spend) => boolean
  /** The matches one after the other, from the left. */
  readonly matches: (text: string, spend: Spend) => Generator<Match>
}

/** Compiles a pattern of RE2's syntax; see `parse` and `run`. Throws InvalidPattern for what RE2 refuses. */
export function compilePattern(pattern: string): Pattern {
  const {node, groups} = parse(pattern)
  return createPattern(node, groups)
}

/** A pattern of what was taken apart elsewhere. */
export function createPattern(node: Node, groups = 0): Pattern {
  const program = compile(node)
  return {
    groups,
    fits: (text, spend) => run(program, toCodes(text), {start: 0, whole: true, spend}) !== undefined,
    *matches(text, spend) {
      const codes = toCodes(text)
      for (let start = 0; start <= codes.length;) {
        const slots = run(program, codes, {start, whole: false, spend})
        const [from, to] = slots ?? []
        if (!slots || from === undefined || to === undefined) return
        const part = (first: number | undefined, last: number | undefined): string | undefined =>
          first === undefined || last === undefined ? undefined : toText(codes.slice(first, last))
        yield {
          text: toText(codes.slice(from, to)),
          groups: Array.from({length: groups}, (_, at) => part(slots[at * 2 + 2], slots[at * 2 + 3])),
        }
        // After an empty match the search goes on one character later.
        start = to === from ? to + 1 : to
      }
    },
  }
}

function toCodes(text: string): readonly number[] {
  return Array.from(text, (character) => character.codePointAt(0)!)
}

function toText(codes: readonly number[]): string {
  return codes.map((code) => String.fromCodePoint(code)).join('')
}
