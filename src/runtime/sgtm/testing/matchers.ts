/** What matchers and messages need of the realm; everything else there is gone once templates may run. */
export type Tools = {
  /** `array` and `null` are types of their own. */
  readonly typeOf: (value: unknown) => string
  readonly keys: (value: unknown) => string[]
  readonly quote: (text: string) => string
}

/** Deep equality and values as text, for whoever compares in the realm. */
export type Comparison = {
  /** Prototypes do not count, and neither does the order of keys. */
  readonly isEqual: (a: unknown, b: unknown) => boolean
  /** A value as people write it: a key per line, in the order of the alphabet, so that two can be compared by lines. */
  readonly show: (value: unknown) => string
  /** The same on one line, cut where it is long. */
  readonly brief: (value: unknown) => string
}

/** Says whether a value passes, and what was expected of it. */
export type Check = {
  readonly passes: boolean
  readonly wanted: string
  /** The other side of a comparison, where there is one. */
  readonly other?: readonly [unknown]
}

/** Sent into the realm as text: it may use nothing from around it. */
export function createComparison({typeOf, keys, quote}: Tools): Comparison {
  const isEqual = (a: unknown, b: unknown, depth = 0): boolean => {
    if (a === b || (a !== a && b !== b)) return true
    const type = typeOf(a)
    if (depth > 200 || type !== typeOf(b) || (type !== 'object' && type !== 'array')) return false
    const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
    const [names, others] = [keys(left).sort(), keys(right).sort()]
    if (names.length !== others.length || (type === 'array' && left['length'] !== right['length'])) return false
    return names.every((name, index) => name === others[index] && isEqual(left[name], right[name], depth + 1))
  }
  const show = (value: unknown, indent = '', depth = 0): string => {
    const type = typeOf(value)
    if (type === 'string') return quote(value as string)
    if (type === 'function') return '[function]'
    if (type !== 'object' && type !== 'array') return `${value as number}`
    if (typeof (value as {then?: unknown}).then === 'function') return '[promise]'
    if (depth > 20) return '…'
    const inner = `${indent}  `
    const parts =
      type === 'array'
        ? (value as unknown[]).map((item) => show(item, inner, depth + 1))
        : keys(value)
            .sort()
            .map((name) => `${quote(name)}: ${show((value as Record<string, unknown>)[name], inner, depth + 1)}`)
    const [open, close] = type === 'array' ? ['[', ']'] : ['{', '}']
    return parts.length === 0 ? open + close : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`
  }
  const brief = (value: unknown): string => {
    const text = show(value)
      .split('\n')
      .map((line) => line.trim())
      .join(' ')
    return text.length > 300 ? `${text.slice(0, 299)}…` : text
  }
  return {isEqual: (a, b) => isEqual(a, b), show: (value) => show(value), brief}
}

/**
 * The matchers of `assertThat`, by name.
 * https://developers.google.com/tag-platform/tag-manager/templates/api#test-apis
 * Sent into the realm as text: it may use nothing from around it.
 */
export function createMatchers(
  {typeOf}: Tools,
  {isEqual, brief}: Comparison,
): Readonly<Record<string, (actual: unknown, args: readonly unknown[]) => Check>> {
  type Matcher = (actual: unknown, args: readonly unknown[]) => Check
  const plain =
    (wanted: string, passes: (actual: unknown) => boolean): Matcher =>
    (actual) => ({passes: passes(actual), wanted})
  const compared =
    (words: string, passes: (actual: unknown, other: unknown) => boolean): Matcher =>
    (actual, [other]) => ({
      passes: passes(actual, other),
      wanted: words === '' ? brief(other) : `${words} ${brief(other)}`,
      ...(words === '' ? {other: [other] as const} : {}),
    })
  const listOf = (args: readonly unknown[]): string => args.map(brief).join(', ')
  const among =
    (words: string, passes: (actual: unknown, args: readonly unknown[]) => boolean): Matcher =>
    (actual, args) => ({passes: passes(actual, args), wanted: `${words} ${listOf(args)}`})
  const isType = (type: string): Matcher =>
    plain(`${type === 'array' || type === 'object' ? 'an' : 'a'} ${type}`, (actual) => typeOf(actual) === type)
  const isIn = (actual: unknown, args: readonly unknown[]): boolean => args.some((item) => isEqual(actual, item))
  const isInfinite = (actual: unknown): boolean => actual === 1 / 0 || actual === -1 / 0
  /** A single list stands for its items where the subject is a list or text. */
  const itemsOf = (actual: unknown, args: readonly unknown[]): readonly unknown[] => {
    const [first] = args
    const isList = args.length === 1 && typeOf(first) === 'array'
    const holdsIt = typeOf(actual) === 'array' && (actual as unknown[]).some((item) => isEqual(item, first))
    return isList && !holdsIt ? (first as unknown[]) : args
  }
  const holds = (actual: unknown, item: unknown): boolean => {
    if (typeOf(actual) === 'string') return typeOf(item) === 'string' && (actual as string).indexOf(item as string) >= 0
    return typeOf(actual) === 'array' && (actual as unknown[]).some((own) => isEqual(own, item))
  }
  const holdsAll = (actual: unknown, args: readonly unknown[]): boolean =>
    itemsOf(actual, args).every((item) => holds(actual, item))
  const holdsExactly = (actual: unknown, args: readonly unknown[]): boolean => {
    if (typeOf(actual) === 'string') return isEqual(actual, itemsOf(actual, args).join(''))
    if (typeOf(actual) !== 'array') return false
    const left = (actual as unknown[]).slice()
    const all = itemsOf(actual, args).every((item) => {
      let at = 0
      while (at < left.length && !isEqual(left[at], item)) at++
      return left.splice(at, 1).length === 1
    })
    return all && left.length === 0
  }
  const lengthOf = (actual: unknown): number =>
    typeOf(actual) === 'array' || typeOf(actual) === 'string' ? (actual as string).length : -1
  const number = (actual: unknown, other: unknown): boolean => typeOf(actual) === 'number' && typeOf(other) === 'number'
  return {
    isUndefined: plain('undefined', (actual) => actual === undefined),
    isDefined: plain('anything but undefined', (actual) => actual !== undefined),
    isNull: plain('null', (actual) => actual === null),
    isNotNull: plain('anything but null', (actual) => actual !== null),
    isTrue: plain('true', (actual) => actual === true),
    isFalse: plain('false', (actual) => actual === false),
    isTruthy: plain('a truthy value', (actual) => !!actual),
    isFalsy: plain('a falsy value', (actual) => !actual),
    isNaN: plain('NaN', (actual) => actual !== actual),
    isNotNaN: plain('anything but NaN', (actual) => actual === actual),
    isInfinity: plain('an infinity', isInfinite),
    isNotInfinity: plain('anything but an infinity', (actual) => !isInfinite(actual)),
    isEqualTo: compared('', isEqual),
    isNotEqualTo: compared('anything but', (actual, other) => !isEqual(actual, other)),
    isStrictlyEqualTo: compared('', (actual, other) => actual === other),
    isNotStrictlyEqualTo: compared('anything but the same', (actual, other) => actual !== other),
    isAnyOf: among('one of', isIn),
    isNoneOf: among('none of', (actual, args) => !isIn(actual, args)),
    isGreaterThan: compared('more than', (a, b) => number(a, b) && (a as number) > (b as number)),
    isGreaterThanOrEqualTo: compared('at least', (a, b) => number(a, b) && (a as number) >= (b as number)),
    isLessThan: compared('less than', (a, b) => number(a, b) && (a as number) < (b as number)),
    isLessThanOrEqualTo: compared('at most', (a, b) => number(a, b) && (a as number) <= (b as number)),
    contains: among('something that contains', holdsAll),
    doesNotContain: among('something without', (actual, args) => !itemsOf(actual, args).some((i) => holds(actual, i))),
    containsExactly: among('exactly the items', holdsExactly),
    doesNotContainExactly: among('anything but exactly the items', (actual, args) => !holdsExactly(actual, args)),
    hasLength: compared('a length of', (actual, other) => lengthOf(actual) === other),
    isEmpty: plain('something empty', (actual) => lengthOf(actual) === 0),
    isNotEmpty: plain('something that is not empty', (actual) => lengthOf(actual) > 0),
    isArray: isType('array'),
    isBoolean: isType('boolean'),
    isFunction: isType('function'),
    isNumber: isType('number'),
    isObject: isType('object'),
    isString: isType('string'),
  }
}
