import type {ValueFormat} from '../types.ts'

/** A variable's value after the conversions of its "Format value" settings, in GTM's order: letters, then replacements. */
export function formatValue(value: unknown, {letters, instead}: ValueFormat): unknown {
  if (typeof value === 'string') {
    return letters === 'lower' ? value.toLowerCase() : letters === 'upper' ? value.toUpperCase() : value
  }
  if (value === null) return instead.null ?? value
  if (value === undefined) return instead.undefined ?? value
  if (value === true) return instead.true ?? value
  return value === false ? (instead.false ?? value) : value
}
