import {encodePath, endOf} from './keys.ts'
import type {Database} from './sqlite.ts'
import type {ChildPage} from './store.ts'

/** The numbers under which collections are stored, and what lies below a name. */
export type Collections = {
  /** Undefined where nothing was ever written to the collection. */
  readonly find: (name: string) => number | undefined
  readonly findOrCreate: (name: string) => number
  /** Forgets numbers that a rolled back transaction may have given. */
  readonly forget: () => void
  readonly list: (parent: string, collectionId?: string) => readonly string[]
  /** All with this last id, in all databases. */
  readonly group: (collectionId: string) => readonly string[]
  /** Databases (`projects/p/databases/d`) that hold documents, in order. */
  readonly databases: () => readonly string[]
  readonly childIds: (name: string, page: ChildPage) => readonly string[]
}

/** Cached numbers; beyond this many the cache starts anew, so that memory stays bounded. */
const CACHE_SIZE = 10_000

const HOLDS_DOCUMENTS = 'EXISTS (SELECT 1 FROM documents WHERE documents.collection = collections.id)'
const HELD_DOCUMENTS = `(
  EXISTS (SELECT 1 FROM documents AS d WHERE d.collection = collections.id AND d.update_time <= ?) OR
  EXISTS (SELECT 1 FROM history AS h WHERE h.collection = collections.id AND h.until > ? AND h.update_time <= ?))`

export function createCollections(database: Database): Collections {
  const select = database.prepare('SELECT id FROM collections WHERE database = ? AND key = ?')
  const insert = database.prepare('INSERT INTO collections (database, key, path, collection_id) VALUES (?, ?, ?, ?)')
  const range = 'SELECT path FROM collections WHERE database = ? AND key > ? AND key < ?'
  const all = database.prepare(`${range} ORDER BY key`)
  const group = database.prepare(
    'SELECT path FROM collections WHERE database = ? AND collection_id = ? AND key > ? AND key < ? ORDER BY key',
  )
  const everywhere = database.prepare('SELECT database, path FROM collections WHERE collection_id = ?')
  const roots = database.prepare(`SELECT DISTINCT database FROM collections WHERE ${HOLDS_DOCUMENTS} ORDER BY database`)
  const next = database.prepare(`${range} AND ${HOLDS_DOCUMENTS} ORDER BY key LIMIT 1`)
  const nextPast = database.prepare(`${range} AND ${HELD_DOCUMENTS} ORDER BY key LIMIT 1`)
  const cache = new Map<string, number>()

  const remember = (name: string, id: number): number => {
    if (cache.size >= CACHE_SIZE) cache.clear()
    cache.set(name, id)
    return id
  }
  const find = (name: string): number | undefined => {
    const cached = cache.get(name)
    if (cached !== undefined) return cached
    const {root, segments} = splitRoot(name)
    const row = select.get(root, encodePath(segments))
    return row ? remember(name, Number(row['id'])) : undefined
  }

  return {
    find,
    findOrCreate: (name) => {
      const {root, segments} = splitRoot(name)
      return (
        find(name) ??
        remember(
          name,
          Number(insert.run(root, encodePath(segments), segments.join('/'), segments.at(-1)!).lastInsertRowid),
        )
      )
    },
    forget: () => cache.clear(),
    list: (parent, collectionId) => {
      const {root, segments} = splitRoot(parent)
      const from = encodePath(segments)
      const rows =
        collectionId === undefined ? all.all(root, from, endOf(from)) : group.all(root, collectionId, from, endOf(from))
      return rows.map((row) => `${root}/${String(row['path'])}`)
    },
    group: (collectionId) =>
      everywhere.all(collectionId).map((row) => `${String(row['database'])}/${String(row['path'])}`),
    databases: () => roots.all().map((row) => String(row['database']).replace(/\/documents$/, '')),
    childIds: (name, {after, limit, at}) => {
      const {root, segments} = splitRoot(name)
      const prefix = encodePath(segments)
      const ids: string[] = []
      let from = after === undefined ? prefix : endOf(encodePath([...segments, after]))
      while (ids.length < limit) {
        const place = [root, from, endOf(prefix)] as const
        const row = at === undefined ? next.get(...place) : nextPast.get(...place, at, at, at)
        const id = row && String(row['path']).split('/')[segments.length]
        if (id === undefined) break
        ids.push(id)
        from = endOf(encodePath([...segments, id]))
      }
      return ids
    },
  }
}

/** `projects/p/databases/d/documents` and the segments behind it. */
function splitRoot(name: string): {readonly root: string; readonly segments: readonly string[]} {
  const parts = name.split('/')
  return {root: parts.slice(0, 5).join('/'), segments: parts.slice(5)}
}
