import {request as requestTls} from 'node:https'
import {Agent, request} from '#runtime/kernel/node-http.ts'
import type {PushTokens} from './push-token.ts'
import type {SendPush} from './pusher.ts'

/** Answers by which an endpoint acknowledges (https://cloud.google.com/pubsub/docs/push#receive_push). */
const ACKNOWLEDGING = new Set([102, 200, 201, 202, 204])

/** Pushes over kept connections. */
export type PushSender = Disposable & {readonly send: SendPush}

/** An endpoint that cannot be reached, answers otherwise or too late has not acknowledged. */
export function createPushSender(): PushSender {
  const agent = new Agent({keepAlive: true})
  const closing = new AbortController()
  return {
    send: (endpoint, body, deadlineMs, {headers = {'content-type': 'application/json'}} = {}) => {
      const {promise, resolve} = Promise.withResolvers<boolean>()
      const url = new URL(endpoint)
      const tls = url.protocol === 'https:'
      const outgoing = (tls ? requestTls : request)(url, {
        method: 'POST',
        ...(tls ? {} : {agent}),
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(deadlineMs)]),
        headers: {
          ...headers,
          'content-length': Buffer.byteLength(body),
          // What the service calls itself.
          'user-agent': 'CloudPubSub-Google',
        },
      })
      outgoing.on('response', (response) => {
        response.resume()
        response.on('close', () => resolve(ACKNOWLEDGING.has(response.statusCode ?? 0)))
      })
      outgoing.on('error', () => resolve(false))
      outgoing.end(body)
      return promise
    },
    [Symbol.dispose]: () => {
      closing.abort()
      agent.destroy()
    },
  }
}

/** The same, with the token of the push's identity where it has one; without a token nothing is sent. */
export function withTokens(send: SendPush, tokens: PushTokens): SendPush {
  return async (endpoint, body, deadlineMs, extras = {}) => {
    if (!extras.identity) return await send(endpoint, body, deadlineMs, extras)
    const token = await tokens.sign(extras.identity).catch(() => undefined)
    if (token === undefined) return false
    const headers = {...extras.headers, authorization: `Bearer ${token}`}
    return await send(endpoint, body, deadlineMs, {headers})
  }
}
