import type {Entry} from './entry-runs.ts'
import type {Database} from './sqlite.ts'
import type {DocumentRow} from './statements.ts'
import type {ValueRange} from './store.ts'

export type IndexRow = DocumentRow & {readonly key: Uint8Array; readonly value: Uint8Array}

/** The prepared statements on entries of indexes. Indexes and collections are numbers, keys are sortable ids. */
export type FieldEntries = {
  /** Adds an entry; one that is there already stays. */
  readonly add: (index: number, value: Uint8Array, key: Uint8Array) => void
  /** Adds many, best in their order. */
  readonly addAll: (index: number, entries: readonly Entry[]) => void
  readonly remove: (index: number, value: Uint8Array, key: Uint8Array) => void
  /** Removes up to `most` entries of an index and tells how many there were. */
  readonly removeSome: (index: number, most: number) => number
  readonly count: (index: number, range: ValueRange, most: number) => number
  readonly read: (collection: number, index: number, range: ValueRange, descending: boolean) => Iterable<IndexRow>
}

/** Rows of one statement: a call for each would take longer than what SQLite does for it. */
const AT_ONCE = 16

export function createFieldEntries(database: Database): FieldEntries {
  const insertRows = (rows: number) =>
    database.prepare(
      `INSERT OR IGNORE INTO field_entries (field, value, key) VALUES ${Array(rows).fill('(?, ?, ?)').join(', ')}`,
    )
  const insert = insertRows(1)
  const insertMany = insertRows(AT_ONCE)
  const remove = database.prepare('DELETE FROM field_entries WHERE field = ? AND value = ? AND key = ?')
  const removeSome = database.prepare(
    `DELETE FROM field_entries WHERE (field, value, key) IN
     (SELECT field, value, key FROM field_entries WHERE field = ? LIMIT ?)`,
  )
  const inRange = 'field = ? AND value >= ? AND value < ?'
  const count = database.prepare(`SELECT count(*) AS n FROM (SELECT 1 FROM field_entries WHERE ${inRange} LIMIT ?)`)
  const [ascending, descending] = ['ASC', 'DESC'].map((direction) =>
    database.prepare(
      `SELECT e.value, d.key, d.create_time, d.update_time, d.fields FROM field_entries AS e
       CROSS JOIN documents AS d ON d.collection = ? AND d.key = e.key
       WHERE ${inRange} ORDER BY e.value ${direction}, e.key ${direction}`,
    ),
  )
  const add = (index: number, value: Uint8Array, key: Uint8Array): void => {
    insert.run(index, value, key)
  }
  return {
    add,
    addAll: (index, entries) => {
      const rest = entries.length % AT_ONCE
      for (const {value, key} of entries.slice(0, rest)) add(index, value, key)
      for (let at = rest; at < entries.length; at += AT_ONCE) {
        insertMany.run(...entries.slice(at, at + AT_ONCE).flatMap(({value, key}) => [index, value, key]))
      }
    },
    remove: (index, value, key) => {
      remove.run(index, value, key)
    },
    removeSome: (index, most) => Number(removeSome.run(index, most).changes),
    count: (index, {from, to}, most) => Number(count.get(index, from, to, most)?.['n']),
    read: (collection, index, {from, to}, isDescending) =>
      (isDescending ? descending! : ascending!).iterate(collection, index, from, to) as Iterable<IndexRow>,
  }
}
