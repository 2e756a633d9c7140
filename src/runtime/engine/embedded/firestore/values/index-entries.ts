import {vectorElements} from './value.ts'
import type {Fields, Value} from './value.ts'

/**
 * How many entries the automatic indexes have of a document: one ascending and one descending of every field that is no
 * map and no array, also inside maps, and one of every element of an array
 * (https://firebase.google.com/docs/firestore/query-data/index-overview#automatic_indexing).
 */
export function countIndexEntries(fields: Fields): number {
  let entries = 0
  for (const value of fields.values()) entries += entriesOf(value)
  return entries
}

function entriesOf(value: Value): number {
  if (value.kind === 'array') return value.values.length
  if (value.kind !== 'map' || vectorElements(value)) return 2
  return countIndexEntries(value.fields)
}
