import type {RequestView, RunView, SpanView} from '#runtime/trace/view.ts'
import {splitPickups} from '../look/recorded.ts'

/** What one request costs in operations, on average. Bytes are of bodies. */
export type Operations = {
  /** Documents read, those that are not there included: they are billed too. */
  readonly reads: number
  readonly writes: number
  /** Lines that the functions write to the log. */
  readonly logLines: number
  /** Sent to the server container: answers and callbacks. */
  readonly sentBytes: number
}

/** Operations by path, and how they came to be known. */
export type Counts = {
  readonly sync: Operations
  /** Of the publishing, the worker and its callback, without the pick-up. */
  readonly async: Operations & {readonly messageBytes: number; readonly deliveries: number}
  /** Of one fetching of a result. */
  readonly pickup: Operations
  /** Requests that were counted; 0 where these are assumptions. */
  readonly requests: number
}

/** Assumed where no simulation was recorded: a direct read, and the asynchronous path of it. */
export const ASSUMED: Counts = {
  sync: {reads: 1, writes: 0, logLines: 2, sentBytes: 600},
  async: {reads: 1, writes: 2, logLines: 7, sentBytes: 800, messageBytes: 600, deliveries: 1},
  pickup: {reads: 1, writes: 0, logLines: 2, sentBytes: 400},
  requests: 0,
}

/** What the functions do, told by lanes; everything else of a request happens in the container or outside. */
const FUNCTION_LANES: ReadonlySet<string> = new Set(['lookup', 'firestore', 'worker'])

/**
 * Operations per request of a recorded simulation, averaged over the requests that were answered by the functions and
 * found nothing wrong with the question. A path that the simulation did not take is assumed.
 */
export function countOperations(view: RunView): Counts {
  const asked = [...view.requests].filter((request) => request.path === '/stitch' && reachedLookup(request))
  const good = asked.filter(({status = 0}) => status < 400)
  const sync = good.filter(({mode}) => mode === 'sync')
  const async = good.filter(({mode, deliveries}) => mode === 'async' && deliveries > 0)
  const pickups = good.filter((request) => splitPickups(request).pickups.length > 0)
  return {
    sync: average(sync, (request) => operationsOf(request, request.spans), ASSUMED.sync),
    async: {
      ...average(async, (request) => operationsOf(request, splitPickups(request).proper), ASSUMED.async),
      messageBytes: mean(async, publishedBytes) ?? ASSUMED.async.messageBytes,
      deliveries: mean(async, ({deliveries}) => deliveries) ?? ASSUMED.async.deliveries,
    },
    pickup: average(
      pickups,
      (request) => operationsOf(request, splitPickups(request).pickups[0] ?? []),
      ASSUMED.pickup,
    ),
    requests: good.length,
  }
}

function reachedLookup(request: RequestView): boolean {
  return request.spans.some(({lane}) => lane === 'lookup')
}

function operationsOf(request: RequestView, spans: readonly SpanView[]): Operations {
  const documents = (span: SpanView): number => Number(span.facts['documents'] ?? 0)
  const ids = new Set(spans.map(({id}) => id))
  const own = spans.filter(({lane, name}) => FUNCTION_LANES.has(lane) || name === 'publish')
  return {
    reads: sum(own, (span) => (span.lane === 'firestore' ? documents(span) : 0)),
    writes: own.filter(({lane, name}) => lane === 'firestore' && name.startsWith('write')).length,
    logLines: own.length,
    sentBytes: sum(request.exchanges, ({span, exchange}) => {
      if (!ids.has(span)) return 0
      const {url, body} = exchange.request
      if (/\/v1\/(stitch|result)$/.test(url)) return Buffer.byteLength(exchange.response?.body ?? '')
      return url.endsWith('/stitch/callback') ? Buffer.byteLength(body) : 0
    }),
  }
}

function publishedBytes({spans}: RequestView): number {
  return sum(
    spans.filter(({name}) => name === 'publish'),
    ({facts}) => Number(facts['bytes'] ?? 0),
  )
}

function average(
  requests: readonly RequestView[],
  count: (request: RequestView) => Operations,
  assumed: Operations,
): Operations {
  if (requests.length === 0) return assumed
  const counted = requests.map(count)
  const of = (key: keyof Operations): number => mean(counted, (operations) => operations[key]) ?? assumed[key]
  return {reads: of('reads'), writes: of('writes'), logLines: of('logLines'), sentBytes: of('sentBytes')}
}

function mean<T>(items: readonly T[], value: (item: T) => number): number | undefined {
  return items.length === 0 ? undefined : sum(items, value) / items.length
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0)
}
