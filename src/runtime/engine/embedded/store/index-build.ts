import {createEntryRuns} from './entry-runs.ts'
import type {Entry, EntryRuns} from './entry-runs.ts'
import type {FieldEntries} from './field-entries.ts'
import type {Database} from './sqlite.ts'

/** An index that does not have all documents yet. Whatever it has is right: commits see to that, finished or not. */
export type UnfinishedIndex = {
  readonly id: number
  readonly collection: number
  readonly keysOf: (fields: Uint8Array) => readonly Uint8Array[]
  /** Documents up to this key are in it. */
  readonly reached: Uint8Array
}

export type IndexBuild = {
  /** Does some milliseconds of the work; true when there is nothing left to do. Throws what SQLite throws. */
  readonly step: () => boolean
  /** A document changed, or its commit was rolled back: what was gathered of it may be wrong. */
  readonly touch: (key: Uint8Array) => void
}

export type BuildSizes = {
  /** So many documents of small collections are indexed at once while their query waits, which takes some ten milliseconds. */
  readonly atOnce: number
  /** Others wait for so long at most, give or take a step. */
  readonly pieceMs: number
  /** Documents read, or entries written, in a step. */
  readonly stepRows: number
  /** Memory for what is gathered before it is written; a collection with more is written in several rounds. */
  readonly roundBytes: number
  readonly runBytes: number
}

export const BUILD_SIZES: BuildSizes = {
  atOnce: 2000,
  pieceMs: 5,
  stepRows: 500,
  roundBytes: 64 * 1024 * 1024,
  runBytes: 128 * 1024,
}

/** Documents have up to a mebibyte: a step ends after so many bytes of them, too. */
const STEP_BYTES = 512 * 1024

/** Prepares building indexes of the documents in `database`; entries of documents that change meanwhile stay right. */
export function createIndexBuilder(database: Database, entries: FieldEntries, sizes: BuildSizes) {
  const documents = database.prepare('SELECT key, fields FROM documents WHERE collection = ? AND key > ? ORDER BY key')
  documents.setReturnArrays(true)
  const get = database.prepare('SELECT fields FROM documents WHERE collection = ? AND key = ?')
  const setReached = database.prepare('UPDATE field_indexes SET reached = ? WHERE id = ?')

  /** Reads on behind `from`; returns the last key, or undefined at the end. */
  const gather = ({collection, keysOf}: UnfinishedIndex, runs: EntryRuns, from: Uint8Array): Uint8Array | undefined => {
    let rows = 0
    let bytes = 0
    for (const row of documents.iterate(collection, from)) {
      const [key, fields] = row as unknown as readonly [Uint8Array, Uint8Array]
      for (const value of keysOf(fields)) runs.add(value, key)
      bytes += fields.length
      if (++rows >= sizes.stepRows || bytes >= STEP_BYTES) return key
    }
    return undefined
  }

  /** Writes what documents have now of which something else may have been gathered. */
  const amend = ({id, collection, keysOf}: UnfinishedIndex, changed: Map<string, Uint8Array>): void => {
    let rows = 0
    for (const [name, key] of changed) {
      const row = get.get(collection, key)
      if (row) for (const value of keysOf(row['fields'] as Uint8Array)) entries.add(id, value, key)
      changed.delete(name)
      if (++rows >= sizes.stepRows) return
    }
  }

  /** Amends some, and when nothing is left to be amended keeps how far the index has come. */
  const finishRound = (
    index: UnfinishedIndex,
    changed: Map<string, Uint8Array>,
    reached: Uint8Array | undefined,
  ): boolean =>
    transact(database, () => {
      amend(index, changed)
      if (changed.size > 0) return false
      setReached.run(reached ?? null, index.id)
      return true
    })

  /** Yields where others may have their turn. */
  const build = function* (index: UnfinishedIndex, changed: Map<string, Uint8Array>): Generator<void, void> {
    for (let reached: Uint8Array | undefined = index.reached; reached;) {
      const runs = createEntryRuns(sizes.runBytes)
      while (reached && runs.size() < sizes.roundBytes) {
        reached = gather(index, runs, reached)
        yield
      }
      const sorted = runs.merge()
      for (let some = takeSome(sorted, sizes.stepRows, changed); some.length > 0;) {
        transact(database, () => entries.addAll(index.id, some))
        yield
        some = takeSome(sorted, sizes.stepRows, changed)
      }
      // At the very end the index is open for queries before anything else can change.
      while (!finishRound(index, changed, reached)) yield
      if (reached) yield
    }
  }

  return (index: UnfinishedIndex): IndexBuild => {
    const changed = new Map<string, Uint8Array>()
    const work = build(index, changed)
    return {
      step: () => work.next().done === true,
      touch: (key) => void changed.set(nameOf(key), key),
    }
  }
}

function takeSome(
  sorted: Generator<Entry, void>,
  most: number,
  changed: ReadonlyMap<string, unknown>,
): readonly Entry[] {
  const some: Entry[] = []
  while (some.length < most) {
    const {value: entry} = sorted.next()
    if (!entry) break
    if (changed.size === 0 || !changed.has(nameOf(entry.key))) some.push(entry)
  }
  return some
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}

/** All that `write` does, or nothing. */
function transact<T>(database: Database, write: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = write()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
