import {isDeepStrictEqual} from 'node:util'
import {invalidArgument} from '../errors.ts'
import type {FieldFilter, Filter} from './query.ts'

// https://firebase.google.com/docs/firestore/query-data/queries#query_limitations
const MAX_DISJUNCTIONS = 30
/** Beyond so many nothing is multiplied out: some may be the same, but not that many. */
const MAX_MULTIPLIED = 2000

/** Refuses a filter that has too many alternatives in disjunctive normal form. Throws INVALID_ARGUMENT. */
export function checkDisjunctions(filter: Filter): void {
  const most = countAtMost(filter)
  if (most <= MAX_DISJUNCTIONS) return
  const count = most > MAX_MULTIPLIED ? most : multiplyOut(filter, new Map()).length
  if (count <= MAX_DISJUNCTIONS) return
  throw invalidArgument(
    `Too many disjunctions after normalization. Result had ${count} disjunctions which is more than the ` +
      `maximum of ${MAX_DISJUNCTIONS}`,
  )
}

/** The most array filters that meet in one alternative. */
export function countArrayFilters(filter: Filter): number {
  if (filter.kind === 'and') return partsOf(filter).reduce((sum, inner) => sum + countArrayFilters(inner), 0)
  if (filter.kind === 'or') return Math.max(0, ...filter.filters.map(countArrayFilters))
  return filter.operator === 'ARRAY_CONTAINS' || filter.operator === 'ARRAY_CONTAINS_ANY' ? 1 : 0
}

/** What is combined, without what is there twice. */
function partsOf({filters}: Extract<Filter, {kind: 'and' | 'or'}>): readonly Filter[] {
  return filters.filter((filter, at) => !filters.slice(0, at).some((other) => isDeepStrictEqual(other, filter)))
}

/** The number of alternatives, each as often as it comes about. */
function countAtMost(filter: Filter): number {
  if (filter.kind === 'and') return partsOf(filter).reduce((product, inner) => product * countAtMost(inner), 1)
  if (filter.kind === 'or') return partsOf(filter).reduce((sum, inner) => sum + countAtMost(inner), 0)
  return splitFilter(filter).length
}

/** The alternatives, each once: the numbers of the conditions that must hold together, in order. */
function multiplyOut(filter: Filter, known: Map<FieldFilter, number>): readonly (readonly number[])[] {
  if (filter.kind === 'or') return once(partsOf(filter).flatMap((inner) => multiplyOut(inner, known)))
  if (filter.kind !== 'and') return once(splitFilter(filter).map((single) => [numberOf(single, known)]))
  return partsOf(filter)
    .map((inner) => multiplyOut(inner, known))
    .reduce((left, right) => once(left.flatMap((some) => right.map((more) => [...some, ...more]))), [[]])
}

function once(alternatives: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const sorted = alternatives.map((numbers) => [...new Set(numbers)].sort((a, b) => a - b))
  return [...new Map(sorted.map((numbers) => [numbers.join(), numbers])).values()]
}

function numberOf(filter: FieldFilter, known: Map<FieldFilter, number>): number {
  for (const [other, number] of known) if (isDeepStrictEqual(other, filter)) return number
  known.set(filter, known.size)
  return known.size - 1
}

/** The comparisons with one value each that a comparison with one of several stands for. */
function splitFilter(filter: FieldFilter): readonly FieldFilter[] {
  if (filter.kind !== 'compare' || filter.value.kind !== 'array') return [filter]
  const {operator, value} = filter
  if (operator === 'IN') return value.values.map((each) => ({...filter, operator: 'EQUAL', value: each}))
  if (operator !== 'ARRAY_CONTAINS_ANY') return [filter]
  return value.values.map((each) => ({...filter, operator: 'ARRAY_CONTAINS', value: each}))
}
