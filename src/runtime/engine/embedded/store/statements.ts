import type {Database} from './sqlite.ts'
import type {StoredDocument} from './store.ts'

export type DocumentRow = {readonly create_time: number; readonly update_time: number; readonly fields: Uint8Array}
type KeyedRow = DocumentRow & {readonly key: Uint8Array}

/** The store's prepared statements, by what they do. Collections are numbers, keys are sortable ids. */
type Statements = {
  readonly get: (collection: number, key: Uint8Array) => DocumentRow | undefined
  /** The replaced version that was current at `at`. */
  readonly getPast: (collection: number, key: Uint8Array, at: number) => DocumentRow | undefined
  /** Keys from `from` up to, not including, `to`. */
  readonly scan: (collection: number, from: Uint8Array, to: Uint8Array) => Iterable<KeyedRow>
  readonly scanPast: (collection: number, from: Uint8Array, to: Uint8Array, at: number) => Iterable<KeyedRow>
  readonly put: (collection: number, key: Uint8Array, document: StoredDocument) => void
  readonly remove: (collection: number, key: Uint8Array) => void
  readonly archive: (collection: number, key: Uint8Array, document: StoredDocument, until: number) => void
  readonly prune: (until: number) => void
  readonly readClock: () => number
  readonly setClock: (micros: number) => void
}

export function createStatements(database: Database): Statements {
  const columns = 'create_time, update_time, fields'
  const inRange = 'collection = ? AND key >= ? AND key < ?'
  const get = database.prepare(`SELECT ${columns} FROM documents WHERE collection = ? AND key = ?`)
  const getPast = database.prepare(
    `SELECT ${columns} FROM history WHERE collection = ? AND key = ? AND until > ? AND update_time <= ? LIMIT 1`,
  )
  const scan = database.prepare(`SELECT key, ${columns} FROM documents WHERE ${inRange} ORDER BY key`)
  const scanPast = database.prepare(
    `SELECT key, ${columns} FROM documents WHERE ${inRange} AND update_time <= ? UNION ALL
     SELECT key, ${columns} FROM history WHERE ${inRange} AND until > ? AND update_time <= ? ORDER BY key`,
  )
  const put = database.prepare(
    `INSERT INTO documents (collection, key, ${columns}) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (collection, key) DO UPDATE SET
       create_time = excluded.create_time, update_time = excluded.update_time, fields = excluded.fields`,
  )
  const remove = database.prepare('DELETE FROM documents WHERE collection = ? AND key = ?')
  const archive = database.prepare(
    'INSERT INTO history (collection, key, create_time, update_time, until, fields) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const prune = database.prepare('DELETE FROM history WHERE until <= ?')
  const setClock = database.prepare('UPDATE clock SET last_commit = ?')

  return {
    get: (collection, key) => get.get(collection, key) as DocumentRow | undefined,
    getPast: (collection, key, at) => getPast.get(collection, key, at, at) as DocumentRow | undefined,
    scan: (collection, from, to) => scan.iterate(collection, from, to) as Iterable<KeyedRow>,
    scanPast: (collection, from, to, at) =>
      scanPast.iterate(collection, from, to, at, collection, from, to, at, at) as Iterable<KeyedRow>,
    put: (collection, key, {createTime, updateTime, fields}) => {
      put.run(collection, key, createTime, updateTime, fields)
    },
    remove: (collection, key) => {
      remove.run(collection, key)
    },
    archive: (collection, key, {createTime, updateTime, fields}, until) => {
      archive.run(collection, key, createTime, updateTime, until, fields)
    },
    prune: (until) => {
      prune.run(until)
    },
    readClock: () => Number(database.prepare('SELECT last_commit FROM clock').get()?.['last_commit']),
    setClock: (micros) => {
      setClock.run(micros)
    },
  }
}
