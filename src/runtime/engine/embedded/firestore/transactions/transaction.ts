import {randomBytes} from 'node:crypto'
import {decodeTimestamp} from '../values/decode.ts'
import {readMessage} from '../values/read-message.ts'
import type {Reader} from '../values/reader.ts'
import type {Query} from '../query/query.ts'
import type {Write} from '../writes/write.ts'

/** What `TransactionOptions` asks for; times are microseconds. */
export type TransactionOptions =
  | {readonly kind: 'readWrite'; readonly retry: Buffer | undefined}
  | {readonly kind: 'readOnly'; readonly readTime: number | undefined}

/** An open transaction. What it read is remembered, so that a commit of somebody else's tells it that it lost. */
export type Transaction = {
  readonly id: Buffer
  readonly database: string
  readonly readOnly: boolean
  /** It is another attempt of one that lost. */
  readonly retried: boolean
  readonly startedAt: number
  touchedAt: number
  /** The moment all its reads are as of; undefined as long as they are as of the latest state. */
  snapshot: number | undefined
  readonly documents: Set<string>
  readonly queries: Query[]
  /** What pipelines in it write, which its commit does first of all. */
  readonly writes: Write[]
}

/** Reads a TransactionOptions message; read-write is what an empty one means. */
export function decodeTransactionOptions(reader: Reader): TransactionOptions {
  let options: TransactionOptions = {kind: 'readWrite', retry: undefined}
  readMessage(reader, {
    0x12: (field) => {
      let readTime: number | undefined
      readMessage(field.message(), {0x12: (inner) => (readTime = Number(decodeTimestamp(inner.message())))})
      options = {kind: 'readOnly', readTime}
    },
    0x1a: (field) => {
      let retry: Buffer | undefined
      readMessage(field.message(), {0x0a: (inner) => (retry = inner.slice())})
      options = {kind: 'readWrite', retry}
    },
  })
  return options
}

const MARK = Buffer.from('st')
const ID_BYTES = 16

export function newTransactionId(): Buffer {
  return Buffer.concat([MARK, randomBytes(ID_BYTES - MARK.length)])
}

/** Whether bytes may be the id of a transaction, open or not. */
export function isTransactionId(id: Buffer): boolean {
  return id.length === ID_BYTES && id.subarray(0, MARK.length).equals(MARK)
}
