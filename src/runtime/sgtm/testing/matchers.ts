import {isDeepStrictEqual} from 'node:util'
import {toText} from '../text.ts'

/** A failed expectation of a template's own test. */
export class TestFailure extends Error {
  override readonly name = 'TestFailure'
}

type Check = {readonly passes: boolean; readonly expected: string}

/** What `assertThat(actual, message)` gives: one method per matcher, each throws {@link TestFailure}. */
export function createMatchers(
  actual: unknown,
  message: unknown,
): Readonly<Record<string, (...args: readonly unknown[]) => void>> {
  const list = Array.isArray(actual) || typeof actual === 'string' ? actual : undefined
  const number = typeof actual === 'number' ? actual : Number.NaN
  const type = (is: boolean, expected: string): Check => ({passes: is, expected})
  const contains = (wanted: readonly unknown[]): boolean =>
    list !== undefined &&
    wanted.every((item) =>
      typeof list === 'string' ? list.includes(toText(item)) : list.some((own) => isEqual(own, item)),
    )
  const exactly = (wanted: readonly unknown[]): boolean => contains(wanted) && list?.length === wanted.length
  const matchers: Record<string, (...args: readonly unknown[]) => Check> = {
    isUndefined: () => type(actual === undefined, 'undefined'),
    isDefined: () => type(actual !== undefined, 'anything but undefined'),
    isNull: () => type(actual === null, 'null'),
    isNotNull: () => type(actual !== null, 'anything but null'),
    isTrue: () => type(actual === true, 'true'),
    isFalse: () => type(actual === false, 'false'),
    isTruthy: () => type(Boolean(actual), 'a truthy value'),
    isFalsy: () => type(!actual, 'a falsy value'),
    isNaN: () => type(Number.isNaN(actual), 'NaN'),
    isNotNaN: () => type(!Number.isNaN(actual), 'anything but NaN'),
    isInfinity: () => type(number === Infinity || number === -Infinity, 'an infinity'),
    isNotInfinity: () => type(number !== Infinity && number !== -Infinity, 'anything but an infinity'),
    isEqualTo: (wanted) => type(isEqual(actual, wanted), show(wanted)),
    isNotEqualTo: (wanted) => type(!isEqual(actual, wanted), `anything but ${show(wanted)}`),
    isAnyOf: (...wanted) =>
      type(
        wanted.some((item) => isEqual(actual, item)),
        `one of ${show(wanted)}`,
      ),
    isNoneOf: (...wanted) => type(!wanted.some((item) => isEqual(actual, item)), `none of ${show(wanted)}`),
    isStrictlyEqualTo: (wanted) => type(actual === wanted, show(wanted)),
    isNotStrictlyEqualTo: (wanted) => type(actual !== wanted, `anything but ${show(wanted)}`),
    isGreaterThan: (wanted) => type(number > Number(wanted), `more than ${show(wanted)}`),
    isGreaterThanOrEqualTo: (wanted) => type(number >= Number(wanted), `at least ${show(wanted)}`),
    isLessThan: (wanted) => type(number < Number(wanted), `less than ${show(wanted)}`),
    isLessThanOrEqualTo: (wanted) => type(number <= Number(wanted), `at most ${show(wanted)}`),
    contains: (...wanted) => type(contains(wanted), `something that contains ${show(wanted)}`),
    doesNotContain: (...wanted) => type(!wanted.some((item) => contains([item])), `something without ${show(wanted)}`),
    containsExactly: (...wanted) => type(exactly(wanted), `exactly ${show(wanted)}`),
    doesNotContainExactly: (...wanted) => type(!exactly(wanted), `anything but exactly ${show(wanted)}`),
    hasLength: (wanted) => type(list?.length === wanted, `length ${show(wanted)}`),
    isEmpty: () => type(list?.length === 0, 'something empty'),
    isNotEmpty: () => type((list?.length ?? 0) > 0, 'something that is not empty'),
    isArray: () => type(Array.isArray(actual), 'an array'),
    isBoolean: () => type(typeof actual === 'boolean', 'a boolean'),
    isFunction: () => type(typeof actual === 'function', 'a function'),
    isNumber: () => type(typeof actual === 'number', 'a number'),
    isObject: () => type(typeof actual === 'object' && actual !== null && !Array.isArray(actual), 'an object'),
    isString: () => type(typeof actual === 'string', 'a string'),
  }
  return Object.fromEntries(
    Object.entries(matchers).map(([name, matcher]) => [
      name,
      (...args: readonly unknown[]) => {
        const {passes, expected} = matcher(...args)
        const prefix = message === undefined ? '' : `${toText(message)}: `
        if (!passes) throw new TestFailure(`${prefix}expected ${expected}, got ${show(actual)}`)
      },
    ]),
  )
}

/** Deep equality as GTM means it: prototypes do not count. */
export function isEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(plain(a), plain(b))
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? toText(value)
}
