import type {Pool} from 'undici'
import {readBodyText} from '#runtime/kernel/body-text.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {formatTraceparent, newSpanId, newTraceId} from '#runtime/kernel/ids.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import {exchange} from './exchange.ts'
import type {Answer, HttpRequest} from './types.ts'

type Io = {
  readonly pool: Pool
  readonly origin: string
  readonly emit: Emit
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Why a request is sent: the step it belongs to, and how long its client waits. */
export type Purpose = {
  readonly scenario: string
  readonly step: string
  readonly title: string
  readonly mode: 'sync' | 'async'
  readonly timeoutMs?: number | undefined
}

type Within = {readonly context: TraceContext; readonly timeoutMs?: number | undefined}

/** A browser's patience, the outermost of the nested deadlines. */
const BROWSER_MS = 2_000

/**
 * Sends one request as a span of the client, with its `traceparent`. A purpose begins a trace and states
 * `request.started`; a context continues one. Never rejects, except with the signal's reason once it has aborted.
 */
export async function sendRequest(io: Io, request: HttpRequest, about: Purpose | Within): Promise<Answer> {
  const {pool, origin, emit, clock, signal} = io
  const context = {trace: 'context' in about ? about.context.trace : newTraceId(), span: newSpanId()}
  const parent = 'context' in about ? {parent: about.context.span} : {}
  const headers = {...request.headers, traceparent: formatTraceparent(context)}
  const path = request.target.replace(/\?.*$/s, '')
  const start = clock.now()
  if (!('context' in about)) {
    const {scenario, step, title, mode} = about
    emit({type: 'request.started', trace: context.trace, scenario, step, title, method: request.method, path, mode})
  }
  emit({type: 'span.started', ...context, ...parent, name: `${request.method} ${path}`, lane: 'client', start})

  const received = await exchange(pool, {...request, headers}, signal, about.timeoutMs ?? BROWSER_MS)
  const end = clock.now()
  const {status, error} = received
  const failure = error === undefined ? {} : {error}
  const sent = {
    method: request.method,
    url: origin + request.target,
    headers,
    body: readBodyText(Buffer.from(request.body ?? '')),
  }
  const response =
    status === undefined ? {} : {response: {status, headers: received.headers, body: readBodyText(received.bytes)}}
  emit({type: 'http.exchanged', ...context, exchange: {request: sent, ...response, ...failure}})
  const facts = status === undefined ? {} : {facts: {status}}
  emit({type: 'span.ended', ...context, end, ok: status !== undefined && status < 400, ...facts, ...failure})
  signal.throwIfAborted()

  const body = Buffer.from(received.bytes).toString()
  const json = parseJson(received.headers['content-type'], body)
  return {context, status, headers: received.headers, body, json, durationMs: end - start, error}
}

/** The value of a body that says it is JSON; undefined where it does not, or is not. */
function parseJson(contentType: string | undefined, body: string): unknown {
  if (!contentType?.includes('json')) return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
