import type {IncomingMessage, ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {once} from 'node:events'
import {Agent, createServer} from '#runtime/kernel/node-http.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {createAsk, endingAs} from './ask.ts'
import {createDeliveryCount} from './delivery.ts'
import {observeDelivery} from './observe-delivery.ts'
import {readBody} from './read-body.ts'
import type {ForwardedAnswer} from './forward.ts'
import type {Slot} from './slot.ts'
import type {Deliver, DeliveryEnd} from './types.ts'

/** The stable loopback URL of one function. */
export type Face = AsyncDisposable & {readonly url: string}

export type FaceOptions = {
  readonly slot: Slot
  readonly emit: Emit
  /** For a push endpoint, whose deliveries are stated on the log; for other requests the container does that. */
  readonly deliver: Deliver | undefined
  /** How long a request waits for a child that is being started. */
  readonly waitMs?: number
}

/** Cloud Run's limit for an HTTP/1 request (https://cloud.google.com/run/quotas). */
const MOST_BODY_BYTES = 32 * 1024 * 1024
/** Longer than any client of ours keeps a connection, as Google's front ends do. */
const KEEP_ALIVE_MS = 620_000
const CLOSE_WITHIN_MS = 2_000

/**
 * Starts an HTTP server on a free port of 127.0.0.1 that forwards to the slot's child. A request that comes while there
 * is none waits for it; after `waitMs`, or when it dies while answering, the answer is 503 as Cloud Run gives it.
 * Disposing lets requests under way finish briefly.
 */
export async function startFace({slot, emit, deliver, waitMs = 10_000}: FaceOptions): Promise<Face> {
  const agent = new Agent({keepAlive: true, maxSockets: Infinity})
  const ask = createAsk({agent, slot, waitMs})
  const count = createDeliveryCount()
  let url = ''
  let closing = false

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(incoming, MOST_BODY_BYTES)
    if (!body) return void response.writeHead(413, {connection: 'close'}).end()
    const {method = 'GET', url: path = '/', headers} = incoming
    const request = {method, path, headers, body}
    const once = (end: DeliveryEnd): Promise<ForwardedAnswer> =>
      observeDelivery(request, url, {emit, count, ask: endingAs(end, ask)})
    const answer = deliver ? await deliver(once) : await ask(request)
    // A connection kept beyond its last answer would hold up the server's close.
    if (closing) response.shouldKeepAlive = false
    if ('status' in answer) response.writeHead(answer.status, answer.headers).end(answer.body)
    else response.writeHead(answer.why === 'late' ? 504 : 503, {'content-type': 'text/plain'}).end(answer.error)
  }

  const server = createServer({keepAliveTimeout: KEEP_ALIVE_MS}, (incoming, response) => {
    serve(incoming, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    [Symbol.asyncDispose]: async () => {
      closing = true
      const impatience = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS)
      await server[Symbol.asyncDispose]()
      clearTimeout(impatience)
      agent.destroy()
    },
  }
}
