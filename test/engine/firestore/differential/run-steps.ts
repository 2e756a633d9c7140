import type {DocumentSnapshot, Firestore, QuerySnapshot} from '@google-cloud/firestore'
import {buildQuery, versionOf} from './listeners.ts'
import type {Listened, Step} from './listeners.ts'

/** What a listener says once it is up to date: an account of its snapshots since the last time, without times. */
type Watcher = Disposable & {readonly settle: () => Promise<string>}

/** A snapshot in short, and with the versions of its documents. */
type Seen = {readonly account: string; readonly state: string}

/** Milliseconds after which a listener that does not catch up has lost something. */
const PATIENCE_MS = 20_000

/** Runs the steps on an empty database, and tells after each what every listener saw since the one before. */
export async function runSteps(db: Firestore, steps: readonly Step[]): Promise<string[]> {
  using stack = new DisposableStack()
  const watchers: (Watcher | undefined)[] = []
  const accounts: string[] = []
  for (const step of steps) {
    if (step.kind === 'listen') {
      const watcher = startWatcher(db, step.listened)
      if (watcher) watchers.push(stack.use(watcher))
    } else if (step.kind === 'stop') {
      watchers[step.listener]?.[Symbol.dispose]()
      watchers[step.listener] = undefined
    } else {
      const batch = db.batch()
      for (const {path, fields} of step.writes) {
        if (fields) batch.set(db.doc(path), fields)
        else batch.delete(db.doc(path))
      }
      await batch.commit()
    }
    for (const watcher of watchers) accounts.push((await watcher?.settle()) ?? 'stopped')
  }
  return accounts
}

/** Undefined for what the client does not let pass. */
function startWatcher(db: Firestore, listened: Listened): Watcher | undefined {
  if (listened.kind === 'document') {
    const document = db.doc(listened.path)
    return watch(
      (onNext, onError) => document.onSnapshot((snapshot) => onNext(seeDocument(snapshot)), onError),
      async () => seeDocument(await document.get()).state,
    )
  }
  const query = tryBuild(() => buildQuery(db, listened))
  return (
    query &&
    watch(
      (onNext, onError) => query.onSnapshot((snapshot) => onNext(seeQuery(snapshot)), onError),
      async () => seeQuery(await query.get()).state,
    )
  )
}

function tryBuild<T>(build: () => T): T | undefined {
  try {
    return build()
  } catch {
    return undefined
  }
}

function seeDocument(snapshot: DocumentSnapshot): Seen {
  return {account: tell(snapshot.data() ?? 'missing'), state: versionOf(snapshot)}
}

function seeQuery(snapshot: QuerySnapshot): Seen {
  const {docs} = snapshot
  const changes = snapshot
    .docChanges()
    .map(({type, doc, oldIndex, newIndex}) => `${type} ${doc.ref.path} ${oldIndex}>${newIndex}`)
  return {
    account: tell({docs: docs.map((doc) => [doc.ref.path, doc.data()]), changes}),
    // Not in order: where a range implies one, the client's listeners do not know of it.
    state: docs
      .map((doc) => `${doc.ref.path} ${versionOf(doc)}`)
      .sort()
      .join(),
  }
}

/** As JSON, in which the order of a map's entries says nothing. */
function tell(account: unknown): string {
  return JSON.stringify(account, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

function watch(
  listen: (onNext: (seen: Seen) => void, onError: (error: Error & {code?: number}) => void) => () => void,
  read: () => Promise<string>,
): Watcher {
  const seen: Seen[] = []
  const now: {last?: Seen; failure?: string; wake: PromiseWithResolvers<void>} = {wake: Promise.withResolvers()}
  const stop = listen(
    (next) => {
      seen.push(next)
      now.last = next
      now.wake.resolve()
    },
    ({code}) => {
      now.failure = `refused ${code}`
      now.wake.resolve()
    },
  )
  return {
    settle: async () => {
      const wanted = now.failure ?? (await read().catch(({code}: {code?: number}) => `refused ${code}`))
      const late = setTimeout(() => {
        now.wake.reject(new Error(`A listener saw ${now.last?.state}, not ${wanted}.`))
      }, PATIENCE_MS)
      while (now.failure === undefined && now.last?.state !== wanted) {
        now.wake = Promise.withResolvers()
        await now.wake.promise
      }
      clearTimeout(late)
      return [...seen.splice(0).map(({account}) => account), ...(now.failure ? [now.failure] : [])].join(' then ')
    },
    [Symbol.dispose]: stop,
  }
}
