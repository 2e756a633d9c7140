import type {Item, Status} from './answer.ts'
import type {Order} from './message.ts'
import type {StoredDocument, Writable, WritableFields} from './ports.ts'
import {encodePlain, readText, readTime} from './value.ts'

/** A browser's answer, as `/v1/result` gives it back: one item, or a batch. */
export type BrowserAnswer = Item | {readonly status: Status; readonly results: readonly Item[]}

/** Half of what a document may have, so that the rest of it and its index entries fit in any case. */
const MOST_RESULT_BYTES = 512 * 1024

export type RecordInput = {
  readonly order: Order
  readonly kind: string | null
  readonly status: Status
  readonly browser: BrowserAnswer
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  readonly leaseUntil: number
  readonly ttlSeconds: number
}

/**
 * `requests/{requestId}`: idempotency record and pick-up place. It holds the browser's projection only; attributes for
 * the server are read again where a callback has to be repeated, so that no second copy of them lies around.
 */
export function writeRecord({order, kind, status, browser, now, leaseUntil, ttlSeconds}: RecordInput): WritableFields {
  const json = JSON.stringify(browser)
  const isTooLarge = json.length > MOST_RESULT_BYTES
  return {
    state: isTooLarge ? 'failed' : 'done',
    kind,
    status,
    ...(isTooLarge ? {error: 'result_too_large'} : {browser: storable(json)}),
    bodyHash: order.bodyHash,
    pickupHash: order.pickupHash,
    createdAt: new Date(now),
    expireAt: new Date(now + ttlSeconds * 1000),
    leaseUntil: new Date(leaseUntil),
  }
}

/** As a map where Firestore can hold it, so that people can read it; else as its JSON text. */
function storable(json: string): Writable {
  const value = JSON.parse(json) as Writable
  return fits(value, 1, false) ? value : {json}
}

/** At most 20 levels, no list directly in a list, no empty and no reserved names (https://firebase.google.com/docs/firestore/quotas). */
function fits(value: unknown, depth: number, inList: boolean): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth > 19 || (Array.isArray(value) && inList)) return false
  if (Array.isArray(value)) return value.every((entry) => fits(entry, depth + 1, true))
  return Object.entries(value).every(
    ([name, entry]) => name !== '' && !/^__.*__$/s.test(name) && fits(entry, depth + 1, false),
  )
}

/** What the worker has to know of a record that is there already. */
export type RecordState = 'conflict' | 'delivered' | 'busy' | 'open'

/** `open`: results are stored but the callback is not confirmed and nobody is at it. `now` is epoch milliseconds. */
export function judgeRecord({fields}: StoredDocument, bodyHash: string, now: number): RecordState {
  if (readText(fields['bodyHash']) !== bodyHash) return 'conflict'
  if (readTime(fields['deliveredAt']) !== undefined) return 'delivered'
  return (readTime(fields['leaseUntil']) ?? 0) > now ? 'busy' : 'open'
}

/** The stored browser's answer; undefined where there is none for this secret's hash, or not any more. */
export function readBrowserAnswer({fields}: StoredDocument, pickupHash: string, now: number): unknown {
  if (readText(fields['pickupHash']) !== pickupHash || (readTime(fields['expireAt']) ?? 0) <= now) return undefined
  const {browser, state} = fields
  if (readText(state) === 'failed')
    return {status: 'degraded', kind: null, attributes: {}, meta: {source: 'fallback', schema: 1}}
  if (!browser || !('mapValue' in browser)) return undefined
  const json = readText(browser.mapValue.fields['json'])
  return json === undefined ? encodePlain(browser.mapValue.fields, []) : (JSON.parse(json) as unknown)
}
