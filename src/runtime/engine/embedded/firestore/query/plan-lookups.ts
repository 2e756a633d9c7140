import {ALL_KEYS, pointRange, typeRange} from '../../store/index-keys.ts'
import type {FieldIndex, ValueRange} from '../../store/store.ts'
import {formatFieldPath} from '../paths/field-path.ts'
import type {Value} from '../values/value.ts'
import {isName} from './decode-filter.ts'
import type {FieldFilter, Filter, Query} from './query.ts'

/** Entries of an index among which the documents that a filter lets through all are. */
export type Lookup = {readonly index: FieldIndex; readonly ranges: readonly ValueRange[]}

/**
 * Ways to find a query's results without reading the collection, any of which will do. Each is a list of lookups whose
 * documents, taken together, hold them all; they are tested all the same, as after a scan.
 */
export function planLookups(query: Query): readonly (readonly Lookup[])[] {
  const conditions = listConditions(query.where)
  const points = conditions.flatMap((condition) => planCondition(condition) ?? [])
  if (points.length > 0) return points.map(({lookups}) => lookups)
  const ranges = planRanges(conditions)
  const ordered = planOrder(query, ranges)
  return ordered ? [[ordered]] : [...ranges.values()].map((range) => [range])
}

function listConditions(where: Filter | undefined): readonly Filter[] {
  if (!where) return []
  return where.kind === 'and' ? where.filters.flatMap(listConditions) : [where]
}

type Points = {readonly lookups: readonly Lookup[]}

/** Lookups for a condition that asks for certain values, or for one of several conditions that all do. */
function planCondition(filter: Filter): Points | undefined {
  if (filter.kind === 'and') {
    for (const inner of filter.filters) {
      const planned = planCondition(inner)
      if (planned) return planned
    }
    return undefined
  }
  if (filter.kind === 'or') {
    const planned = filter.filters.map(planCondition)
    if (planned.length === 0 || !planned.every((part) => part !== undefined)) return undefined
    return {lookups: planned.flatMap(({lookups}) => lookups)}
  }
  const lookup = isName(filter.path) ? undefined : planPoints(filter)
  return lookup && {lookups: [lookup]}
}

const NAN: Value = {kind: 'double', value: Number.NaN}

function planPoints(filter: FieldFilter): Lookup | undefined {
  const {path, operator} = filter
  const look = (of: FieldIndex['of'], values: readonly Value[]): Lookup | undefined => {
    const ranges = encodePoints(values)
    return ranges && {index: {path, of}, ranges}
  }
  if (filter.kind === 'unary') {
    if (operator === 'IS_NULL') return look('value', [{kind: 'null'}])
    return operator === 'IS_NAN' ? look('value', [NAN]) : undefined
  }
  const {value} = filter
  const values = value.kind === 'array' ? value.values : []
  switch (operator) {
    case 'EQUAL':
      return look('value', [value])
    case 'IN':
      return look('value', values)
    case 'ARRAY_CONTAINS':
      return look('elements', [value])
    case 'ARRAY_CONTAINS_ANY':
      return look('elements', values)
    default:
      return undefined
  }
}

/** In order and each once, as an index wants them; undefined for values that no index has a key for. */
function encodePoints(values: readonly Value[]): readonly ValueRange[] | undefined {
  const ranges = tryEncode(() => values.map(pointRange).sort((left, right) => Buffer.compare(left.from, right.from)))
  return ranges?.filter(({from}, at) => at === 0 || Buffer.compare(ranges[at - 1]!.from, from) !== 0)
}

function tryEncode<T>(encode: () => T): T | undefined {
  try {
    return encode()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** One range per field with inequalities, by its path: what all of them let through. */
function planRanges(conditions: readonly Filter[]): ReadonlyMap<string, Lookup> {
  const found = new Map<string, Lookup>()
  for (const filter of conditions) {
    if (filter.kind !== 'compare' || isName(filter.path)) continue
    const range = tryEncode(() => rangeOf(filter.operator, filter.value))
    if (!range) continue
    const name = formatFieldPath(filter.path)
    const known = found.get(name)?.ranges[0]
    found.set(name, {index: {path: filter.path, of: 'value'}, ranges: [known ? intersect(known, range) : range]})
  }
  return found
}

function rangeOf(operator: string, value: Value): ValueRange | undefined {
  const type = typeRange(value)
  const point = pointRange(value)
  switch (operator) {
    // Keys that are cut off may stand for smaller and for larger values: the value's own key is always inside.
    case 'LESS_THAN':
    case 'LESS_THAN_OR_EQUAL':
      return {from: type.from, to: point.to}
    case 'GREATER_THAN':
    case 'GREATER_THAN_OR_EQUAL':
      return {from: point.from, to: type.to}
    default:
      return undefined
  }
}

function intersect(left: ValueRange, right: ValueRange): ValueRange {
  return {
    from: Buffer.compare(left.from, right.from) > 0 ? left.from : right.from,
    to: Buffer.compare(left.to, right.to) < 0 ? left.to : right.to,
  }
}

/** The index of the first order, where reading in that order can stop early or start late. */
function planOrder(query: Query, ranges: ReadonlyMap<string, Lookup>): Lookup | undefined {
  const [first] = query.orderBy
  if (!first || isName(first.path)) return undefined
  const filtered = ranges.get(formatFieldPath(first.path))
  if (query.limit === undefined && !query.startAt && !query.endAt) return filtered
  const cursors = tryEncode(() => cursorRange(query, first.descending))
  if (!cursors) return filtered
  const known = filtered?.ranges[0]
  return {index: {path: first.path, of: 'value'}, ranges: [known ? intersect(known, cursors) : cursors]}
}

function cursorRange({startAt, endAt}: Query, descending: boolean): ValueRange {
  const [low, high] = descending ? [endAt, startAt] : [startAt, endAt]
  const least = low?.values[0]
  const most = high?.values[0]
  return {
    from: least ? pointRange(least).from : ALL_KEYS.from,
    to: most ? pointRange(most).to : ALL_KEYS.to,
  }
}
