import {isDeepStrictEqual} from 'node:util'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether everything in `expected` is in `actual`, maps at any depth; arrays and plain values must be equal. */
export function contains(actual: unknown, expected: unknown): boolean {
  if (!isObject(expected)) return isDeepStrictEqual(actual, expected)
  if (!isObject(actual)) return false
  return Object.entries(expected).every(([key, value]) => Object.hasOwn(actual, key) && contains(actual[key], value))
}

/** The value below a key, without a prototype's; undefined where there is none. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), value)
}

/**
 * Where a dotted path is found in a value, begun at any depth: `cost` is found in `{a: [{cost: 1}]}` as `a.0.cost`.
 * @returns the whole path of the first place, undefined where there is none.
 */
export function findPath(value: unknown, path: string, at = ''): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (isObject(value) && valueAt(value, ...path.split('.')) !== undefined) return `${at}${path}`
  for (const [key, inner] of Object.entries(value)) {
    const found = findPath(inner, path, `${at}${key}.`)
    if (found !== undefined) return found
  }
  return undefined
}

/** The value of a JSON text; undefined where it is none. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** An answer without what differs between two equal ones: request id, pick-up secret and time taken. */
export function withoutPassing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPassing)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([key]) => !['requestId', 'pickup', 'latencyMs'].includes(key))
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutPassing(inner)]))
}
