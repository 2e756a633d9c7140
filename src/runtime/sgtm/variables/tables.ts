import type {Parameters} from '../types.ts'
import {toText} from '../text.ts'
import {compilePattern} from '../triggers/pattern.ts'

/**
 * The output of a lookup or RegEx table for its input: that of the first row that fits, undefined where none does.
 * A RegEx table looks anywhere in the text unless `fullMatch` is on, and puts what it captured into the output where
 * `replaceAfterMatch` is on (`$1`, `$2`).
 */
export function findInTable(parameters: Parameters, how: 'exact' | 'pattern'): unknown {
  const input = toText(parameters['input'])
  for (const row of rows(parameters['map'])) {
    const key = toText(row['key'] ?? '')
    if (how === 'exact') {
      if (key === input) return row['value']
      continue
    }
    const source = parameters['fullMatch'] === true ? `^(?:${key})$` : key
    const match = compilePattern(source, parameters['ignoreCase'] === true).exec(input)
    if (match) return parameters['replaceAfterMatch'] === true ? withCaptures(row['value'], match) : row['value']
  }
  return undefined
}

function withCaptures(output: unknown, match: RegExpExecArray): unknown {
  if (typeof output !== 'string') return output
  return output.replaceAll(/\$(\d{1,2}|&)/g, (whole, place: string) =>
    place === '&' ? match[0] : Number(place) < match.length ? (match[Number(place)] ?? '') : whole,
  )
}

function rows(value: unknown): readonly Parameters[] {
  return Array.isArray(value) ? (value as readonly Parameters[]) : []
}
