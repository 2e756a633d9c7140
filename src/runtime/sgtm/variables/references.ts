import {toText} from '../text.ts'

/** A text with the variables that it names: a lone name, or pieces of text around names. */
export type TextPiece = string | {readonly variable: string}

/** The pieces of a text: `a{{B}}c` is `a`, the variable B, `c`. */
export function splitReferences(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = []
  let from = 0
  for (const {0: whole, 1: name = '', index} of text.matchAll(/\{\{([^{}]+)\}\}/g)) {
    if (index > from) pieces.push(text.slice(from, index))
    pieces.push({variable: name.trim()})
    from = index + whole.length
  }
  if (from < text.length) pieces.push(text.slice(from))
  return pieces
}

/** Names of the variables that a parameter's value names, at any depth. */
export function referencesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return splitReferences(value).flatMap((piece) => (typeof piece === 'string' ? [] : [piece.variable]))
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(referencesIn)
}

/**
 * A value with its variables' values in place. A text that is nothing but one name becomes the value itself, of whatever
 * type; in a mixed text null and undefined leave no trace, as a list that is joined.
 */
export function fillReferences(value: unknown, valueOf: (variable: string) => unknown): unknown {
  if (typeof value === 'string') {
    const pieces = splitReferences(value)
    const [only] = pieces
    if (pieces.length === 1 && typeof only === 'object') return valueOf(only.variable)
    return pieces.map((piece) => (typeof piece === 'string' ? piece : joined(valueOf(piece.variable)))).join('')
  }
  if (Array.isArray(value)) return value.map((item) => fillReferences(item, valueOf))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fillReferences(part, valueOf)]))
}

function joined(value: unknown): string {
  return value === null || value === undefined ? '' : toText(value)
}
