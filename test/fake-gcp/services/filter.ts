import {fail} from '../service.ts'
import {toJsonName} from './field-mask.ts'

const SEVERITIES = ['DEFAULT', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY']

type Test = (resource: object) => boolean

/**
 * The part of Google's filter language that is sent to the fake, for log entries and in lists: comparisons joined by AND,
 * OR, NOT, by being next to each other (which is AND), and parentheses; one field with several values as
 * `a=("b" OR "c")`. Throws 400 with the place for anything else, so that a query nobody checked does not silently match.
 */
export function parseFilter(text: string): Test {
  const tokens = tokenize(text)
  let at = 0
  const peek = (): string | undefined => tokens[at]
  const expect = (token: string): void => {
    if (tokens[at++] !== token) refuse(`expected ${token} at token ${at} of ${text}`)
  }

  const any = (of: () => Test): Test => {
    const tests = [of()]
    while (peek() === 'OR') {
      at++
      tests.push(of())
    }
    return (resource) => tests.some((test) => test(resource))
  }
  // In this language OR binds tighter than AND.
  const all = (): Test => {
    const tests = [any(unary)]
    while (peek() !== undefined && peek() !== ')') {
      if (peek() === 'AND') at++
      tests.push(any(unary))
    }
    return (resource) => tests.every((test) => test(resource))
  }
  const unary = (): Test => {
    if (peek() === 'NOT' || peek() === '-') {
      at++
      const inner = unary()
      return (resource) => !inner(resource)
    }
    if (peek() === '(') {
      at++
      const inner = all()
      expect(')')
      return inner
    }
    return comparison()
  }
  const comparison = (): Test => {
    const field = tokens[at++]
    const operator = tokens[at++]
    if (field === undefined || operator === undefined || !OPERATORS.has(operator)) {
      return refuse(`a comparison was expected at token ${at} of ${text}`)
    }
    if (peek() !== '(') return compare(field, operator, unquote(tokens[at++], text))
    at++
    const values = any(() => compare(field, operator, unquote(tokens[at++], text)))
    expect(')')
    return values
  }

  if (tokens.length === 0) return () => true
  const test = all()
  if (at < tokens.length) refuse(`${tokens[at]} was not expected in ${text}`)
  return test
}

function refuse(what: string): never {
  return fail(400, 'INVALID_ARGUMENT', `Unparseable filter: ${what}`)
}

const OPERATORS = new Set(['=', '!=', '>', '<', '>=', '<=', ':', '=~', '!~'])

function tokenize(text: string): string[] {
  const pattern =
    /\s+|("(?:[^"\\]|\\.)*"|=~|!~|!=|>=|<=|[=<>:()]|[^\s"=<>:()!]+(?:(?<=\.)"(?:[^"\\]|\\.)*"[^\s"=<>:()!]*)*)/gy
  const tokens: string[] = []
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex
    const match = pattern.exec(text)
    if (match === null) return refuse(`nothing is known at character ${start} of ${text}`)
    if (match[1] !== undefined) tokens.push(match[1])
  }
  return tokens
}

function unquote(token: string | undefined, text: string): string {
  if (token === undefined || token === ')') return refuse(`a value is missing in ${text}`)
  return token.startsWith('"') ? token.slice(1, -1).replaceAll(/\\(.)/g, '$1') : token
}

function compare(field: string, operator: string, wanted: string): Test {
  return (resource) => {
    const value = readField(resource, field)
    if (value === undefined) return operator === '!=' || operator === '!~'
    switch (operator) {
      case ':':
        return wanted === '*' || value.toLowerCase().includes(wanted.toLowerCase())
      case '=~':
        return new RegExp(wanted).test(value)
      case '!~':
        return !new RegExp(wanted).test(value)
      default:
        return holds(operator, order(field, value, wanted))
    }
  }
}

function readField(resource: object, field: string): string | undefined {
  let value: unknown = resource
  for (const part of field.match(/"(?:[^"\\]|\\.)*"|[^."]+/g) ?? []) {
    if (typeof value !== 'object' || value === null) return undefined
    const key = part.startsWith('"') ? part.slice(1, -1) : part
    value = (value as Record<string, unknown>)[key in value ? key : toJsonName(key)]
  }
  if (value === undefined && field === 'severity') return 'DEFAULT'
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function order(field: string, value: string, wanted: string): number {
  if (field === 'severity') return SEVERITIES.indexOf(value) - SEVERITIES.indexOf(wanted)
  if (field === 'timestamp' || field === 'receiveTimestamp') return compareTimes(value, wanted)
  const [left, right] = [Number(value), Number(wanted)]
  if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right
  return value === wanted ? 0 : value < wanted ? -1 : 1
}

/** RFC 3339 in UTC, with fractions of any length. */
function compareTimes(left: string, right: string): number {
  const difference = Date.parse(left) - Date.parse(right)
  if (difference !== 0) return difference
  const fraction = (text: string): string => (/\.(\d+)/.exec(text)?.[1] ?? '').padEnd(9, '0')
  return Number(fraction(left)) - Number(fraction(right))
}

function holds(operator: string, difference: number): boolean {
  switch (operator) {
    case '=':
      return difference === 0
    case '!=':
      return difference !== 0
    case '>':
      return difference > 0
    case '<':
      return difference < 0
    case '>=':
      return difference >= 0
    default:
      return difference <= 0
  }
}
