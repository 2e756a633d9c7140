import {constants} from 'node:http2'
import type {ClientHttp2Stream, IncomingHttpHeaders, ServerHttp2Stream} from 'node:http2'
import {setTimeout as sleep} from 'node:timers/promises'
import {RPC_CODES} from '#runtime/kernel/rpc-codes.ts'
import {WAITED_TRAILER} from '../embedded/grpc/serve-call.ts'
import {encodeMessage} from '../embedded/grpc/status.ts'
import type {CallHit} from './faults.ts'
import type {CallReader} from './count-call.ts'
import type {Upstream} from './upstream.ts'

export type PassOptions = {
  readonly stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
  readonly upstream: Upstream
  readonly reader: CallReader
  readonly hit: CallHit | undefined
}

/** How a call ended: its gRPC status code, or that its stream broke. */
export type CallEnd =
  | {
      readonly status: number
      /** How long the engine says that the call waited for others, in milliseconds. */
      readonly waitedMs?: number
    }
  | {readonly broken: string}

const UNAVAILABLE = 14
const INJECTED = 'This failure was asked for by the scenario.'

/**
 * Passes one call on to the engine and its answer back, frame by frame, unless the fault that hits it will have it
 * otherwise. Resolves when the call is over for its caller. Never rejects.
 */
export async function passCall(options: PassOptions): Promise<CallEnd> {
  const {stream, headers, upstream, reader, hit} = options
  stream.on('error', () => undefined)
  if (hit && hit.delayMs > 0) {
    const cancelled = new AbortController()
    stream.once('close', () => cancelled.abort())
    await sleep(hit.delayMs, undefined, {signal: cancelled.signal}).catch(() => undefined)
  }
  if (stream.destroyed) return {status: 1}
  if (hit?.end && hit.when === 'before') {
    await readFirst(stream, reader)
    return endWith(stream, hit.end)
  }
  const outgoing = upstream.request(headers)
  stream.on('data', reader.request)
  outgoing.on('data', reader.response)
  stream.pipe(outgoing)
  stream.once('close', () => {
    if (!outgoing.closed) outgoing.close(constants.NGHTTP2_CANCEL)
  })
  return hit?.end ? await loseAnswer(stream, outgoing, hit.end) : await passAnswer(stream, outgoing)
}

/** Waits for the first bytes of a request, which tell whose it is. */
async function readFirst(stream: ServerHttp2Stream, reader: CallReader): Promise<void> {
  const {promise, resolve} = Promise.withResolvers<void>()
  stream.on('data', (chunk: Buffer) => {
    reader.request(chunk)
    resolve()
  })
  stream.once('end', resolve).once('close', resolve)
  await promise
}

function passAnswer(stream: ServerHttp2Stream, outgoing: ClientHttp2Stream): Promise<CallEnd> {
  const {promise, resolve} = Promise.withResolvers<CallEnd>()
  let trailers: IncomingHttpHeaders = {}
  let problem = 'the engine closed the connection'
  const statusOf = (last: IncomingHttpHeaders): CallEnd => {
    const waitedMs = Number(last[WAITED_TRAILER])
    return {status: Number(last['grpc-status'] ?? 2), ...(waitedMs > 0 && {waitedMs})}
  }
  outgoing.on('response', (received, flags) => {
    if (stream.destroyed) return
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
    if (endStream) {
      trailers = received
      stream.respond(received, {endStream})
      resolve(statusOf(received))
      return
    }
    stream.on('wantTrailers', () => stream.sendTrailers(trailers))
    stream.respond(received, {waitForTrailers: true})
    outgoing.pipe(stream)
  })
  outgoing.on('trailers', (received) => {
    trailers = received
    resolve(statusOf(received))
  })
  outgoing.on('error', (error: Error) => (problem = error.message))
  outgoing.on('close', () => {
    resolve({broken: problem})
    if (stream.destroyed || 'grpc-status' in trailers) return
    if (stream.headersSent) stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    else endWithStatus(stream, UNAVAILABLE, `The engine could not be reached: ${problem}.`)
  })
  return promise
}

/** The engine does its work to the end; the caller hears of a failure. */
async function loseAnswer(
  stream: ServerHttp2Stream,
  outgoing: ClientHttp2Stream,
  end: NonNullable<CallHit['end']>,
): Promise<CallEnd> {
  const done = Promise.withResolvers<void>()
  outgoing.on('error', () => undefined)
  outgoing.on('close', () => done.resolve())
  outgoing.resume()
  await done.promise
  return endWith(stream, end)
}

function endWith(stream: ServerHttp2Stream, end: NonNullable<CallHit['end']>): CallEnd {
  if (end === 'reset') {
    stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    return {broken: 'reset'}
  }
  const status = RPC_CODES.findIndex(([name]) => name === end.status)
  endWithStatus(stream, status, INJECTED)
  return {status}
}

/** Headers go first: the Node client repeats a trailers-only refusal of a stream for seconds. */
function endWithStatus(stream: ServerHttp2Stream, status: number, message: string): void {
  if (stream.destroyed) return
  stream.on('wantTrailers', () => {
    stream.sendTrailers({'grpc-status': String(status), 'grpc-message': encodeMessage(message)})
    stream.resume()
  })
  stream.respond({':status': 200, 'content-type': 'application/grpc+proto'}, {waitForTrailers: true})
  stream.end()
}
