import {randomBytes} from 'node:crypto'
import type {FirestoreConcurrency} from '../../../types.ts'
import {decodeTimestamp} from '../values/decode.ts'
import {readMessage} from '../values/read-message.ts'
import type {Reader} from '../values/reader.ts'
import type {Write} from '../writes/write.ts'
import type {Reads} from './reads.ts'

/** What `TransactionOptions` asks for; times are microseconds. */
export type TransactionOptions =
  | {
      readonly kind: 'readWrite'
      readonly retry: Buffer | undefined
      /** Absent: the database's own. */
      readonly concurrency?: FirestoreConcurrency | undefined
    }
  | {readonly kind: 'readOnly'; readonly readTime: number | undefined}

export type Transaction = {
  readonly id: Buffer
  readonly database: string
  readonly mode: FirestoreConcurrency | 'readOnly'
  /** Its place in the order of beginnings, smaller for older ones; another attempt has the place of the first. */
  readonly age: number
  /** It is another attempt of one that lost. */
  readonly retried: boolean
  readonly startedAt: number
  touchedAt: number
  /** How many of its calls wait for others, during which it is not idle. */
  waits: number
  /** `lost`: what it read has been changed by somebody else, so that it can only be tried again. */
  state: 'open' | 'lost' | 'ended'
  /** The moment all its reads are as of; undefined as long as they are as of the latest state. */
  snapshot: number | undefined
  /** What it read: locked, or remembered so that it can tell whether it lost. */
  readonly reads: Reads
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
      let concurrency: FirestoreConcurrency | undefined
      readMessage(field.message(), {
        0x0a: (inner) => (retry = inner.slice()),
        0x10: (inner) => (concurrency = CONCURRENCY[inner.uint()]),
      })
      options = {kind: 'readWrite', retry, concurrency}
    },
  })
  return options
}

/** `TransactionOptions.ConcurrencyMode` of google/firestore/v1/common.proto. */
const CONCURRENCY: Readonly<Record<number, FirestoreConcurrency>> = {1: 'optimistic', 2: 'pessimistic'}

const MARK = Buffer.from('st')
const ID_BYTES = 16
const AGE_BYTES = 6

/** An id that nobody guesses, and in which the age can be found again by `ageOf`. */
export function newTransactionId(age: number): Buffer {
  const id = Buffer.concat([MARK, randomBytes(ID_BYTES - MARK.length)])
  id.writeUIntBE(age, MARK.length, AGE_BYTES)
  return id
}

/** Whether bytes may be the id of a transaction, open or not. */
export function isTransactionId(id: Buffer): boolean {
  return id.length === ID_BYTES && id.subarray(0, MARK.length).equals(MARK)
}

export function ageOf(id: Buffer): number {
  return id.readUIntBE(MARK.length, AGE_BYTES)
}
