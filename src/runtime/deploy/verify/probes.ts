import type {Exchange} from '#runtime/kernel/events.ts'
import {parseJson, valueAt} from '#runtime/trace/compare.ts'
import type {RequestView, RunView, SpanView} from '#runtime/trace/view.ts'
import {forwardOf, splitPickups} from '../look/recorded.ts'
import {hopsOf, type Answered, type SeenHop} from './seen.ts'

/** Where requests are fired at: the lookup function itself, or a server container. */
export type Side = 'endpoint' | 'container'

/** Whose proof of identity a request of the simulation had: it is made anew with the deployed key. */
export type TokenKind = 'valid' | 'expired' | 'forged'

/** A request of the simulation, ready to be sent again, and what came of it there. */
export type Probe = {
  readonly scenario: string
  readonly step: string
  readonly title: string
  readonly mode: 'sync' | 'async'
  readonly method: 'GET' | 'POST'
  /** Path and query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isSigned: boolean
  readonly token: {readonly text: string; readonly id: string; readonly kind: TokenKind} | undefined
  /** The request id the body has, which must be another one each time. */
  readonly requestId: string | undefined
  readonly recorded: {
    readonly answer: Answered
    /** What a later fetch of the result gave, where the simulation made one. */
    readonly picked: Answered | undefined
    readonly hops: readonly SeenHop[]
    readonly ms: number
  }
}

/** Why requests of the simulation are not fired. */
export type SkipReason = 'container' | 'async' | 'cut' | 'key'

export type ProbePlan = {
  readonly probes: readonly Probe[]
  readonly skipped: Readonly<Record<SkipReason, number>>
}

export type PlanOptions = {
  readonly side: Side
  readonly async: boolean
  /** Id of the one scenario that is wanted. */
  readonly scenario: string | undefined
  /** Whether there is a key to sign with. */
  readonly hasKey: boolean
  /** What proof of identity a step of the fixtures asks for. */
  readonly tokenKind: (scenario: string, step: string) => TokenKind | undefined
}

/** Bodies are recorded up to 64 KiB; what may have been cut cannot be sent again. */
const MOST_BODY = 65_000

/**
 * Which recorded requests are fired again, and how; pure. At the function that is what the container sent to it, byte
 * for byte but for ids and signatures; at a container what the browser sent.
 */
export function planProbes(view: RunView, options: PlanOptions): ProbePlan {
  const skipped = {container: 0, async: 0, cut: 0, key: 0}
  const probes: Probe[] = []
  for (const request of view.requests) {
    if (request.adopted || (options.scenario !== undefined && request.scenario !== options.scenario)) continue
    const planned = planProbe(request, options)
    if (typeof planned === 'string') skipped[planned]++
    else probes.push(planned)
  }
  return {probes, skipped}
}

function planProbe(request: RequestView, {side, async, hasKey, tokenKind}: PlanOptions): Probe | SkipReason {
  const {proper, pickups} = splitPickups(request)
  const isAnswered = (span: SpanView | undefined): Exchange | undefined => exchangeOf(request, span)
  const sent = isAnswered(side === 'endpoint' ? forwardOf({...request, spans: proper}) : clientOf(proper))
  if (!sent?.response) return 'container'
  // A result is there to be fetched only where its request was fired.
  if ((request.mode === 'async' || request.path === '/stitch/result') && !async) return 'async'
  const {method, url, body} = sent.request
  if (body.length > MOST_BODY) return 'cut'
  const headers = plainHeaders(sent.request.headers)
  const isSigned = side === 'endpoint' || 'x-stitch-sig' in sent.request.headers
  const target = url.replace(/^https?:\/\/[^/]+/, '')
  const token = tokenOf(target, body, tokenKind(request.scenario, request.step))
  if (!hasKey && (isSigned || token)) return 'key'
  const last = pickups.at(-1)
  const fetched = isAnswered(side === 'endpoint' ? last?.find(isForward) : last?.[0])
  const requestId = valueAt(parseJson(body), 'requestId')
  return {
    scenario: request.scenario,
    step: request.step,
    title: request.title,
    mode: request.mode,
    method: method === 'GET' ? 'GET' : 'POST',
    target,
    headers,
    body,
    isSigned,
    token,
    requestId: typeof requestId === 'string' ? requestId : undefined,
    recorded: {
      answer: answerOf(sent.response),
      picked: fetched?.response && answerOf(fetched.response),
      hops: hopsOf(request).hops,
      ms: durationOf(request, sent),
    },
  }
}

function exchangeOf({exchanges}: RequestView, span: SpanView | undefined): Exchange | undefined {
  return span && exchanges.find((exchange) => exchange.span === span.id)?.exchange
}

function clientOf(spans: readonly SpanView[]): SpanView | undefined {
  return spans.find(({lane}) => lane === 'client')
}

function isForward({lane, name}: SpanView): boolean {
  return lane === 'sgtm' && name.startsWith('forward ')
}

function answerOf({status, body}: NonNullable<Exchange['response']>): Answered {
  return {status, body: parseJson(body)}
}

function durationOf({exchanges, spans}: RequestView, sent: Exchange): number {
  const owner = exchanges.find(({exchange}) => exchange === sent)?.span
  const span = spans.find(({id}) => id === owner)
  return span?.end === undefined ? 0 : Math.max(0, span.end - span.start)
}

/** What the sender itself wanted to say; the rest is of the connection, the trace and the signature. */
function plainHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const dropped = /^(x-stitch-.*|traceparent|host|connection|content-length|transfer-encoding|authorization)$/
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.test(name.toLowerCase())))
}

/** A recorded proof of identity is signed with the simulation's key and soon too old: it must be made again. */
function tokenOf(target: string, body: string, kind: TokenKind | undefined): Probe['token'] {
  const query = new URL(target, 'http://localhost').searchParams
  const field = (name: string): unknown => valueAt(parseJson(body), name) ?? query.get(name) ?? undefined
  const [text, id] = [field('idToken'), field('id')]
  if (typeof text !== 'string' || typeof id !== 'string') return undefined
  return {text, id, kind: kind ?? 'valid'}
}
