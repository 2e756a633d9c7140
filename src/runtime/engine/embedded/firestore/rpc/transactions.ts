import {parseDatabase} from '../paths/names.ts'
import {decodeTransactionOptions} from '../transactions/transaction.ts'
import type {TransactionOptions} from '../transactions/transaction.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import type {ServiceContext} from './context.ts'

/** BeginTransaction. The Node client begins with its first read instead. */
export function beginTransaction({transactions}: ServiceContext, request: Buffer): Uint8Array {
  let database = ''
  let options: TransactionOptions = {kind: 'readWrite', retry: undefined}
  readMessage(new Reader(request), {
    0x0a: (field) => (database = field.string()),
    0x12: (field) => (options = decodeTransactionOptions(field.message())),
  })
  const {id} = transactions.begin(parseDatabase(database), options)
  return new Writer().uint(0x0a).bytes(id).finish()
}

/** Rollback; answers google.protobuf.Empty. */
export function rollback({transactions}: ServiceContext, request: Buffer): Uint8Array {
  let id: Buffer = Buffer.alloc(0)
  readMessage(new Reader(request), {0x12: (field) => (id = field.slice())})
  transactions.rollback(id)
  return Buffer.alloc(0)
}
