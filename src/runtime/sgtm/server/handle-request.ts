import {readBodyText} from '#runtime/kernel/body-text.ts'
import type {Exchange} from '#runtime/kernel/events.ts'
import {formatTraceparent, newSpanId, newTraceId, parseTraceparent} from '#runtime/kernel/ids.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import type {IncomingRequest} from '../apis/api.ts'
import {askClients} from './ask-clients.ts'
import {createExchange, plainAnswer} from './exchange.ts'
import type {Answer} from './exchange.ts'
import type {LoadedContainer} from './load-container.ts'
import type {RunServices} from './run-instance.ts'

/** In milliseconds, unless the options say otherwise: longer than the slowest tag that a client may wait for. */
export const defaultAnswerWithinMs = 20_000

/** Puts a request before the clients and gives the one answer, whatever they do. Never rejects. */
export async function handleRequest(
  container: LoadedContainer,
  services: RunServices & {readonly answerWithinMs: number},
  original: IncomingRequest,
): Promise<Answer> {
  if (original.method === 'GET' && /\/(?:healthy|healthz)$/.test(original.path)) return plainAnswer(200, 'ok')
  const {clock, emit} = services
  const span = newSpanId()
  const parent = parseTraceparent(original.headers['traceparent'])
  const context: TraceContext = {trace: parent?.trace ?? newTraceId(), span}
  const {trace} = context
  // Cloud Run gives every request a trace context; a template may rely on finding one.
  const request = parent
    ? original
    : {...original, headers: {...original.headers, traceparent: formatTraceparent(context)}}
  emit({
    type: 'span.started',
    trace,
    span,
    ...(parent ? {parent: parent.span} : {}),
    name: `request ${request.path}`,
    lane: 'sgtm',
    start: clock.now(),
    facts: {method: request.method},
  })
  const exchange = createExchange(request)
  const answer = await askClients(container, services, exchange, context)
  const facts = {client: exchange.claimedBy() ?? '', status: answer.status}
  emit({type: 'http.exchanged', trace, span, exchange: describeExchange(original, answer)})
  emit({type: 'span.ended', trace, span, end: clock.now(), ok: answer.status < 500, facts})
  return answer
}

/** What came in and what went out, as the log keeps it. */
function describeExchange({method, path, query, headers, body}: IncomingRequest, answer: Answer): Exchange {
  const url = `http://${headers['host'] ?? 'container'}${path}${query === '' ? '' : `?${query}`}`
  return {
    request: {method, url, headers: {...headers}, body: readBodyText(body ?? new Uint8Array(0))},
    response: {status: answer.status, headers: flatten(answer.headers), body: readBodyText(answer.body)},
  }
}

function flatten(headers: Answer['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))
}
