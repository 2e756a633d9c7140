const keep = 1000

/** The last things of a kind, so that a container that runs for days does not grow. */
export type Ring<T> = {readonly add: (item: T) => void; readonly all: () => readonly T[]}

export function createRing<T>(): Ring<T> {
  const items: T[] = []
  return {
    add: (item) => {
      items.push(item)
      if (items.length > keep) items.shift()
    },
    all: () => [...items],
  }
}
