import type {Agent, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders} from 'node:http'
import {buffer} from 'node:stream/consumers'
import {request as sendRequest} from '#runtime/kernel/node-http.ts'

/** A request as it is sent on: complete, so that it can be sent again to another child. */
export type ForwardedRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * `refused` says that nobody listened, so that the function cannot have seen the request and its successor may be asked.
 * A connection that broke later says nothing: the request itself may be what ended the process.
 */
export type ForwardedAnswer =
  | {readonly status: number; readonly headers: OutgoingHttpHeaders; readonly body: Buffer}
  | {readonly error: string; readonly why: 'refused' | 'broken' | 'late' | 'nobody'}

/** They concern one connection and not the message (RFC 9110, 7.6.1); the length is set anew. */
const OF_ONE_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
]

/** Sends `request` to a function's process on a kept connection. Never rejects. */
export function forward(
  agent: Agent,
  port: number,
  request: ForwardedRequest,
  timeoutMs: number,
): Promise<ForwardedAnswer> {
  const {promise, resolve} = Promise.withResolvers<ForwardedAnswer>()
  const {method, path, body} = request
  const headers = {...withoutConnection(request.headers), 'content-length': body.length}
  const outgoing = sendRequest({
    agent,
    host: '127.0.0.1',
    port,
    method,
    path,
    headers,
    signal: AbortSignal.timeout(timeoutMs),
  })
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ABORT_ERR') resolve({error: `no answer within ${timeoutMs} ms`, why: 'late'})
    else resolve({error: error.message, why: error.code === 'ECONNREFUSED' ? 'refused' : 'broken'})
  })
  outgoing.on('response', (response: IncomingMessage) => {
    buffer(response).then(
      (contents) =>
        resolve({status: response.statusCode!, headers: withoutConnection(response.headers), body: contents}),
      (error: Error) => resolve({error: error.message, why: 'broken'}),
    )
  })
  outgoing.end(body)
  return promise
}

function withoutConnection(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_ONE_CONNECTION.includes(name)))
}
