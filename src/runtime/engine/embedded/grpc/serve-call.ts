import {once} from 'node:events'
import type {IncomingHttpHeaders, ServerHttp2Stream} from 'node:http2'
import {createCancellation} from './cancellation.ts'
import type {Cancellation} from './cancellation.ts'
import {parseTimeout} from './deadline.ts'
import {frameMessage} from './frames.ts'
import {readRequest, readRequests} from './read-requests.ts'
import type {Call, Method} from './service.ts'
import {encodeMessage, GrpcStatus, STATUS, statusOf} from './status.ts'
import {untilAborted} from './until-aborted.ts'

/** Production refuses larger requests: 10 MiB for a Firestore request, 10 MB for a publish request. */
const MOST_REQUEST_BYTES = 10 * 1024 * 1024 + 64 * 1024

const HEADERS = {':status': 200, 'content-type': 'application/grpc+proto'}
/** Without the `date` that Node would add, which no gRPC client reads and every one decodes. */
const WITH_TRAILERS = {waitForTrailers: true, sendDate: false}

/** How long a call waited for others, in milliseconds; told only where it did. */
export const WAITED_TRAILER = 'stitch-waited-ms'

export type ServeOptions = {
  readonly stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
  readonly method: Method | undefined
  /** Ends of the calls under way, for who closes the server. */
  readonly underWay: Set<() => void>
}

/** Answers one call: headers at once, then messages, then the status as trailers. Never throws. */
export async function serveCall({stream, headers, method, underWay}: ServeOptions): Promise<void> {
  const cancellation = createCancellation()
  const {cancel} = cancellation
  let isAnswered = false
  stream.on('close', () => {
    if (!isAnswered) cancel(STATUS.cancelled, 'The call was cancelled.')
  })
  stream.on('error', () => undefined)
  const onClosing = () => cancel(STATUS.unavailable, 'The server is shutting down.')
  underWay.add(onClosing)
  const timeout = parseTimeout(headers['grpc-timeout'] as string | undefined)
  const timer =
    timeout === undefined ? undefined : setTimeout(() => cancel(STATUS.deadlineExceeded, 'Deadline exceeded.'), timeout)

  let trailers: Record<string, string> = {'grpc-status': '0'}
  let waitedMs = 0
  const waited = (ms: number): void => void (waitedMs = Math.max(waitedMs, ms))
  stream.on('wantTrailers', () => {
    stream.sendTrailers({...trailers, ...(waitedMs > 0 && {[WAITED_TRAILER]: waitedMs.toFixed(1)})})
    // What the caller still sends is read and dropped, so that both sides come to an end.
    stream.resume()
  })
  // Headers go first, also before an error: the Node client retries a trailers-only refusal of a stream for seconds.
  stream.respond(HEADERS, WITH_TRAILERS)
  try {
    if (!method) throw new GrpcStatus(STATUS.unimplemented, `Method not found: ${headers[':path']}`)
    const call: Call = {
      metadata: headers,
      get signal() {
        return cancellation.signal
      },
      waited,
      answered: () => answered(stream),
    }
    await answer(stream, method, call, cancellation)
    if (cancellation.reason) throw cancellation.reason
  } catch (error) {
    const {code, message} = statusOf(error)
    trailers = {'grpc-status': String(code), 'grpc-message': encodeMessage(message)}
    if (error instanceof GrpcStatus && error.details)
      trailers['grpc-status-details-bin'] = Buffer.from(error.details).toString('base64')
  } finally {
    isAnswered = true
    clearTimeout(timer)
    underWay.delete(onClosing)
  }
  if (stream.closed || stream.destroyed) return
  stream.end()
}

/**
 * The other side acknowledges a ping after it has read what came before: the answer, if the stream was closed by then.
 * With too many pings under way, or without a session, there is nothing to wait for.
 */
async function answered(stream: ServerHttp2Stream): Promise<void> {
  const {session} = stream
  if (!stream.closed) await new Promise((resolve) => void stream.once('close', resolve))
  if (!session || session.destroyed) return
  await new Promise<void>((resolve) => {
    if (!session.ping(() => resolve())) resolve()
  })
}

async function answer(
  stream: ServerHttp2Stream,
  method: Method,
  call: Call,
  cancellation: Cancellation,
): Promise<void> {
  if (method.kind === 'unary') {
    const request = await readInTime(stream, call)
    const reply = method.handle(request, call)
    // A handler that does not look at its signal must not hold the call beyond it.
    const message = reply instanceof Promise ? await untilAborted(reply, call.signal) : reply
    await write(stream, message, cancellation)
    return
  }
  const messages =
    method.kind === 'serverStream'
      ? method.handle(await readInTime(stream, call), call)
      : method.handle(readRequests(stream, MOST_REQUEST_BYTES), call)
  if (Symbol.iterator in messages) {
    for (const message of messages) {
      const full = write(stream, message, cancellation)
      if (full) await full
    }
  } else {
    for await (const message of messages) await write(stream, message, cancellation)
  }
}

/** A request that came too late is not handled: handlers hear of an end that comes, and need not ask for one that has been. */
async function readInTime(stream: ServerHttp2Stream, {signal}: Call): Promise<Buffer> {
  const request = await readRequest(stream, MOST_REQUEST_BYTES)
  signal.throwIfAborted()
  return request
}

/** Waits for the caller where it reads more slowly than we write. */
function write(stream: ServerHttp2Stream, message: Uint8Array, cancellation: Cancellation): Promise<void> | undefined {
  if (cancellation.reason) throw cancellation.reason
  if (stream.closed || stream.destroyed || stream.write(frameMessage(message))) return undefined
  const {signal} = cancellation
  return once(stream, 'drain', {signal}).then(
    () => undefined,
    () => signal.throwIfAborted(),
  )
}
