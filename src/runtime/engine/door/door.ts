import {once} from 'node:events'
import {createServer} from 'node:http2'
import type {IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream} from 'node:http2'
import type {AddressInfo} from 'node:net'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {newSpanId, parseTraceparent} from '#runtime/kernel/ids.ts'
import {RPC_CODES} from '#runtime/kernel/rpc-codes.ts'
import {createCallReader} from './count-call.ts'
import type {CallCounts} from './count-call.ts'
import type {Faults} from './faults.ts'
import {passCall} from './pass-call.ts'
import type {CallEnd} from './pass-call.ts'
import {openUpstream} from './upstream.ts'

/** What the functions take for Firestore or Pub/Sub. `host` is `127.0.0.1:49152`. */
export type Door = AsyncDisposable & {readonly host: string}

export type DoorOptions = {
  readonly to: 'firestore' | 'pubsub'
  /** Where the engine answers, or will; calls before that end with UNAVAILABLE. */
  readonly engine: string
  readonly faults: Faults
  readonly emit: Emit
  readonly clock: Clock
}

/**
 * Opens a door to one service of whatever engine: gRPC calls pass it as they are, each is stated as a span of the
 * request that caused it, with what it read and wrote, and the faults in force befall it here.
 */
export async function openDoor({to, engine, faults, emit, clock}: DoorOptions): Promise<Door> {
  await using stack = new AsyncDisposableStack()
  const upstream = stack.use(openUpstream(engine))
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer({settings: {initialWindowSize: 4 * 1024 * 1024, maxConcurrentStreams: 1000}})
  server.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => undefined)
    session.on('close', () => sessions.delete(session))
  })
  server.on('sessionError', () => undefined)
  const serve = async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> => {
    const rpc = (headers[':path'] ?? '').replace(/^.*\//, '')
    const start = clock.now()
    const reader = createCallReader(rpc)
    const hit = faults.hitCall(to, rpc)
    const end = await passCall({stream, headers, upstream, reader, hit})
    const caller = parseTraceparent([headers['traceparent'] ?? reader.traceparent()].flat()[0])
    if (!caller) return
    const {trace, span: parent} = caller
    const span = newSpanId()
    const outcome = outcomeOf(end)
    // What was refused was not done; where only the answer was lost, it was.
    const counts = outcome.ok || hit?.when === 'after' ? countsOf(reader.counts) : {}
    const waited = 'status' in end && end.waitedMs !== undefined ? {waitedMs: end.waitedMs} : {}
    const facts = {...counts, ...waited, ...(hit ? {fault: true} : {})}
    emit({type: 'span.started', trace, span, parent, name: rpc, lane: 'engine', start})
    emit({type: 'span.ended', trace, span, end: clock.now(), facts, ...outcome})
  }
  server.on('stream', (stream, headers) => void serve(stream, headers))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(async () => {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
    for (const session of sessions) session.destroy()
    await closed
  })
  const opened = stack.move()
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function countsOf(counts: CallCounts): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

function outcomeOf(end: CallEnd): {readonly ok: boolean; readonly error?: string} {
  if ('broken' in end) return {ok: false, error: end.broken}
  if (end.status === 0) return {ok: true}
  return {ok: false, error: RPC_CODES[end.status]?.[0].toLowerCase() ?? `status ${end.status}`}
}
