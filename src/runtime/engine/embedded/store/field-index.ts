import {formatFieldPath} from '../firestore/paths/field-path.ts'
import {createValueReader} from '../firestore/query/field-reader.ts'
import {encodeIndexKey} from './index-keys.ts'
import {resultCode, SQLITE} from './sqlite.ts'
import type {Database} from './sqlite.ts'
import type {DocumentRow} from './statements.ts'
import type {FieldIndex, StoredDocument, ValueRange} from './store.ts'

export type IndexRow = DocumentRow & {readonly key: Uint8Array; readonly value: Uint8Array}

/** The indexes that queries asked for. Collections are numbers, keys are sortable ids. */
export type FieldIndexes = {
  /** The number of an index, made now where it is worth it; undefined where reading the collection is as good. */
  readonly open: (collection: number, index: FieldIndex) => number | undefined
  /** Keeps a collection's indexes in step with a change of a document, inside the change's transaction. */
  readonly update: (
    collection: number,
    key: Uint8Array,
    before: StoredDocument | undefined,
    after: StoredDocument | undefined,
  ) => void
  /** How many entries lie in a range, counted up to `most`. */
  readonly count: (index: number, range: ValueRange, most: number) => number
  /** Documents by value and then by key, or the other way round. */
  readonly read: (collection: number, index: number, range: ValueRange, descending: boolean) => Iterable<IndexRow>
}

type OpenIndex = {readonly id: number; readonly keysOf: (fields: Uint8Array) => readonly Buffer[]}

/** So many indexes of a collection are kept; queries by further fields read the collection. */
const MAX_INDEXES = 32

/** @param above collections of at most so many documents are not worth an index */
export function createFieldIndexes(database: Database, above: number): FieldIndexes {
  const isLarge = database.prepare('SELECT 1 FROM documents WHERE collection = ? LIMIT 1 OFFSET ?')
  const documents = database.prepare('SELECT key, fields FROM documents WHERE collection = ?')
  const insertIndex = database.prepare('INSERT INTO field_indexes (collection, path, kind) VALUES (?, ?, ?)')
  const insert = database.prepare('INSERT OR IGNORE INTO field_entries (field, value, key) VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM field_entries WHERE field = ? AND value = ? AND key = ?')
  const inRange = 'field = ? AND value >= ? AND value < ?'
  const count = database.prepare(`SELECT count(*) AS n FROM (SELECT 1 FROM field_entries WHERE ${inRange} LIMIT ?)`)
  const [ascending, descending] = ['ASC', 'DESC'].map((direction) =>
    database.prepare(
      `SELECT e.value, d.key, d.create_time, d.update_time, d.fields FROM field_entries AS e
       CROSS JOIN documents AS d ON d.collection = ? AND d.key = e.key
       WHERE ${inRange} ORDER BY e.value ${direction}, e.key ${direction}`,
    ),
  )
  const byCollection = loadIndexes(database)

  const build = (collection: number, index: FieldIndex): number | undefined => {
    const keysOf = createKeyReader(index)
    database.exec('BEGIN IMMEDIATE')
    try {
      const id = Number(insertIndex.run(collection, JSON.stringify(index.path), index.of).lastInsertRowid)
      for (const {key, fields} of documents.iterate(collection) as Iterable<DocumentRow & {key: Uint8Array}>) {
        for (const value of keysOf(fields)) insert.run(id, value, key)
      }
      database.exec('COMMIT')
      const open = byCollection.get(collection) ?? new Map<string, OpenIndex>()
      byCollection.set(collection, open.set(nameOf(index), {id, keysOf}))
      return id
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      // Without room for an index a query is slow and right.
      if (resultCode(error) === SQLITE.full) return undefined
      throw error
    }
  }

  return {
    open: (collection, index) => {
      const indexes = byCollection.get(collection)
      const known = indexes?.get(nameOf(index))
      if (known) return known.id
      if ((indexes?.size ?? 0) >= MAX_INDEXES) return undefined
      if (!Number.isFinite(above) || !isLarge.get(collection, above)) return undefined
      return build(collection, index)
    },
    update: (collection, key, before, after) => {
      const indexes = byCollection.get(collection)
      if (!indexes) return
      for (const {id, keysOf} of indexes.values()) {
        const old = before ? keysOf(before.fields) : []
        const now = after ? keysOf(after.fields) : []
        for (const value of old) if (!now.some((other) => other.equals(value))) remove.run(id, value, key)
        for (const value of now) if (!old.some((other) => other.equals(value))) insert.run(id, value, key)
      }
    },
    count: (index, {from, to}, most) => Number(count.get(index, from, to, most)?.['n']),
    read: (collection, index, {from, to}, isDescending) =>
      (isDescending ? descending! : ascending!).iterate(collection, index, from, to) as Iterable<IndexRow>,
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

function loadIndexes(database: Database): Map<number, Map<string, OpenIndex>> {
  const byCollection = new Map<number, Map<string, OpenIndex>>()
  for (const row of database.prepare('SELECT id, collection, path, kind FROM field_indexes').all()) {
    const path = JSON.parse(String(row['path'])) as string[]
    const index: FieldIndex = {path, of: row['kind'] === 'elements' ? 'elements' : 'value'}
    const collection = Number(row['collection'])
    const open = byCollection.get(collection) ?? new Map<string, OpenIndex>()
    byCollection.set(collection, open.set(nameOf(index), {id: Number(row['id']), keysOf: createKeyReader(index)}))
  }
  return byCollection
}

function nameOf({path, of}: FieldIndex): string {
  return `${of} ${formatFieldPath(path)}`
}
