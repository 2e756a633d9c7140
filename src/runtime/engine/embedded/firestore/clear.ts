import type {NamedDocument} from '../store/store.ts'
import type {ServiceContext} from './rpc/context.ts'

/** Documents deleted with one commit. */
const AT_ONCE = 500

/**
 * Deletes all documents of a database (`projects/p/databases/d`), or of all databases. Listeners and transactions see
 * ordinary deletes; open transactions that read something have lost. Throws StoreFullError where the disk has no room for even that.
 */
export function clearDocuments({store, timeline, transactions}: ServiceContext, database?: string): void {
  // Writes that wait come first, so that none of them reaches a database that was emptied for what follows.
  transactions.breakLocks(database)
  const roots = database === undefined ? store.databases() : [database]
  for (const root of roots) {
    for (const collection of store.collections(`${root}/documents`)) {
      for (;;) {
        const some = firstOf(store.scan(collection, {}))
        if (some.length === 0) break
        const changes = some.map(({name, ...before}) => ({name, before, after: undefined}))
        store.apply({time: timeline.commitTime(), changes})
      }
    }
  }
}

/** Read before the commit that deletes them. */
function firstOf(documents: Iterable<NamedDocument>): NamedDocument[] {
  const found: NamedDocument[] = []
  for (const document of documents) if (found.push(document) === AT_ONCE) break
  return found
}
