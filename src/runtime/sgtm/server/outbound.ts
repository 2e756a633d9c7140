import type {Agent} from 'undici'
import {formatTraceparent, newSpanId} from '#runtime/kernel/ids.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import type {OutboundAnswer, OutboundRequest} from '../apis/api.ts'
import type {CapturedRequest, ContainerOptions} from '../types.ts'
import {createRing} from './ring.ts'
import {findRule} from './outbound-rules.ts'
import {sendForReal} from './send-outbound.ts'
import type {SendFailure} from './send-outbound.ts'

/** Who sends: a client forwards to the functions, a tag calls a vendor. */
type Sender = {readonly kind: 'client' | 'tag'; readonly name: string; readonly parent: TraceContext}

export type Outbound = {
  readonly send: (sender: Sender, request: OutboundRequest) => Promise<OutboundAnswer>
  readonly captured: () => readonly CapturedRequest[]
}

const bodyCut = 65_536

/**
 * Answers templates' outbound HTTP by rules: forwarded to loopback where a rule says so, else answered by a rule or
 * with 204, and kept. A `traceparent` header that a template sends is moved on to the hop's own span, so hops nest.
 */
export function createOutbound(
  options: Pick<ContainerOptions, 'outbound' | 'clock' | 'emit' | 'signal'>,
  agent: Agent,
): Outbound {
  const {outbound: rules, clock, emit} = options
  const captured = createRing<CapturedRequest>()

  const answerByRule = (sender: Sender, request: OutboundRequest): OutboundAnswer | undefined => {
    const rule = findRule(rules, request.url)
    if (rule?.action === 'forward') return undefined
    const {method, url, headers, body, insert} = request
    captured.add({
      trace: sender.parent.trace,
      by: sender.name,
      method,
      url,
      headers,
      body,
      ...(insert ? {insert} : {}),
    })
    if (!rule) return {statusCode: 204, headers: {}, body: ''}
    return {statusCode: rule.status, headers: rule.headers ?? {}, body: rule.body ?? ''}
  }

  const send = async (sender: Sender, original: OutboundRequest): Promise<OutboundAnswer> => {
    const {trace} = sender.parent
    const span = newSpanId()
    const request = original.headers['traceparent'] === undefined ? original : retrace(original, {trace, span})
    const {host, pathname} = URL.canParse(request.url) ? new URL(request.url) : {host: request.url, pathname: ''}
    const name =
      sender.kind === 'client' ? `forward ${request.method} ${pathname}` : `${request.method} ${host}${pathname}`
    const lane = sender.kind === 'client' ? 'sgtm' : 'vendor'
    emit({type: 'span.started', trace, span, parent: sender.parent.span, name, lane, start: clock.now()})
    const asked = {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: request.body.slice(0, bodyCut),
    }
    try {
      const answer = answerByRule(sender, request) ?? (await sendForReal(agent, request, options.signal))
      const status = answer.statusCode
      const response = {status, headers: flatten(answer.headers), body: answer.body.slice(0, bodyCut)}
      emit({type: 'http.exchanged', trace, span, exchange: {request: asked, response}})
      emit({type: 'span.ended', trace, span, end: clock.now(), ok: status < 400, facts: {status}})
      return answer
    } catch (failure) {
      const {reason, detail} = failure as SendFailure
      emit({type: 'http.exchanged', trace, span, exchange: {request: asked, error: detail}})
      emit({type: 'span.ended', trace, span, end: clock.now(), ok: false, error: reason})
      // eslint-disable-next-line typescript/only-throw-error
      throw {reason}
    }
  }
  return {send, captured: captured.all}
}

function retrace(request: OutboundRequest, context: TraceContext): OutboundRequest {
  return {...request, headers: {...request.headers, traceparent: formatTraceparent(context)}}
}

function flatten(headers: OutboundAnswer['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(', ')]),
  )
}
