import type {DocumentStore} from '../../store/store.ts'
import type {Delta, View} from './view.ts'

/** The time that stands for a document known to be missing. */
const MISSING = 0

/** Named documents. The listener also learns of those that do not exist. */
export function createDocumentsView(store: DocumentStore, names: readonly string[]): View {
  /** Update times, as the listener knows them. */
  const known = new Map<string, number>()
  const dirty = new Set<string>()

  const compare = (name: string): Delta[] => {
    const document = store.get(name)
    const time = document?.updateTime ?? MISSING
    if (known.get(name) === time) return []
    known.set(name, time)
    if (document) return [{kind: 'changed', name, document: {...document, name}}]
    return [{kind: 'removed', name, document: undefined, moved: false}]
  }

  return {
    keys: names,
    mask: undefined,
    start: (since) => {
      if (since !== undefined) for (const name of names) known.set(name, store.get(name, since)?.updateTime ?? MISSING)
      return names.flatMap(compare)
    },
    touch: (name) => {
      dirty.add(name)
      return true
    },
    drain: () => {
      const deltas = [...dirty].flatMap(compare)
      dirty.clear()
      return deltas
    },
    count: () => [...known.values()].filter((time) => time !== MISSING).length,
  }
}
