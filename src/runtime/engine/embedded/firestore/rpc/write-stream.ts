import {randomUUID} from 'node:crypto'
import type {WaitingCall} from '../../grpc/service.ts'
import {whenThere} from '../../grpc/when-there.ts'
import {invalidArgument} from '../errors.ts'
import {parseDatabase} from '../paths/names.ts'
import {Reader} from '../values/reader.ts'
import {readMessage} from '../values/read-message.ts'
import {Writer} from '../values/writer.ts'
import {parseWrite} from '../writes/parse.ts'
import type {Write} from '../writes/write.ts'
import {applyTogether} from './apply.ts'
import type {Committed} from './apply.ts'
import type {ServiceContext} from './context.ts'
import {writeOutcome, writeTime} from './encode.ts'

/** What was answered on a stream and not acknowledged by a later token yet. */
type Stream = {
  readonly database: string
  position: number
  answers: {readonly position: number; readonly bytes: Buffer}[]
}

/** The Write streams that may be resumed, by id; the oldest is forgotten first. */
export type WriteStreams = Map<string, Stream>

const MAX_STREAMS = 1000
const MAX_UNACKNOWLEDGED = 100

const writer = new Writer()

/**
 * Write: after a handshake that names the stream, each request's writes are applied as one, in order; the first that is
 * refused ends the stream with its status. A stream that broke off is resumed with its id and the last token that
 * arrived, and answers what came after that token again.
 */
export async function* writeRpc(
  {context, streams}: {readonly context: ServiceContext; readonly streams: WriteStreams},
  requests: AsyncIterable<Buffer>,
  call: WaitingCall,
): AsyncGenerator<Uint8Array> {
  let stream: Stream | undefined
  for await (const bytes of requests) {
    const request = readWriteRequest(bytes)
    if (stream) {
      if (request.token) acknowledge(stream, request.token)
      yield await applyRequest(context, stream, request.writes, call)
    } else {
      if (request.writes.length > 0) throw invalidArgument('The first request of a stream must not have writes.')
      stream = request.streamId === '' ? undefined : resume(streams, request)
      for (const answer of stream?.answers ?? []) yield answer.bytes
      const id = request.streamId || randomUUID()
      stream ??= create(streams, id, parseDatabase(request.database))
      yield writer.uint(0x0a).string(id).uint(0x12).bytes(formatToken(stream.position)).finish()
    }
  }
}

type WriteRequest = {
  readonly database: string
  readonly streamId: string
  readonly writes: readonly Write[]
  readonly token: Buffer | undefined
}

function readWriteRequest(bytes: Buffer): WriteRequest {
  const writes: Write[] = []
  let database = ''
  let streamId = ''
  let token: Buffer | undefined
  readMessage(new Reader(bytes), {
    0x0a: (field) => (database = field.string()),
    0x12: (field) => (streamId = field.string()),
    0x1a: (field) => writes.push(parseWrite(field.message())),
    0x22: (field) => (token = field.slice()),
  })
  return {database, streamId, writes, token}
}

function create(streams: WriteStreams, id: string, database: string): Stream {
  const stream: Stream = {database, position: 0, answers: []}
  streams.set(id, stream)
  for (const oldest of streams.keys()) {
    if (streams.size <= MAX_STREAMS) break
    streams.delete(oldest)
  }
  return stream
}

function resume(streams: WriteStreams, {streamId, database, token}: WriteRequest): Stream {
  const stream = streams.get(streamId)
  if (!stream || stream.database !== parseDatabase(database)) throw invalidArgument('The stream id is not known.')
  if (!token) throw invalidArgument('A stream is resumed with the last token that it gave.')
  acknowledge(stream, token)
  return stream
}

/** Forgets the answers that the caller says it has. Throws INVALID_ARGUMENT for a token that is not the stream's. */
function acknowledge(stream: Stream, token: Buffer): void {
  const position = token.length === 8 ? Number(token.readBigUInt64BE()) : -1
  const oldest = stream.answers[0]?.position ?? stream.position + 1
  if (position < oldest - 1 || position > stream.position) throw invalidArgument('The stream token is invalid.')
  stream.answers = stream.answers.filter((answer) => answer.position > position)
}

function applyRequest(
  context: ServiceContext,
  stream: Stream,
  writes: readonly Write[],
  call: WaitingCall,
): Buffer | Promise<Buffer> {
  if (stream.answers.length >= MAX_UNACKNOWLEDGED) throw invalidArgument('Too many responses are not acknowledged.')
  for (const {name} of writes) {
    if (!name.startsWith(`${stream.database}/`)) throw invalidArgument(`${name} is not in ${stream.database}.`)
  }
  if (writes.length === 0) return answer(stream, undefined)
  return whenThere(applyTogether(context, writes, call), (committed) => answer(stream, committed))
}

/** Answers the next request of a stream, and remembers the answer until it is acknowledged. */
function answer(stream: Stream, committed: Committed | undefined): Buffer {
  stream.position++
  writer.uint(0x12).bytes(formatToken(stream.position))
  for (const outcome of committed?.outcomes ?? []) writer.uint(0x1a).message(() => writeOutcome(writer, outcome))
  if (committed) writeTime(writer, 0x22, committed.time)
  const bytes = writer.finish()
  stream.answers.push({position: stream.position, bytes})
  return bytes
}

function formatToken(position: number): Buffer {
  const token = Buffer.alloc(8)
  token.writeBigUInt64BE(BigInt(position))
  return token
}
