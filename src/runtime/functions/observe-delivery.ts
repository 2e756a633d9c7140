import {systemClock} from '#runtime/kernel/clock.ts'
import {readBodyText} from '#runtime/kernel/body-text.ts'
import type {Emit, Exchange} from '#runtime/kernel/events.ts'
import {formatTraceparent} from '#runtime/kernel/ids.ts'
import type {Ask} from './ask.ts'
import {readDelivery} from './delivery.ts'
import type {DeliveryCount} from './delivery.ts'
import type {ForwardedAnswer, ForwardedRequest} from './forward.ts'

type Io = {
  readonly emit: Emit
  readonly count: DeliveryCount
  readonly ask: Ask
}

/**
 * Sends a push request on as a span of its own, which the worker continues, and states the exchange. What is no push
 * request is sent on as it is.
 */
export async function observeDelivery(
  request: ForwardedRequest,
  origin: string,
  {emit, count, ask}: Io,
): Promise<ForwardedAnswer> {
  const delivery = readDelivery(request.body, headerText(request.headers['traceparent']), count)
  if (!delivery) return await ask(request)
  const {trace, span, parent, name, facts} = delivery
  emit({
    type: 'span.started',
    trace,
    span,
    name,
    lane: 'pubsub',
    start: systemClock.now(),
    facts,
    ...(parent ? {parent} : {}),
  })
  const continued = {...request, headers: {...request.headers, traceparent: formatTraceparent({trace, span})}}
  const answer = await ask(continued)
  const end = systemClock.now()
  emit({type: 'http.exchanged', trace, span, exchange: describeExchange(continued, origin, answer)})
  if ('status' in answer) {
    const ok = answer.status >= 200 && answer.status < 300
    emit({type: 'span.ended', trace, span, end, ok, facts: {...facts, status: answer.status}})
  } else {
    emit({type: 'span.ended', trace, span, end, ok: false, facts, error: answer.error})
  }
  return answer
}

function describeExchange(request: ForwardedRequest, origin: string, answer: ForwardedAnswer): Exchange {
  const sent = {
    method: request.method,
    url: `${origin}${request.path}`,
    headers: headerTexts(request.headers),
    body: readBodyText(request.body),
  }
  if (!('status' in answer)) return {request: sent, error: answer.error}
  return {
    request: sent,
    response: {status: answer.status, headers: headerTexts(answer.headers), body: readBodyText(answer.body)},
  }
}

type HeaderValue = string | number | readonly string[] | undefined

function headerText(value: HeaderValue): string | undefined {
  return value === undefined ? undefined : [value].flat().join(', ')
}

function headerTexts(headers: Readonly<Record<string, HeaderValue>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, headerText(value) ?? '']))
}
