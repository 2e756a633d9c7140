import {formatFieldPath} from '../paths/field-path.ts'
import {isName} from './decode-filter.ts'
import {isInequality, listFilters} from './query.ts'
import type {Query} from './query.ts'

/** An index as query plans name it, in the words of production. */
export type UsedIndex = {readonly query_scope: string; readonly properties: string}

/**
 * The indexes by which production would answer a query: one for each field that is only compared for equality, or a
 * composite one where ranges, orders, arrays or vectors come in
 * (https://firebase.google.com/docs/firestore/query-explain).
 */
export function listUsedIndexes(query: Query): readonly UsedIndex[] {
  const scope = query.allDescendants ? 'Collection group' : 'Collection'
  const filters = listFilters(query.where).filter(({path}) => !isName(path))
  const equalities = filters.filter((filter) => !isInequality(filter))
  const terms = new Map(
    equalities.map(({path, operator}) => [
      formatFieldPath(path),
      operator.startsWith('ARRAY_CONTAINS') ? 'ARRAY_CONTAINS' : 'ASC',
    ]),
  )
  const orders = query.orderBy.map(
    ({path, descending}) => [formatFieldPath(path), descending ? 'DESC' : 'ASC'] as const,
  )
  const name = orders.at(-1)!
  const vector =
    query.nearest && ([formatFieldPath(query.nearest.path), `VECTOR<${query.nearest.vector.length}>`] as const)
  const index = (parts: readonly (readonly [string, string])[]): UsedIndex => ({
    query_scope: scope,
    properties: `(${parts.map((part) => part.join(' ')).join(', ')})`,
  })
  if (orders.length === 1 && !vector && terms.size > 0) return [...terms].map((term) => index([term, name]))
  const known = orders.filter(([path]) => !terms.has(path))
  return [index([...terms, ...known, ...(vector ? [vector] : [])])]
}
