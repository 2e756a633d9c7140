import {randomUUID} from 'node:crypto'

/**
 * True for what Firestore takes as a document id, as one segment: validated, never cleaned, since cleaning makes two
 * ids one (https://firebase.google.com/docs/firestore/quotas, "Constraints on document IDs").
 * `maxBytes` counts UTF-8 bytes.
 */
export function isValidId(id: unknown, maxBytes: number): id is string {
  if (typeof id !== 'string' || id === '' || id === '.' || id === '..') return false
  if (id.includes('/') || id.includes('\0') || /^__.*__$/s.test(id)) return false
  return id.isWellFormed() && id.length <= maxBytes && Buffer.byteLength(id, 'utf8') <= maxBytes
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** True for a UUID of any version, in lower or upper case. */
export function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value)
}

/** A random UUID (version 4). */
export function newRequestId(): string {
  return randomUUID()
}
