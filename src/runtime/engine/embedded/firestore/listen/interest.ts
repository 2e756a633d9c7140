import type {DocumentStore} from '../../store/store.ts'
import {keysOfDocument} from './view.ts'
import type {View} from './view.ts'

/** Who waits for changes of what. A commit looks up the few views it may concern, however many there are. */
export type Interest = Disposable & {
  /** `rouse` is called after commits that touched the view; returns the way to stop. */
  readonly add: (view: View, rouse: () => void) => () => void
}

type Entry = {readonly view: View; readonly rouse: () => void}

export function createInterest(store: DocumentStore): Interest {
  const entries = new Map<string, Set<Entry>>()

  const unsubscribe = store.subscribe(({changes}) => {
    if (entries.size === 0) return
    const touched = new Set<() => void>()
    for (const {name} of changes) {
      for (const key of keysOfDocument(name)) {
        for (const {view, rouse} of entries.get(key) ?? []) if (view.touch(name)) touched.add(rouse)
      }
    }
    for (const rouse of touched) rouse()
  })

  return {
    add: (view, rouse) => {
      const entry = {view, rouse}
      for (const key of view.keys) {
        const group = entries.get(key)
        if (group) group.add(entry)
        else entries.set(key, new Set([entry]))
      }
      return () => {
        for (const key of view.keys) {
          const group = entries.get(key)
          if (group?.delete(entry) && group.size === 0) entries.delete(key)
        }
      }
    },
    [Symbol.dispose]: unsubscribe,
  }
}
