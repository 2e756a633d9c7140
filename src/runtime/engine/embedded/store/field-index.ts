import {formatFieldPath} from '../firestore/paths/field-path.ts'
import {createValueReader} from '../firestore/query/field-reader.ts'
import {createBuildQueue} from './build-queue.ts'
import type {SteppedWork} from './build-queue.ts'
import {createFieldEntries} from './field-entries.ts'
import type {FieldEntries} from './field-entries.ts'
import {BUILD_SIZES, createIndexBuilder} from './index-build.ts'
import type {BuildSizes, IndexBuild} from './index-build.ts'
import {encodeIndexKey} from './index-keys.ts'
import {resultCode, SQLITE} from './sqlite.ts'
import type {Database} from './sqlite.ts'
import type {FieldIndex, StoredDocument} from './store.ts'

/** The indexes that queries asked for. Collections are numbers, keys are sortable ids. */
export type FieldIndexes = Disposable &
  Pick<FieldEntries, 'count' | 'read'> & {
    /**
     * The number of an index that has all documents; undefined where it is still being built, which this begins, or
     * where reading the collection is as good.
     */
    readonly open: (collection: number, index: FieldIndex) => number | undefined
    /** Resolves when an index may be opened that is being built, which this begins; undefined where none is. */
    readonly build: (collection: number, index: FieldIndex) => Promise<void> | undefined
    /** Keeps a collection's indexes in step with a change of a document, inside the change's transaction. */
    readonly update: (
      collection: number,
      key: Uint8Array,
      before: StoredDocument | undefined,
      after: StoredDocument | undefined,
    ) => void
  }

type KnownIndex = {
  readonly id: number
  readonly keysOf: (fields: Uint8Array) => readonly Buffer[]
  /** The key up to which it has all documents; undefined when it has them all. */
  reached: Uint8Array | undefined
  /** Present from its beginning to its end. */
  build?: IndexBuild
  built?: Promise<void>
}

/** So many indexes of a collection are kept; queries by further fields read the collection. */
const MAX_INDEXES = 32

/** So many entries are removed in one step. */
const REMOVED_IN_STEP = 1000

/** @param above collections of at most so many documents are not worth an index */
export function createFieldIndexes(database: Database, above: number, sizes: BuildSizes = BUILD_SIZES): FieldIndexes {
  const isLarger = database.prepare('SELECT 1 FROM documents WHERE collection = ? LIMIT 1 OFFSET ?')
  const count = database.prepare('SELECT count(*) AS n FROM documents WHERE collection = ?')
  const insertIndex = database.prepare(
    "INSERT INTO field_indexes (collection, path, kind, reached) VALUES (?, ?, ?, x'')",
  )
  const beginAgain = database.prepare("UPDATE field_indexes SET reached = x'' WHERE id = ? AND reached <> x''")
  const removeIndex = database.prepare('DELETE FROM field_indexes WHERE id = ?')
  const entries = createFieldEntries(database)
  const startBuild = createIndexBuilder(database, entries, sizes)
  const queue = createBuildQueue(sizes.pieceMs)
  const byCollection = loadIndexes(database)
  /** Documents that may still be indexed at once, in this turn of the event loop: many small collections are a large one. */
  let room = sizes.atOnce
  /** Indexes for which there was no room: until the process ends, their queries are slow and right. */
  const hopeless = new Set<string>()

  const create = (collection: number, index: FieldIndex): KnownIndex | undefined => {
    try {
      const {lastInsertRowid: id} = insertIndex.run(collection, JSON.stringify(index.path), index.of)
      const known = {id: Number(id), keysOf: createKeyReader(index), reached: Buffer.alloc(0)}
      const indexes = byCollection.get(collection) ?? new Map<string, KnownIndex>()
      byCollection.set(collection, indexes.set(nameOf(index), known))
      return known
    } catch (error) {
      if (resultCode(error) === SQLITE.full) return undefined
      throw error
    }
  }
  const remove = (collection: number, index: FieldIndex, {id}: KnownIndex): boolean => {
    // First of all, since whoever opens the store after half of it would go on with an index that lacks the rest.
    beginAgain.run(id)
    if (entries.removeSome(id, REMOVED_IN_STEP) > 0) return false
    removeIndex.run(id)
    return byCollection.get(collection)!.delete(nameOf(index))
  }

  /** Builds an index or, where there is no room for it, removes what there is of it. */
  const planWork = (collection: number, index: FieldIndex, known: KnownIndex): SteppedWork => {
    const build = startBuild({...known, collection, reached: known.reached!})
    known.build = build
    let isHopeless = false
    return {
      step: () => {
        try {
          if (isHopeless) return remove(collection, index, known)
          if (!build.step()) return false
          known.reached = undefined
        } catch (error) {
          if (resultCode(error) !== SQLITE.full) throw error
          const isSecond = isHopeless
          isHopeless = true
          hopeless.add(`${collection} ${nameOf(index)}`)
          if (!isSecond) return false
        }
        delete known.build
        return true
      },
    }
  }

  const find = (collection: number, index: FieldIndex): KnownIndex | undefined => {
    const indexes = byCollection.get(collection)
    const known = indexes?.get(nameOf(index))
    if (known && (known.reached === undefined || known.build)) return known
    if (hopeless.has(`${collection} ${nameOf(index)}`)) return undefined
    if (!known) {
      if ((indexes?.size ?? 0) >= MAX_INDEXES) return undefined
      if (!Number.isFinite(above) || !isLarger.get(collection, above)) return undefined
    }
    const begun = known ?? create(collection, index)
    if (!begun) return undefined
    const work = planWork(collection, index, begun)
    if (isLarger.get(collection, room)) {
      begun.built = queue.add(work)
      // Who waits for it is told; there may be nobody.
      begun.built.catch(() => undefined)
      return begun
    }
    while (!work.step());
    if (room === sizes.atOnce) setImmediate(() => (room = sizes.atOnce))
    room -= Number(count.get(collection)?.['n'])
    return begun
  }

  return {
    count: entries.count,
    read: entries.read,
    open: (collection, index) => {
      const known = find(collection, index)
      return known?.reached === undefined ? known?.id : undefined
    },
    build: (collection, index) => {
      const known = find(collection, index)
      return known?.reached === undefined ? undefined : known.built
    },
    update: (collection, key, before, after) => {
      const indexes = byCollection.get(collection)
      if (!indexes) return
      for (const {id, keysOf, build} of indexes.values()) {
        const old = before ? keysOf(before.fields) : []
        const now = after ? keysOf(after.fields) : []
        for (const value of old) if (!now.some((other) => other.equals(value))) entries.remove(id, value, key)
        for (const value of now) if (!old.some((other) => other.equals(value))) entries.add(id, value, key)
        build?.touch(key)
      }
    },
    [Symbol.dispose]: () => queue[Symbol.dispose](),
  }
}

/** Reads the keys under which an index has a document: one for its value, or one for each element of its array. */
function createKeyReader({path, of}: FieldIndex): (fields: Uint8Array) => readonly Buffer[] {
  const read = createValueReader(path)
  return (fields) => {
    const value = read(fields)
    if (!value) return []
    if (of === 'value') return [encodeIndexKey(value)]
    return value.kind === 'array' ? value.values.map(encodeIndexKey) : []
  }
}

function loadIndexes(database: Database): Map<number, Map<string, KnownIndex>> {
  const byCollection = new Map<number, Map<string, KnownIndex>>()
  for (const row of database.prepare('SELECT id, collection, path, kind, reached FROM field_indexes').all()) {
    const path = JSON.parse(String(row['path'])) as string[]
    const index: FieldIndex = {path, of: row['kind'] === 'elements' ? 'elements' : 'value'}
    const collection = Number(row['collection'])
    const indexes = byCollection.get(collection) ?? new Map<string, KnownIndex>()
    const reached = (row['reached'] as Uint8Array | null) ?? undefined
    byCollection.set(
      collection,
      indexes.set(nameOf(index), {id: Number(row['id']), keysOf: createKeyReader(index), reached}),
    )
  }
  return byCollection
}

function nameOf({path, of}: FieldIndex): string {
  return `${of} ${formatFieldPath(path)}`
}
