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

// https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
const MAX_PATH_BYTES = 1500
const MAX_DEPTH = 20
const RESERVED = /^__.*__$/s

/** Names such as `__x__` belong to the service. */
export function isReserved(name: string): boolean {
  return name.startsWith('__') && name.length > 4 && RESERVED.test(name)
}

/** Parses the notation of masks, transforms and queries. Throws INVALID_ARGUMENT, also for what no field can be called. */
export function parseFieldPath(text: string): FieldPath {
  const path = parsePipelinePath(text)
  if (!path.some(isReserved) || (path.length === 1 && path[0] === DOCUMENT_NAME)) return path
  if (path.includes(DOCUMENT_NAME)) throw invalidArgument('the name __key__ is reserved')
  throw invalidArgument(`Invalid reserved name in field path ${text}`)
}

/** Parses the notation of pipelines, which is the same; reserved names stand for what a document has besides its fields. */
export function parsePipelinePath(text: string): FieldPath {
  const path = SIMPLE.test(text) ? [text] : splitPath(text)
  if (path.length > MAX_DEPTH) throw invalidArgument(`paths must have at most ${MAX_DEPTH} elements`)
  if (text.length * 3 > MAX_PATH_BYTES && Buffer.byteLength(path.join('.')) > MAX_PATH_BYTES) {
    throw invalidArgument(`property path is longer than ${MAX_PATH_BYTES} bytes.`)
  }
  return path
}

function splitPath(text: string): string[] {
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
