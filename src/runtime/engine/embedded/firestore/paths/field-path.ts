import {invalidArgument} from '../errors.ts'

/** A field path taken apart at its dots: `` a.`b.c` `` is `['a', 'b.c']`. Never empty. */
export type FieldPath = readonly string[]

const SIMPLE = /^[a-zA-Z_][a-zA-Z_0-9]*$/
const PART = /([a-zA-Z_][a-zA-Z_0-9]*|`(?:[^`\\]|\\.)+`)(\.|$)/sy
const RULE =
  'Unquoted property paths must match regex ([a-zA-Z_][a-zA-Z_0-9]*), ' +
  'and quoted property paths must match regex (`(?:[^`\\\\]|(?:\\\\.))+`)'

/** The path of the document's own name, which queries order and filter by. */
export const DOCUMENT_NAME = '__name__'

/** Parses the notation of masks, transforms and queries. Throws INVALID_ARGUMENT. */
export function parseFieldPath(text: string): FieldPath {
  if (SIMPLE.test(text)) return [text]
  if (text === '') throw invalidArgument('Invalid empty property path string.')
  const segments: string[] = []
  for (let at = 0; at < text.length;) {
    PART.lastIndex = at
    const match = PART.exec(text)
    const part = match?.[1]
    if (!match || !part) throw invalidArgument(`Invalid property path "${text}". ${RULE}`)
    segments.push(part.startsWith('`') ? part.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : part)
    at = PART.lastIndex
    if (match[2] === '.' && at === text.length) throw invalidArgument(`Invalid property path "${text}". ${RULE}`)
  }
  return segments
}

/** One spelling per path, for comparing and for messages. */
export function formatFieldPath(path: FieldPath): string {
  return path
    .map((part) => (SIMPLE.test(part) ? part : `\`${part.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``))
    .join('.')
}
