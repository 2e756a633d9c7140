import {join} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {KeptMessage, MessageChange, MessageStore} from './message-store.ts'
import {describeTrouble} from './open-database.ts'
import {loadSqlite, type Database} from './sqlite.ts'

/** The version of the tables below, kept in the file as `user_version`. */
const VERSION = 1

/** A message is kept once per resource that holds it: there are few, and nothing has to count references. */
const TABLES = `
  CREATE TABLE resources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, config BLOB NOT NULL);
  CREATE TABLE messages (
    resource INTEGER NOT NULL,
    message INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL,
    body BLOB NOT NULL
  );
  CREATE UNIQUE INDEX message_keys ON messages (resource, message);
`

type MessageRow = {resource: string; message: number; attempts: number; acknowledged: number; body: Uint8Array}

/**
 * Opens or makes `pubsub.db` in an existing folder, for this process alone. A commit survives the end of the process,
 * as those of the documents do (see `openDatabase`). Throws STITCH_DATA_DIR_….
 */
export function openMessages(dataDir: string): MessageStore {
  const file = join(dataDir, 'pubsub.db')
  const database = openFile(file, dataDir)
  const put = database.prepare(
    'INSERT INTO resources (name, config) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET config = excluded.config',
  )
  const find = database.prepare('SELECT id FROM resources WHERE name = ?')
  const remove = database.prepare('DELETE FROM resources WHERE id = ?')
  const removeMessages = database.prepare('DELETE FROM messages WHERE resource = ?')
  const keep = database.prepare(
    `INSERT INTO messages (resource, message, attempts, acknowledged, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (resource, message) DO UPDATE SET attempts = excluded.attempts, acknowledged = excluded.acknowledged`,
  )
  const forget = database.prepare('DELETE FROM messages WHERE resource = ? AND message = ?')
  const numbers = new Map<string, number>()
  const numberOf = (name: string): number | undefined => {
    const known = numbers.get(name) ?? (find.get(name)?.['id'] as number | undefined)
    if (known !== undefined) numbers.set(name, known)
    return known
  }
  const apply = (change: MessageChange): void => {
    if (change.kind === 'put') {
      put.run(change.resource, change.config)
      return
    }
    const number = numberOf(change.resource)
    if (number === undefined) return
    if (change.kind === 'remove') {
      removeMessages.run(number)
      remove.run(number)
      numbers.delete(change.resource)
    } else if (change.kind === 'keep') {
      keep.run(number, Number(change.message), change.attempts, change.acknowledged ? 1 : 0, change.body)
    } else forget.run(number, Number(change.message))
  }
  return {
    resources: () =>
      database.prepare('SELECT name, config FROM resources ORDER BY id').all() as {name: string; config: Uint8Array}[],
    *messages() {
      const rows = database
        .prepare(
          `SELECT r.name AS resource, m.message, m.attempts, m.acknowledged, m.body
           FROM messages m JOIN resources r ON r.id = m.resource ORDER BY m.message`,
        )
        .iterate() as Iterable<MessageRow>
      for (const row of rows) yield toKept(row)
    },
    commit: (changes) => {
      database.exec('BEGIN IMMEDIATE')
      try {
        for (const change of changes) apply(change)
        database.exec('COMMIT')
      } catch (error) {
        numbers.clear()
        if (database.isTransaction) database.exec('ROLLBACK')
        throw error
      }
    },
    [Symbol.dispose]: () => database.close(),
  }
}

function toKept({resource, message, attempts, acknowledged, body}: MessageRow): KeptMessage {
  return {resource, message: String(message), attempts, acknowledged: acknowledged === 1, body}
}

function openFile(file: string, dataDir: string): Database {
  try {
    const {DatabaseSync} = loadSqlite()
    const database = new DatabaseSync(file, {timeout: 250})
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE')
      const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
      if (version > VERSION) throw newerVersion(file, version)
      // A new file has nothing to lose; see `openDatabase`.
      database.exec(`PRAGMA synchronous = ${version === 0 ? 'OFF' : 'NORMAL'}; PRAGMA journal_mode = WAL`)
      if (version === 0) {
        database.exec(
          `BEGIN IMMEDIATE; ${TABLES} PRAGMA user_version = ${VERSION}; COMMIT; PRAGMA synchronous = NORMAL`,
        )
      }
      // A write now, so that what cannot be written is known before anything is promised.
      else database.exec(`PRAGMA user_version = ${VERSION}`)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    throw describeTrouble(error, {dataDir, file, holds: 'messages'})
  }
}

function newerVersion(file: string, version: number): StitchError {
  return new StitchError(
    `${file} has format ${version} and this stitch knows formats up to ${VERSION}, so it was not opened.`,
    {code: 'STITCH_DATA_DIR_NEWER', exit: 'environment', hints: ['update stitch to the version that wrote it']},
  )
}
