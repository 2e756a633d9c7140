import type {IdRange} from '../../store/store.ts'
import {compareNames} from '../values/compare-text.ts'
import {isName} from './decode-filter.ts'
import type {Query} from './query.ts'

/** A bound on resource names. */
type Bound = {readonly name: string; readonly inclusive: boolean}
export type NameRange = {readonly from: Bound | undefined; readonly to: Bound | undefined}

/**
 * Bounds on names that follow from the query's filters and, where it goes by name only, from its cursors. They only
 * save reading: filters and cursors are applied all the same.
 */
export function findNameRange(query: Query): NameRange {
  let from: Bound | undefined
  let to: Bound | undefined
  const narrowFrom = (bound: Bound): void => {
    if (!from || compareNames(bound.name, from.name) > 0) from = bound
  }
  const narrowTo = (bound: Bound): void => {
    if (!to || compareNames(bound.name, to.name) < 0) to = bound
  }

  const conditions = query.where?.kind === 'and' ? query.where.filters : query.where ? [query.where] : []
  for (const filter of conditions) {
    if (filter.kind !== 'compare' || !isName(filter.path) || filter.value.kind !== 'reference') continue
    const {operator, value} = filter
    const bound = {name: value.value, inclusive: !/^(LESS|GREATER)_THAN$/.test(operator)}
    if (operator === 'EQUAL' || operator.startsWith('GREATER')) narrowFrom(bound)
    if (operator === 'EQUAL' || operator.startsWith('LESS')) narrowTo(bound)
  }
  const [order] = query.orderBy
  if (order && isName(order.path) && !order.descending) {
    const start = query.startAt?.values[0]
    const end = query.endAt?.values[0]
    if (start?.kind === 'reference') narrowFrom({name: start.value, inclusive: query.startAt!.before})
    if (end?.kind === 'reference') narrowTo({name: end.value, inclusive: !query.endAt!.before})
  }
  return {from, to}
}

/** The part of a collection that lies in a range of names; undefined where none of it does. */
export function clipCollection(collection: string, {from, to}: NameRange): IdRange | undefined {
  const prefix = `${collection}/`
  let range: IdRange = {}
  if (from?.name.startsWith(prefix)) {
    const {id, deeper} = stepBelow(from.name, prefix)
    range = {from: {id, inclusive: from.inclusive && !deeper}}
  } else if (from && compareNames(collection, from.name) < 0) return undefined
  if (to?.name.startsWith(prefix)) {
    const {id, deeper} = stepBelow(to.name, prefix)
    range = {...range, to: {id, inclusive: to.inclusive || deeper}}
  } else if (to && compareNames(collection, to.name) > 0) return undefined
  return range
}

function stepBelow(name: string, prefix: string): {readonly id: string; readonly deeper: boolean} {
  const rest = name.slice(prefix.length)
  const slash = rest.indexOf('/')
  return slash < 0 ? {id: rest, deeper: false} : {id: rest.slice(0, slash), deeper: true}
}
