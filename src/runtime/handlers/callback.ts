import type {HandlerDeps} from './deps.ts'
import type {ErrorCode} from './errors.ts'
import type {Delivery} from './message.ts'
import {signHeaders} from './signature.ts'
import {formatTraceparent, type Hop} from './trace.ts'

/** One POST; resolves with the status of the answer. Rejects with OutboundError. Follows no redirect. */
export type Send = (request: {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly timeoutMs: number
}) => Promise<{readonly status: number}>

/** Nothing was sent (`refused`), or no usable answer came. `code` is safe to log. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError'
  readonly code: string
  readonly refused: boolean

  constructor(code: string, refused = false) {
    super(`The callback was not confirmed (${code}).`)
    this.code = code
    this.refused = refused
  }
}

/** Sends one result to the container; undefined when it confirmed with 2xx, else the code to answer Pub/Sub with. */
export type Callback = (body: object, delivery: Delivery, worker: Hop) => Promise<ErrorCode | undefined>

/** The address comes from the configuration and from nowhere else. Signed as the container's own calls are. */
export function createCallback({config, keys, clock, random, send}: HandlerDeps & {readonly send: Send}): Callback {
  const {baseUrl, path} = config.callback
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}${path}`)

  return async function callBack(result, {order, attempt}, worker) {
    const hop = worker.child('worker', 'callback')
    const body = Buffer.from(JSON.stringify(result), 'utf8')
    const signed = {
      method: 'POST',
      path: `${url.pathname}${url.search}`,
      body,
      timestamp: String(Math.floor(clock.now() / 1000)),
      nonce: random(16).toString('base64url'),
    }
    const {preview} = order.request
    const headers = {
      ...signHeaders(keys, signed),
      'content-type': 'application/json',
      traceparent: formatTraceparent(hop),
      ...(preview === undefined ? {} : {'x-gtm-server-preview': preview}),
    }
    try {
      const {status} = await send({url, headers, body, timeoutMs: config.deadlines.callbackMs})
      const ok = status >= 200 && status < 300
      hop.end({ok, facts: {status, attempt, bytes: body.length}, error: ok ? undefined : 'callback_failed'})
      return ok ? undefined : 'callback_failed'
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error
      hop.end({ok: false, error: error.code, facts: {attempt}, ...(error.refused ? {severity: 'ERROR'} : {})})
      return error.refused ? 'callback_refused' : 'callback_failed'
    }
  }
}
