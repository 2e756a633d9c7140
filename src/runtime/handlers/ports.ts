import type {TraceContext} from './trace.ts'
import type {Fields} from './value.ts'

/** Milliseconds since the Unix epoch, with fractions. */
export type Clock = {readonly now: () => number}

/** One attribute path, as segments; the empty path is the whole document. */
export type FieldPath = readonly string[]

/** `id` is one path segment, never a path. */
export type DocumentRef = {readonly collection: string; readonly id: string}

/** `version` changes with every write; opaque. */
export type StoredDocument = {readonly fields: Fields; readonly version: unknown}

/** What may be written: JSON values, and Date for timestamps. */
export type Writable =
  | null
  | boolean
  | number
  | string
  | Date
  | readonly Writable[]
  | {readonly [name: string]: Writable}
export type WritableFields = {readonly [name: string]: Writable}

/** `timeoutMs` bounds a call, retries included; `trace` is the hop that makes it, and travels with it. */
export type StoreCall = {readonly timeoutMs: number; readonly trace: TraceContext}

/**
 * The database. Each method is exactly one RPC.
 * Rejects with a StoreError for everything but the named outcomes.
 */
export type Store = {
  /** Documents in the order of `refs`; undefined where there is none. Without a mask the whole documents are read. */
  readonly read: (
    refs: readonly DocumentRef[],
    mask: readonly FieldPath[] | undefined,
    call: StoreCall,
  ) => Promise<readonly (StoredDocument | undefined)[]>
  /** False when the document exists already; then nothing is written. */
  readonly create: (ref: DocumentRef, fields: WritableFields, call: StoreCall) => Promise<boolean>
  /** Sets top-level fields. False when the document is gone or, with `ifVersion`, was written since. */
  readonly update: (ref: DocumentRef, fields: WritableFields, call: StoreCall, ifVersion?: unknown) => Promise<boolean>
}

/** The topic. Resolves when the message is durable. */
export type Publisher = {
  readonly publish: (data: Uint8Array, attributes: Readonly<Record<string, string>>, timeoutMs: number) => Promise<void>
}

/** One line of structured log; the wiring writes it to stdout as JSON. */
export type Log = (line: Readonly<Record<string, unknown>>) => void

/** Cryptographically strong bytes. */
export type Random = (bytes: number) => Buffer

/** Failure of the database or the queue. `code` is the gRPC status name in lower case; the message has no ids. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: string

  constructor(code: string) {
    super(`The database answered ${code}.`)
    this.code = code
  }
}
