import type {Agent} from 'undici'
import {formatTraceparent, newSpanId} from '#runtime/kernel/ids.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import type {OutboundAnswer, OutboundRequest} from '../apis/api.ts'
import type {CapturedRequest, ContainerOptions, OutboundRule} from '../types.ts'
import {answerOutbound} from './answer-outbound.ts'
import {createRing} from './ring.ts'
import {findRule} from './outbound-rules.ts'
import {createRecordings} from './recordings.ts'
import type {SendFailure} from './send-outbound.ts'

/** Who sends: a client forwards to the functions, a tag calls a vendor. */
type Sender = {readonly kind: 'client' | 'tag'; readonly name: string; readonly parent: TraceContext}

export type Outbound = {
  readonly send: (sender: Sender, request: OutboundRequest) => Promise<OutboundAnswer>
  readonly captured: () => readonly CapturedRequest[]
}

/** The rules of an outbound, which may change while it is used. */
type Ruled = {readonly use: (rules: readonly OutboundRule[]) => void}

const bodyCut = 65_536

/**
 * Answers templates' outbound HTTP by rules, see `answer-outbound.ts`, and keeps what was not sent for real. A
 * `traceparent` header that a template sends is moved on to the hop's own span, so hops nest.
 */
export function createOutbound(
  options: Pick<ContainerOptions, 'outbound' | 'clock' | 'emit' | 'signal'>,
  agent: Agent,
): Outbound & Ruled {
  const {clock, emit, signal} = options
  let rules = options.outbound
  const captured = createRing<CapturedRequest>()
  const means = {agent, recordings: createRecordings(), signal}

  const capture = (sender: Sender, {method, url, headers, body, insert}: OutboundRequest): void => {
    const {trace} = sender.parent
    captured.add({trace, by: sender.name, method, url, headers, body, ...(insert ? {insert} : {})})
  }

  const send = async (sender: Sender, original: OutboundRequest): Promise<OutboundAnswer> => {
    const {trace} = sender.parent
    const span = newSpanId()
    const request = original.headers['traceparent'] === undefined ? original : retrace(original, {trace, span})
    const {host, pathname} = URL.canParse(request.url) ? new URL(request.url) : {host: request.url, pathname: ''}
    const rule = findRule(rules, request)
    const isSent = rule?.action === 'forward' || rule?.action === 'record'
    const name = nameOf(sender, request, {host, pathname})
    const lane = sender.kind === 'client' ? 'sgtm' : 'vendor'
    emit({type: 'span.started', trace, span, parent: sender.parent.span, name, lane, start: clock.now()})
    const asked = {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: request.body.slice(0, bodyCut),
    }
    try {
      if (!isSent) capture(sender, request)
      const answer = await answerOutbound(rule, request, means)
      const status = answer.statusCode
      const response = {status, headers: flatten(answer.headers), body: answer.body.slice(0, bodyCut)}
      emit({type: 'http.exchanged', trace, span, exchange: {request: asked, response}})
      const facts = {status, ...(request.insert ? {rows: request.insert.rows.length} : {})}
      emit({type: 'span.ended', trace, span, end: clock.now(), ok: status < 400, facts})
      return answer
    } catch (failure) {
      const {reason, detail} = failure as SendFailure
      emit({type: 'http.exchanged', trace, span, exchange: {request: asked, error: detail}})
      emit({type: 'span.ended', trace, span, end: clock.now(), ok: false, error: reason})
      // eslint-disable-next-line typescript/only-throw-error
      throw {reason}
    }
  }
  return {send, captured: captured.all, use: (changed) => void (rules = changed)}
}

/** A client forwards to the functions; what goes to a vendor is known by its host, rows by their table. */
function nameOf(
  {kind}: Sender,
  {method, insert}: OutboundRequest,
  {host, pathname}: {readonly host: string; readonly pathname: string},
): string {
  if (insert) return `insert into ${insert.table}`
  return kind === 'client' ? `forward ${method} ${pathname}` : `${method} ${host}${pathname}`
}

function retrace(request: OutboundRequest, context: TraceContext): OutboundRequest {
  return {...request, headers: {...request.headers, traceparent: formatTraceparent(context)}}
}

function flatten(headers: OutboundAnswer['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(', ')]),
  )
}
