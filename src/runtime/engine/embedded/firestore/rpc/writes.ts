import {GrpcStatus} from '../../grpc/status.ts'
import {invalidArgument} from '../errors.ts'
import {parseDatabase} from '../paths/names.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import {applyWrites, commitWrites} from '../writes/commit.ts'
import {parseWrite} from '../writes/parse.ts'
import type {Write} from '../writes/write.ts'
import type {ServiceContext} from './context.ts'
import {writeOutcome, writeTime} from './encode.ts'

/** https://firebase.google.com/docs/firestore/quotas#writes_and_transactions */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024

const writer = new Writer()

/** Commit: all writes or none, for a transaction only if nothing it read has changed. */
export function commit(context: ServiceContext, request: Buffer): Uint8Array {
  const {database, writes, transaction: id} = readWrites(request)
  const transaction = id?.length ? context.transactions.find(database, id) : undefined
  const before = transaction?.writes ?? []
  if (transaction) context.transactions.startCommit(transaction, before.length + writes.length)
  const time = context.timeline.commitTime()
  const outcomes = commitWrites(context, [...before, ...writes], time).slice(before.length)
  for (const outcome of outcomes) writer.uint(0x0a).message(() => writeOutcome(writer, outcome))
  writeTime(writer, 0x12, time)
  return writer.finish()
}

/** BatchWrite: every write by itself, answered by a result and a status each. */
export function batchWrite(context: ServiceContext, request: Buffer): Uint8Array {
  const {writes} = readWrites(request)
  if (new Set(writes.map(({name}) => name)).size < writes.length) {
    throw invalidArgument('the same document cannot be written more than once in a single request')
  }
  const outcomes = applyWrites(context, writes, context.timeline.commitTime())
  for (const outcome of outcomes) {
    writer.uint(0x0a).message(() => {
      if (!(outcome instanceof GrpcStatus)) writeOutcome(writer, outcome)
    })
  }
  for (const outcome of outcomes) {
    writer.uint(0x12).message(() => {
      if (outcome instanceof GrpcStatus) writer.uint(0x08).uint(outcome.code).uint(0x12).string(outcome.message)
    })
  }
  return writer.finish()
}

type WritesRequest = {database: string; writes: Write[]; transaction: Buffer | undefined}

/** The fields that CommitRequest and BatchWriteRequest have alike; only a commit may name a transaction. */
function readWrites(request: Buffer): WritesRequest {
  if (request.length > MAX_REQUEST_BYTES) {
    throw invalidArgument(`Request payload size exceeds the limit: ${MAX_REQUEST_BYTES} bytes.`)
  }
  const writes: Write[] = []
  let database = ''
  let transaction: Buffer | undefined
  readMessage(new Reader(request), {
    0x0a: (field) => (database = parseDatabase(field.string())),
    0x12: (field) => writes.push(parseWrite(field.message())),
    0x1a: (field) => (transaction = field.slice()),
  })
  parseDatabase(database)
  return {database, writes, transaction}
}
