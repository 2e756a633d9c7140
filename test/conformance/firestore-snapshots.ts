import type {DocumentReference, DocumentSnapshot, Query, QuerySnapshot} from '@google-cloud/firestore'

type Watched<T> = Disposable & {
  /** The next snapshot that nobody took yet; rejects with the listener's error. */
  readonly next: () => Promise<T>
  /** Snapshots that nobody took yet. */
  readonly waiting: () => number
}

export function watchDocument(document: DocumentReference): Watched<DocumentSnapshot> {
  return watch((onNext, onError) => document.onSnapshot(onNext, onError))
}

export function watchQuery(query: Query): Watched<QuerySnapshot> {
  return watch((onNext, onError) => query.onSnapshot(onNext, onError))
}

/** A snapshot's ids, in order, and what changed, as `added a`. */
export function describeSnapshot(snapshot: QuerySnapshot): {readonly ids: string[]; readonly changes: string[]} {
  return {
    ids: snapshot.docs.map(({id}) => id),
    changes: snapshot.docChanges().map(({type, doc}) => `${type} ${doc.id}`),
  }
}

function watch<T>(start: (onNext: (value: T) => void, onError: (error: Error) => void) => () => void): Watched<T> {
  const values: T[] = []
  let failure: Error | undefined
  let arrived = Promise.withResolvers<void>()
  const stop = start(
    (value) => {
      values.push(value)
      arrived.resolve()
    },
    (error) => {
      failure = error
      arrived.resolve()
    },
  )
  return {
    next: async () => {
      while (values.length === 0) {
        if (failure) throw failure
        arrived = Promise.withResolvers()
        await arrived.promise
      }
      return values.shift()!
    },
    waiting: () => values.length,
    [Symbol.dispose]: stop,
  }
}
