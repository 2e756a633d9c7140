/**
 * A document as it is kept: times in microseconds since the epoch, and the encoded entries of `Document.fields`, which
 * go to the wire as they are.
 */
export type StoredDocument = {
  readonly createTime: number
  readonly updateTime: number
  readonly fields: Uint8Array
}

/** A stored document with its resource name. */
export type NamedDocument = StoredDocument & {readonly name: string}

/** What one commit does to one document; `before` and `after` are absent where it did not or does not exist. */
export type DocumentChange = {
  readonly name: string
  readonly before: StoredDocument | undefined
  readonly after: StoredDocument | undefined
}

export type CommittedChanges = {readonly time: number; readonly changes: readonly DocumentChange[]}

/** Ids from `from` to `to` in Firestore's order of ids; an absent end is open. */
export type IdRange = {
  readonly from?: {readonly id: string; readonly inclusive: boolean}
  readonly to?: {readonly id: string; readonly inclusive: boolean}
}

/** What an index of a collection goes by: a field's value, or each element of the array that it is. */
export type FieldIndex = {readonly path: readonly string[]; readonly of: 'value' | 'elements'}

/** Index keys from `from` up to, not including, `to`; they sort as values do, see index-keys.ts. */
export type ValueRange = {readonly from: Uint8Array; readonly to: Uint8Array}

/** A document under an index key. */
export type IndexedDocument = NamedDocument & {readonly indexKey: Uint8Array}

export type IndexReader = {
  /** The number of entries in the ranges, counted up to `most` in each. */
  readonly count: (ranges: readonly ValueRange[], most: number) => number
  /**
   * The documents of the latest state whose key lies in the ranges, which are given in order and do not overlap: by
   * key, then by id, or all the other way round. By elements, one may come several times. To be read as `scan` is.
   */
  readonly read: (ranges: readonly ValueRange[], descending: boolean) => Iterable<IndexedDocument>
}

/** Up to `limit` ids, those behind `after`, as they were at `at`. */
export type ChildPage = {
  readonly after?: string | undefined
  readonly limit: number
  readonly at?: number | undefined
}

/**
 * Documents by resource name. All of it is synchronous: between two awaits of a caller nothing else changes. Only an
 * index comes to be there meanwhile, and that changes no answer.
 * `at` (microseconds) asks for the state of that moment, which may be up to `HISTORY_MICROS` in the past; without it
 * the latest state answers. Collections are named as documents are, without the last id.
 */
export type DocumentStore = Disposable & {
  /** The time of the last commit in microseconds, also of an earlier process; 0 for an empty store. */
  readonly lastCommit: number
  readonly get: (name: string, at?: number) => StoredDocument | undefined
  /** The documents directly in a collection, in order of their ids. To be read to its end or left before a commit. */
  readonly scan: (collection: string, range: IdRange, at?: number) => Iterable<NamedDocument>
  /**
   * An index of a collection, which the first to ask for it has made; undefined as long as it is being built, and where
   * reading the collection is as good because it is small. It is kept from then on, also between processes.
   */
  readonly openIndex: (collection: string, index: FieldIndex) => IndexReader | undefined
  /**
   * Resolves when an index is built, or is given up because the disk is full; undefined where it can be opened now, or
   * never. Many who wait wait for the same; nobody else does, for it is built in pieces of some milliseconds.
   */
  readonly buildIndex: (collection: string, index: FieldIndex) => Promise<void> | undefined
  /**
   * Names of the collections that hold documents at or below a parent (`…/documents` or a document's name), in order
   * of their names; with `collectionId` only those whose last part it is.
   */
  readonly collections: (parent: string, collectionId?: string) => readonly string[]
  /** Databases (`projects/p/databases/d`) that hold documents, in order. */
  readonly databases: () => readonly string[]
  /** Names of all collections with this last id, in all databases. */
  readonly collectionGroup: (collectionId: string) => readonly string[]
  /** Ids directly below a document, the root, or a collection, that lead to at least one document further down. */
  readonly childIds: (name: string, page: ChildPage) => readonly string[]
  /**
   * Applies all changes or none, with one commit time. Throws StoreFullError where the disk has no room.
   */
  readonly apply: (committed: CommittedChanges) => void
  /** Calls `listener` after each commit, in order; returns the way to stop. This is what listeners feed on. */
  readonly subscribe: (listener: (committed: CommittedChanges) => void) => () => void
}

/** How far back reads may reach, as in production: one hour. */
export const HISTORY_MICROS = 3_600_000_000

/** The disk, or the room the store may take, is full: nothing of the commit was written. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError'
}
