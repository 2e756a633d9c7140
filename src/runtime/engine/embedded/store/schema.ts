import type {Database} from './sqlite.ts'

/** The version of the tables below, kept in the file as `user_version`. */
export const SCHEMA_VERSION = 3

/**
 * `documents` is keyed by its collection's number and the id in sortable form, so that a point read is one index
 * lookup and a query reads its collection only. `history` keeps what was replaced, for reads of the recent past.
 * Times are microseconds since the epoch.
 */
const TABLES = `
  CREATE TABLE collections (
    id INTEGER PRIMARY KEY,
    database TEXT NOT NULL,
    key BLOB NOT NULL,
    path TEXT NOT NULL,
    collection_id TEXT NOT NULL,
    UNIQUE (database, key)
  );
  CREATE INDEX collection_groups ON collections (database, collection_id, key);
  CREATE TABLE documents (
    collection INTEGER NOT NULL,
    key BLOB NOT NULL,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    fields BLOB NOT NULL
  );
  CREATE UNIQUE INDEX document_keys ON documents (collection, key);
  CREATE TABLE history (
    collection INTEGER NOT NULL,
    key BLOB NOT NULL,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    until INTEGER NOT NULL,
    fields BLOB NOT NULL
  );
  CREATE INDEX history_keys ON history (collection, key, until);
  CREATE INDEX history_age ON history (until);
  CREATE TABLE clock (id INTEGER PRIMARY KEY CHECK (id = 1), last_commit INTEGER NOT NULL);
  INSERT INTO clock VALUES (1, 0);
`

/**
 * Since version 2. `field_entries` has a document's key under its value for each index of `field_indexes`, which are
 * made when a query first asks for them; `path` is a JSON array. One that is not finished has the documents up to the key
 * `reached`, and of those behind it some; a finished one has NULL there, which is since version 3.
 */
const INDEX_TABLES = `
  CREATE TABLE field_indexes (
    id INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    reached BLOB,
    UNIQUE (collection, path, kind)
  );
  CREATE TABLE field_entries (
    field INTEGER NOT NULL,
    value BLOB NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (field, value, key)
  ) WITHOUT ROWID;
`

/** The version of an opened file; 0 for a new one. */
export function readSchemaVersion(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
}

/** Makes the tables in a new file, all or none. */
export function createTables(database: Database): void {
  database.exec(`BEGIN IMMEDIATE; ${TABLES} ${INDEX_TABLES} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
}

/** Brings a file of an earlier version to this one, wholly or not at all. */
export function upgradeTables(database: Database, version: number): void {
  const changes = version === 1 ? INDEX_TABLES : 'ALTER TABLE field_indexes ADD COLUMN reached BLOB;'
  database.exec(`BEGIN IMMEDIATE; ${changes} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
}
