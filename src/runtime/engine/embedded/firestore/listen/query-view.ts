import type {DocumentStore, NamedDocument} from '../../store/store.ts'
import {splitName} from '../paths/names.ts'
import type {Query} from '../query/query.ts'
import {coversCollection, createResultTest, runQuery} from '../query/run-query.ts'
import {groupKey, rootOf} from './view.ts'
import type {Delta, View} from './view.ts'

/**
 * The results of a query. A changed document is held against the query; the whole query runs again only where a limit
 * or an offset lets one document's change bring in or push out another.
 */
export function createQueryView(store: DocumentStore, query: Query): View {
  /** Update times of the results the listener has, by name. */
  const known = new Map<string, number>()
  const dirty = new Set<string>()
  const isResult = createResultTest(query)
  const counted = query.limit !== undefined || query.offset > 0

  const compare = (name: string, document: NamedDocument | undefined, selected: boolean): Delta[] => {
    const time = known.get(name)
    if (document && selected) {
      if (time === document.updateTime) return []
      known.set(name, document.updateTime)
      return [{kind: 'changed', name, document}]
    }
    if (time === undefined) return []
    known.delete(name)
    return [{kind: 'removed', name, document, moved: document?.updateTime === time}]
  }

  /** Holds the listener's results against those of now. */
  const rerun = (): Delta[] => {
    const results = runQuery(store, query, undefined)
    const names = new Set(results.map(({name}) => name))
    const gone = [...known.keys()].filter((name) => !names.has(name))
    return [
      ...gone.flatMap((name) => compare(name, find(store, name), false)),
      ...results.flatMap((document) => compare(document.name, document, true)),
    ]
  }

  return {
    keys: [keyOf(query)],
    mask: query.select,
    start: (since) => {
      if (since !== undefined) {
        for (const {name, updateTime} of runQuery(store, query, since)) known.set(name, updateTime)
      }
      return rerun()
    },
    touch: (name) => {
      if (!coversCollection(query, splitName(name).collection)) return false
      dirty.add(name)
      return true
    },
    drain: () => {
      const changed = [...dirty].map((name) => {
        const document = find(store, name)
        return {name, document, selected: document !== undefined && isResult(document)}
      })
      dirty.clear()
      if (!counted) return changed.flatMap(({name, document, selected}) => compare(name, document, selected))
      // What is and was no candidate cannot move others, unless results are skipped unseen.
      const moves = query.offset > 0 || changed.some(({name, selected}) => selected || known.has(name))
      return changed.length > 0 && moves ? rerun() : []
    },
    count: () => known.size,
  }
}

function find(store: DocumentStore, name: string): NamedDocument | undefined {
  const document = store.get(name)
  return document && {...document, name}
}

function keyOf({parent, collectionId, allDescendants}: Query): string {
  if (collectionId === undefined) return rootOf(parent)
  return allDescendants ? groupKey(rootOf(parent), collectionId) : `${parent}/${collectionId}`
}
