import {decodeId, encodeId, successorOf} from './keys.ts'
import {createCollections} from './collections.ts'
import {createFieldIndexes} from './field-index.ts'
import {openDatabase} from './open-database.ts'
import type {StoreOptions} from './open-database.ts'
import {createStatements} from './statements.ts'
import type {DocumentRow} from './statements.ts'
import {resultCode, SQLITE} from './sqlite.ts'
import {HISTORY_MICROS, StoreFullError} from './store.ts'
import type {CommittedChanges, DocumentChange, DocumentStore, IdRange, NamedDocument, StoredDocument} from './store.ts'

/** Commits between two removals of history that nobody can ask for any more. */
const PRUNE_EVERY = 1000

/** A collection of this size is read in about a millisecond. */
const INDEX_ABOVE = 500

const FIRST_KEY = Buffer.alloc(0)
const LAST_KEY = Buffer.from([0xff])

/** Opens the documents of a folder, or an empty store in memory. Throws as `openDatabase` does. */
export function openStore(options: StoreOptions): DocumentStore {
  const database = openDatabase(options)
  const collections = createCollections(database)
  const statements = createStatements(database)
  const indexes = createFieldIndexes(database, options.indexAbove ?? INDEX_ABOVE, options.indexBuild)
  const listeners = new Set<(committed: CommittedChanges) => void>()
  let lastCommit = statements.readClock()
  let commits = 0
  statements.prune(lastCommit - HISTORY_MICROS)

  const write = (change: DocumentChange, time: number): void => {
    const {collection, id} = splitName(change.name)
    const number = collections.findOrCreate(collection)
    const key = encodeId(id)
    if (change.before) statements.archive(number, key, change.before, time)
    if (change.after) statements.put(number, key, change.after)
    else statements.remove(number, key)
    indexes.update(number, key, change.before, change.after)
  }

  return {
    get lastCommit() {
      return lastCommit
    },
    get: (name, at) => {
      const {collection, id} = splitName(name)
      const number = collections.find(collection)
      if (number === undefined) return undefined
      const key = encodeId(id)
      const row = statements.get(number, key)
      if (at === undefined || (row && row.update_time <= at)) return row && toDocument(row)
      const past = statements.getPast(number, key, at)
      return past && toDocument(past)
    },
    *scan(collection, range, at) {
      const number = collections.find(collection)
      if (number === undefined) return
      const {from, to} = encodeRange(range)
      const rows = at === undefined ? statements.scan(number, from, to) : statements.scanPast(number, from, to, at)
      for (const row of rows) yield toNamed(collection, row)
    },
    openIndex: (collection, index) => {
      const number = collections.find(collection)
      const id = number === undefined ? undefined : indexes.open(number, index)
      if (number === undefined || id === undefined) return undefined
      return {
        count: (ranges, most) => ranges.reduce((sum, range) => sum + indexes.count(id, range, most), 0),
        *read(ranges, descending) {
          for (const range of descending ? ranges.toReversed() : ranges) {
            for (const row of indexes.read(number, id, range, descending)) {
              yield {...toNamed(collection, row), indexKey: row.value}
            }
          }
        },
      }
    },
    buildIndex: (collection, index) => {
      const number = collections.find(collection)
      return number === undefined ? undefined : indexes.build(number, index)
    },
    collections: collections.list,
    databases: collections.databases,
    collectionGroup: collections.group,
    childIds: collections.childIds,
    apply: (committed) => {
      database.exec('BEGIN IMMEDIATE')
      try {
        for (const change of committed.changes) write(change, committed.time)
        statements.setClock(committed.time)
        database.exec('COMMIT')
      } catch (error) {
        collections.forget()
        if (database.isTransaction) database.exec('ROLLBACK')
        if (resultCode(error) === SQLITE.full) throw new StoreFullError('the disk is full', {cause: error})
        throw error
      }
      lastCommit = committed.time
      if (++commits % PRUNE_EVERY === 0) statements.prune(lastCommit - HISTORY_MICROS)
      for (const listener of listeners) listener(committed)
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    [Symbol.dispose]: () => {
      indexes[Symbol.dispose]()
      database.close()
    },
  }
}

function splitName(name: string): {readonly collection: string; readonly id: string} {
  const slash = name.lastIndexOf('/')
  return {collection: name.slice(0, slash), id: name.slice(slash + 1)}
}

function encodeRange({from, to}: IdRange): {readonly from: Buffer; readonly to: Buffer} {
  const first = from && encodeId(from.id)
  const last = to && encodeId(to.id)
  return {
    from: first ? (from.inclusive ? first : successorOf(first)) : FIRST_KEY,
    to: last ? (to.inclusive ? successorOf(last) : last) : LAST_KEY,
  }
}

function toDocument(row: DocumentRow): StoredDocument {
  return {createTime: row.create_time, updateTime: row.update_time, fields: row.fields}
}

function toNamed(collection: string, row: DocumentRow & {readonly key: Uint8Array}): NamedDocument {
  return {...toDocument(row), name: `${collection}/${decodeId(row.key)}`}
}
