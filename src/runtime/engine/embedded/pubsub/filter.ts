import {tokenize, type Token} from './filter-tokens.ts'
import {invalid} from './names.ts'

const MOST_BYTES = 256

/** Whether a message with these attributes is delivered. */
export type Filter = (attributes: Readonly<Record<string, string>>) => boolean

/**
 * Reads a filter (https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax): `attributes:key`,
 * `attributes.key = "value"`, `!=`, `hasPrefix(attributes.key, "start")`, AND, OR, NOT or `-`, parentheses, which are
 * required where AND and OR meet. An empty filter lets all messages pass. Throws INVALID_ARGUMENT.
 */
export function parseFilter(filter: string): Filter {
  if (filter.trim() === '') return () => true
  if (Buffer.byteLength(filter) > MOST_BYTES) throw invalid(`Invalid filter: it has more than ${MOST_BYTES} bytes.`)
  const reader = createReader(filter)
  const found = readExpression(reader)
  if (reader.peek().kind !== 'end') throw reader.unexpected()
  return found
}

type Reader = {
  readonly peek: () => Token
  readonly next: () => Token
  /** Takes the token if it is this symbol or word. */
  readonly accept: (text: string) => boolean
  readonly expect: (text: string) => void
  readonly unexpected: () => Error
}

function createReader(filter: string): Reader {
  const tokens = tokenize(filter)
  let at = 0
  const peek = () => tokens[at]!
  const next = () => (peek().kind === 'end' ? peek() : tokens[at++]!)
  const unexpected = () =>
    invalid(`Invalid filter: unexpected ${peek().text === '' ? 'end' : `"${peek().text}"`} in: ${filter}`)
  const accept = (text: string) => {
    const found = peek().kind !== 'string' && peek().text === text
    if (found) at++
    return found
  }
  const expect = (text: string) => {
    if (!accept(text)) throw unexpected()
  }
  return {peek, next, accept, expect, unexpected}
}

/** One kind of operator at a level: a chain of AND, or a chain of OR. */
function readExpression(reader: Reader): Filter {
  const filters = [readTerm(reader)]
  const operator = reader.peek().text
  if (reader.peek().kind !== 'word' || (operator !== 'AND' && operator !== 'OR')) return filters[0]!
  while (reader.accept(operator)) filters.push(readTerm(reader))
  return operator === 'AND'
    ? (attributes) => filters.every((each) => each(attributes))
    : (attributes) => filters.some((each) => each(attributes))
}

function readTerm(reader: Reader): Filter {
  if (reader.accept('NOT') || reader.accept('-')) {
    const negated = readTerm(reader)
    return (attributes) => !negated(attributes)
  }
  if (reader.accept('(')) {
    const inner = readExpression(reader)
    reader.expect(')')
    return inner
  }
  if (reader.accept('hasPrefix')) return readPrefix(reader)
  reader.expect('attributes')
  if (reader.accept(':')) {
    const key = readKey(reader)
    return (attributes) => Object.hasOwn(attributes, key)
  }
  reader.expect('.')
  const key = readKey(reader)
  const equal = reader.accept('=')
  if (!equal) reader.expect('!=')
  const value = readString(reader)
  return (attributes) => (Object.hasOwn(attributes, key) && attributes[key] === value) === equal
}

function readPrefix(reader: Reader): Filter {
  for (const text of ['(', 'attributes', '.']) reader.expect(text)
  const key = readKey(reader)
  reader.expect(',')
  const prefix = readString(reader)
  reader.expect(')')
  return (attributes) => Object.hasOwn(attributes, key) && attributes[key]!.startsWith(prefix)
}

function readKey(reader: Reader): string {
  const {kind} = reader.peek()
  if (kind !== 'word' && kind !== 'string') throw reader.unexpected()
  return reader.next().text
}

function readString(reader: Reader): string {
  if (reader.peek().kind !== 'string') throw reader.unexpected()
  return reader.next().text
}
