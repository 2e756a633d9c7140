/** Whether a code point is in a class. */
export type CharacterTest = (code: number) => boolean

/** Conditions on a place between two characters. */
export type Assertion = 'text start' | 'text end' | 'line start' | 'line end' | 'word boundary' | 'no word boundary'

/** A regular expression taken apart. */
export type Node =
  | {readonly kind: 'character'; readonly test: CharacterTest}
  | {readonly kind: 'assertion'; readonly assertion: Assertion}
  | {readonly kind: 'sequence'; readonly nodes: readonly Node[]}
  | {readonly kind: 'choice'; readonly nodes: readonly Node[]}
  | {
      readonly kind: 'repeat'
      readonly node: Node
      readonly min: number
      /** Undefined for any number of times. */
      readonly max: number | undefined
      readonly greedy: boolean
    }
  /** What is between the parentheses that count, from 1. */
  | {readonly kind: 'group'; readonly node: Node; readonly index: number}

/** What RE2 refuses, with a sentence like its own. */
export class InvalidPattern extends Error {}

/** Matches nothing and is always found. */
export const EMPTY: Node = {kind: 'sequence', nodes: []}
