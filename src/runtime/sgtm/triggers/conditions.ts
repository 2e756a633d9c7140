import {toText} from '../text.ts'
import {compilePattern} from './pattern.ts'

/** How one condition came out, with both sides as the texts that were compared. */
export type Outcome = {
  readonly passed: boolean
  readonly left: string
  readonly right: string
  /** Why the comparison itself could not be made; it then counts as not passed, negated or not. */
  readonly problem?: string
}

type Options = {readonly operator: string; readonly negate: boolean; readonly ignoreCase: boolean}
type Compare = (left: string, right: string, ignoreCase: boolean) => boolean

const number =
  (compare: (left: number, right: number) => boolean): Compare =>
  (left, right) =>
    // As in GTM: what is no number compares as false, and an empty text is none.
    left.trim() !== '' && right.trim() !== '' && compare(Number(left), Number(right))

const text =
  (compare: (left: string, right: string) => boolean): Compare =>
  (left, right, ignoreCase) =>
    ignoreCase ? compare(left.toLowerCase(), right.toLowerCase()) : compare(left, right)

const operators: Readonly<Record<string, Compare>> = {
  EQUALS: text((left, right) => left === right),
  CONTAINS: text((left, right) => left.includes(right)),
  STARTS_WITH: text((left, right) => left.startsWith(right)),
  ENDS_WITH: text((left, right) => left.endsWith(right)),
  MATCH_REGEX: (left, right, ignoreCase) => compilePattern(right, ignoreCase).test(left),
  GREATER: number((left, right) => left > right),
  GREATER_OR_EQUALS: number((left, right) => left >= right),
  LESS: number((left, right) => left < right),
  LESS_OR_EQUALS: number((left, right) => left <= right),
}

/** Whether a condition of this kind can be decided in a server container. */
export function isKnownOperator(operator: string): boolean {
  return Object.hasOwn(operators, operator)
}

/**
 * Compares two values as GTM's conditions do: as texts, so that a missing value is the text `undefined`, which trigger
 * patterns such as `^(undefined|null|)$` rely on.
 */
export function compare({operator, negate, ignoreCase}: Options, leftValue: unknown, rightValue: unknown): Outcome {
  const [left, right] = [toText(leftValue), toText(rightValue)]
  const known = isKnownOperator(operator) ? operators[operator] : undefined
  if (!known) return {passed: false, left, right, problem: `${operator} is no condition of a server container`}
  try {
    return {passed: known(left, right, ignoreCase) !== negate, left, right}
  } catch (error) {
    return {passed: false, left, right, problem: error instanceof Error ? error.message : String(error)}
  }
}

/** A condition's operator in words: `equals`, `does not match RegEx (ignore case)`. */
export function describeOperator({operator, negate, ignoreCase}: Options): string {
  const [plain, not] = words[operator] ?? [operator.toLowerCase(), `not ${operator.toLowerCase()}`]
  return `${negate ? not : plain}${ignoreCase ? ' (ignore case)' : ''}`
}

const words: Readonly<Record<string, readonly [string, string]>> = {
  EQUALS: ['equals', 'does not equal'],
  CONTAINS: ['contains', 'does not contain'],
  STARTS_WITH: ['starts with', 'does not start with'],
  ENDS_WITH: ['ends with', 'does not end with'],
  MATCH_REGEX: ['matches', 'does not match'],
  GREATER: ['is greater than', 'is not greater than'],
  GREATER_OR_EQUALS: ['is at least', 'is not at least'],
  LESS: ['is less than', 'is not less than'],
  LESS_OR_EQUALS: ['is at most', 'is not at most'],
}
