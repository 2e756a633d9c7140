import type {RunEvent} from '#runtime/kernel/events.ts'
import type {CheckView, RequestView, SpanView} from './view.ts'

/** Events that carry the trace id of a request. */
export type RequestEvent = Extract<RunEvent, {trace: string}>

/** A request that nobody announced: its first event is all that is known of it. */
export function adoptRequest(event: RequestEvent): RequestView {
  return {
    trace: event.trace,
    scenario: '',
    step: '',
    title: '',
    method: '',
    path: '',
    mode: 'sync',
    adopted: true,
    state: 'running',
    startedAt: event.type === 'span.started' ? event.start : event.at,
    endedAt: undefined,
    status: undefined,
    outcome: undefined,
    error: undefined,
    spans: [],
    exchanges: [],
    dropped: [],
    checks: [],
    logs: [],
    container: [],
    deliveries: 0,
  }
}

function startSpan(event: Extract<RunEvent, {type: 'span.started'}>): SpanView {
  const {parent, name, lane, start, facts} = event
  return {id: event.span, parent, name, lane, start, end: undefined, ok: true, error: undefined, facts: facts ?? {}}
}

function endSpan(span: SpanView, event: Extract<RunEvent, {type: 'span.ended'}>): SpanView {
  return {...span, end: event.end, ok: event.ok, error: event.error, facts: {...span.facts, ...event.facts}}
}

/** Whether a span is one delivery of a push subscription. */
export function isDelivery(span: Pick<SpanView, 'lane' | 'name'>): boolean {
  return span.lane === 'pubsub' && span.name.startsWith('delivery')
}

/** Whether a span hands a message to a topic. */
export function isPublish(span: Pick<SpanView, 'lane' | 'name'>): boolean {
  return span.lane === 'pubsub' && span.name.startsWith('publish')
}

/** An adopted request is under way while a span is open or its message was published and not yet delivered well. */
function settleAdopted(request: RequestView): RequestView {
  const {spans} = request
  const published = spans.some(isPublish)
  const delivered = spans.some((span) => isDelivery(span) && span.end !== undefined && span.ok)
  const open = spans.some((span) => span.end === undefined) || (published && !delivered)
  const root = spans.find((span) => span.parent === undefined) ?? spans[0]
  const status = root?.facts['status']
  const [, method, path] = /^(?:request )?(?:([A-Z]+) )?(\/\S*)$/.exec(root?.name ?? '') ?? []
  return {
    ...request,
    mode: published ? 'async' : 'sync',
    title: request.title || (root?.name ?? ''),
    method: method ?? request.method,
    path: path ?? request.path,
    status: typeof status === 'number' ? status : request.status,
    state: open ? 'running' : root?.ok === false ? 'failed' : 'passed',
    endedAt: open ? undefined : Math.max(...spans.map((span) => span.end ?? span.start)),
  }
}

/** Whether a request passed, once it has ended: no error and no failed check. */
export function stateOf(request: RequestView): RequestView['state'] {
  if (request.endedAt === undefined) return 'running'
  return request.error === undefined && request.checks.every((check) => check.passed) ? 'passed' : 'failed'
}

/** The request with a check that was settled about it. */
export function addCheck(request: RequestView, check: CheckView): RequestView {
  const next = {...request, checks: [...request.checks, check]}
  return request.adopted ? next : {...next, state: stateOf(next)}
}

/** The request as it is after one of its events. Late facts (after `request.ended`) count as well. */
export function applyToRequest(request: RequestView, event: RequestEvent): RequestView {
  switch (event.type) {
    case 'request.started': {
      const {scenario, step, title, method, path, mode, at} = event
      const next = {...request, scenario, step, title, method, path, mode, adopted: false, startedAt: at}
      return {...next, endedAt: undefined, state: 'running'}
    }
    case 'request.ended': {
      const {status, outcome, error, at} = event
      const next = {...request, adopted: false, endedAt: at, status, outcome, error}
      return {...next, state: stateOf(next)}
    }
    case 'span.started': {
      const next = {...request, spans: [...request.spans, startSpan(event)]}
      if (isDelivery(event)) return settle({...next, deliveries: request.deliveries + 1})
      return settle(next)
    }
    case 'span.ended':
      return settle({
        ...request,
        spans: request.spans.map((span) => (span.id === event.span ? endSpan(span, event) : span)),
      })
    case 'http.exchanged':
      return {...request, exchanges: [...request.exchanges, {span: event.span, exchange: event.exchange}]}
    case 'attribute.dropped': {
      const {attribute, destination, reason} = event
      return {...request, dropped: [...request.dropped, {attribute, destination, reason}]}
    }
    case 'client.settled':
    case 'trigger.settled':
    case 'tag.settled':
    case 'permission.denied':
      return {...request, container: [...request.container, event]}
    default:
      return event satisfies never
  }
}

function settle(request: RequestView): RequestView {
  return request.adopted ? settleAdopted(request) : request
}
