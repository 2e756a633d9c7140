import type {Condition} from './template.ts'

type Values = Readonly<Record<string, unknown>>

/** One condition that holds is enough; what has no conditions is always there. */
export function isEnabled(conditions: readonly Condition[] | undefined, known: Values): boolean {
  if (!conditions || conditions.length === 0) return true
  return conditions.some(({paramName, paramValue, type}) => {
    const value = known[paramName]
    if (type === 'EQUALS') return isSame(value, paramValue)
    if (type === 'NOT_EQUALS') return !isSame(value, paramValue)
    return type !== 'PRESENT' || !isAbsent(value)
  })
}

/**
 * True for values that the form shows alike: a container's export has `"true"` and `"1"` where a template's conditions
 * and choices have `true` and `1`, and a field that is empty has no value at all.
 */
export function isSame(value: unknown, wanted: unknown): boolean {
  return value === wanted || asShown(value) === asShown(wanted)
}

/** True for what a person sees as an empty field. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function asShown(value: unknown): unknown {
  if (value === undefined || value === null) return ''
  return typeof value === 'boolean' || typeof value === 'number' ? `${value}` : value
}
