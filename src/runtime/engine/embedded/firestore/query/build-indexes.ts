import type {DocumentStore} from '../../store/store.ts'
import {clipCollection, findNameRange} from './name-range.ts'
import {planLookups} from './plan-lookups.ts'
import type {Query} from './query.ts'
import {listCollections} from './run-query.ts'

/**
 * Resolves when the indexes that `runQuery` will look for are there; undefined where none has to be waited for. Without
 * them a query reads whole collections, during which nobody else is answered.
 */
export function buildIndexes(store: DocumentStore, query: Query): Promise<unknown> | undefined {
  const lookups = planLookups(query).flat()
  if (lookups.length === 0) return undefined
  const range = findNameRange(query)
  const collections = listCollections(store, query).filter((collection) => clipCollection(collection, range))
  const builds = collections.flatMap((collection) =>
    lookups.flatMap(({index}) => store.buildIndex(collection, index) ?? []),
  )
  return builds.length > 0 ? Promise.all(builds) : undefined
}
