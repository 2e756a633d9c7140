import type {WaitingCall} from '../../grpc/service.ts'
import {GrpcStatus} from '../../grpc/status.ts'
import {whenThere} from '../../grpc/when-there.ts'
import {invalidArgument} from '../errors.ts'
import {parseDatabase} from '../paths/names.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import type {WriteOutcome} from '../writes/commit.ts'
import {parseWrite} from '../writes/parse.ts'
import type {Write} from '../writes/write.ts'
import {applyEach, applyTogether} from './apply.ts'
import type {Committed} from './apply.ts'
import type {ServiceContext} from './context.ts'
import {writeOutcome, writeTime} from './encode.ts'

/** https://firebase.google.com/docs/firestore/quotas#writes_and_transactions */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024

const writer = new Writer()

type Answer = Uint8Array | Promise<Uint8Array>

/** Commit: all writes or none, for a transaction only if nothing it read has changed. */
export function commit(context: ServiceContext, request: Buffer, call: WaitingCall): Answer {
  const {database, writes, transaction: id} = readWrites(request)
  const transaction = id?.length ? context.transactions.find(database, id) : undefined
  return whenThere(applyTogether(context, writes, call, transaction), encodeCommit)
}

function encodeCommit({time, outcomes}: Committed): Uint8Array {
  for (const outcome of outcomes) writer.uint(0x0a).message(() => writeOutcome(writer, outcome))
  writeTime(writer, 0x12, time)
  return writer.finish()
}

/** BatchWrite: every write by itself, answered by a result and a status each. */
export function batchWrite(context: ServiceContext, request: Buffer, call: WaitingCall): Answer {
  const {writes} = readWrites(request)
  if (new Set(writes.map(({name}) => name)).size < writes.length) {
    throw invalidArgument('the same document cannot be written more than once in a single request')
  }
  return whenThere(applyEach(context, writes, call), encodeBatch)
}

function encodeBatch(outcomes: readonly (WriteOutcome | GrpcStatus)[]): Uint8Array {
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
