import {join} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {BuildSizes} from './index-build.ts'
import {createTables, readSchemaVersion, SCHEMA_VERSION, upgradeTables} from './schema.ts'
import {loadSqlite, resultCode, SQLITE} from './sqlite.ts'
import type {Database} from './sqlite.ts'

export type StoreOptions = {
  /** An existing folder, for `firestore.db` in it. Absent: everything is kept in this process's memory. */
  readonly dataDir?: string
  /** The room the store may take, in bytes; without it the disk is the limit. */
  readonly maxBytes?: number
  /** Collections of more documents get the indexes that queries ask for; 500 unless given, Infinity for none ever. */
  readonly indexAbove?: number
  /** How indexes are built; tests do so with small collections. */
  readonly indexBuild?: BuildSizes
}

const PAGE_BYTES = 4096

/**
 * Opens or makes the file of the store, for this process alone. Throws a StitchError for a folder that cannot be
 * written, a file in use by another run, one that is damaged, and one that a newer version wrote.
 */
export function openDatabase(options: StoreOptions): Database {
  const {dataDir} = options
  const file = dataDir === undefined ? ':memory:' : join(dataDir, 'firestore.db')
  try {
    const {DatabaseSync} = loadSqlite()
    const database = new DatabaseSync(file, {timeout: 250})
    try {
      prepareDatabase(database, file, options)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    throw describeTrouble(error, {dataDir: dataDir ?? 'memory', file, holds: 'documents'})
  }
}

/**
 * Locks the file until the process ends (the system frees it after kill -9, too). WAL with `synchronous = NORMAL`
 * keeps every commit when the process dies, and stays consistent when the machine does (https://sqlite.org/wal.html).
 */
function prepareDatabase(database: Database, file: string, options: StoreOptions): void {
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  const version = readSchemaVersion(database)
  // Before anything else, since turning on WAL already writes.
  if (version > SCHEMA_VERSION) throw newerVersion(file, version)
  // Making a file waits for the disk four times, for up to half a second on a busy one, and a new one has nothing to lose.
  database.exec(`PRAGMA synchronous = ${version === 0 ? 'OFF' : 'NORMAL'}; PRAGMA journal_mode = WAL`)
  database.exec('PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY')
  if (version === 0) createTables(database)
  else if (version < SCHEMA_VERSION) upgradeTables(database, version)
  if (version === 0) database.exec('PRAGMA synchronous = NORMAL')
  if (options.maxBytes) database.exec(`PRAGMA max_page_count = ${Math.ceil(options.maxBytes / PAGE_BYTES)}`)
  // A write now, so that what cannot be written is known before anything is promised.
  database.exec('UPDATE clock SET last_commit = last_commit')
}

function newerVersion(file: string, version: number): StitchError {
  return new StitchError(
    `${file} has format ${version} and this stitch knows formats up to ${SCHEMA_VERSION}, so it was not opened.`,
    {
      code: 'STITCH_DATA_DIR_NEWER',
      exit: 'environment',
      hints: ['update stitch to the version that wrote it', '--data-dir FOLDER keeps documents somewhere else'],
    },
  )
}

/** Turns what the file system or SQLite threw into a sentence; our own errors and bugs pass as they are. */
export function describeTrouble(
  error: unknown,
  {dataDir, file, holds}: {readonly dataDir: string; readonly file: string; readonly holds: 'documents' | 'messages'},
): unknown {
  if (error instanceof StitchError) return error
  const elsewhere = `--data-dir FOLDER keeps ${holds} somewhere else`
  const build = (code: `STITCH_${string}`, sentence: string, hints: readonly string[]) =>
    new StitchError(sentence, {code, exit: 'environment', hints: [...hints, elsewhere], cause: error})

  switch (resultCode(error)) {
    case SQLITE.busy:
      return build('STITCH_DATA_DIR_BUSY', `${file} is in use by another run, so the engine was not started.`, [
        'end the other stitch command first',
      ])
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return build('STITCH_DATA_DIR_CORRUPT', `${file} is damaged, so its ${holds} cannot be read.`, [
        `rm ${file} ${file}-wal removes the ${holds}${holds === 'documents' ? '; seed again afterwards' : ''}`,
      ])
    case SQLITE.full:
      return build('STITCH_DATA_DIR_FULL', `The disk of ${dataDir} is full, so the engine was not started.`, [])
    case SQLITE.readOnly:
    case SQLITE.cannotOpen:
    case SQLITE.ioError:
      return build('STITCH_DATA_DIR_NOT_WRITABLE', `${dataDir} cannot be written, so the engine was not started.`, [])
    default:
      return error
  }
}
