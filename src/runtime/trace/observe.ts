import {parseJson, valueAt} from './compare.ts'
import type {RequestView} from './view.ts'

/** What a client was answered: HTTP status and the parsed JSON body, undefined where the body is no JSON. */
export type Answer = {readonly status: number; readonly body: unknown}

/** What was seen of the asynchronous part and of the tags, as far as the log tells. */
export type Observed = {
  /** Whether the callback reached the container, and its body where somebody stated the exchange. */
  readonly callback: {readonly received: boolean; readonly body: unknown}
  readonly tags: readonly string[]
  /** Requests to vendors that were captured. */
  readonly vendor: readonly {readonly url: string; readonly body: unknown}[]
  readonly dropped: readonly string[]
}

const isCallback = (url: string): boolean => /\/stitch\/callback(\?|$)/.test(url)

/**
 * The answer that the client of a request got, from the exchange that its own span states: the first of the client's,
 * as later ones ask for what became of an asynchronous request.
 */
export function answerOf(request: RequestView): Answer | undefined {
  const client = new Set(request.spans.filter((span) => span.lane === 'client').map((span) => span.id))
  const response = request.exchanges.find(({span}) => client.has(span))?.exchange.response
  return response && {status: response.status, body: parseJson(response.body)}
}

/** Reads from a request's spans and exchanges what its expectations ask about. */
export function observe(request: RequestView): Observed {
  const callback = request.exchanges.findLast(({exchange}) => isCallback(exchange.request.url))
  const arrived = request.spans.some(
    ({lane, name, ok}) =>
      ok && ((lane === 'sgtm' && isCallback(name)) || (lane === 'worker' && name.startsWith('callback'))),
  )
  const vendor = new Set(request.spans.filter((span) => span.lane === 'vendor').map((span) => span.id))
  return {
    callback: {received: arrived || callback !== undefined, body: parseJson(callback?.exchange.request.body)},
    tags: request.spans.filter((span) => span.lane === 'tag' && span.ok).map((span) => span.name.replace(/^tag /, '')),
    vendor: request.exchanges
      .filter(({span}) => vendor.has(span))
      .map(({exchange}) => ({url: exchange.request.url, body: parseJson(exchange.request.body)})),
    dropped: request.dropped.map((drop) => drop.attribute),
  }
}

/** The attributes in an answer, a callback's body or an event. */
export function attributesOf(body: unknown): unknown {
  return valueAt(body, 'attributes')
}
