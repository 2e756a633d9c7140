import {formatFieldPath, DOCUMENT_NAME} from '../paths/field-path.ts'
import {compareUtf8} from '../values/compare-text.ts'
import {isInequality, listFilters} from './query.ts'
import type {Filter, Order} from './query.ts'

/**
 * Adds the orders that the service implies: fields with an inequality that are not ordered by yet, in the order of
 * their paths, then the document's name, all in the direction of the last given order.
 */
export function completeOrder(given: readonly Order[], where: Filter | undefined): readonly Order[] {
  const descending = given.at(-1)?.descending ?? false
  const named = new Set(given.map(({path}) => formatFieldPath(path)))
  if (named.has(DOCUMENT_NAME)) return given
  const implied = new Map(
    listFilters(where)
      .filter(isInequality)
      .map(({path}) => [formatFieldPath(path), path] as const),
  )
  const added = [...implied]
    .filter(([text]) => !named.has(text) && text !== DOCUMENT_NAME)
    .sort(([left], [right]) => compareUtf8(left, right))
    .map(([, path]) => ({path, descending}))
  return [...given, ...added, {path: [DOCUMENT_NAME], descending}]
}
