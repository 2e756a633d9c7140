import {randomUUID} from 'node:crypto'
import {readBodyText} from '#runtime/kernel/body-text.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {formatTraceparent, newSpanId, newTraceId, type TraceContext} from '#runtime/kernel/ids.ts'
import {parseJson, valueAt} from '#runtime/trace/compare.ts'
import type {Transport} from '../gcp/transport.ts'
import type {DeployClock} from '../types.ts'
import {fillProbe, type Filled, type SigningKey} from './fill.ts'
import type {Probe, Side} from './probes.ts'
import type {Answered} from './seen.ts'

export type FireIo = {
  readonly transport: Transport
  readonly clock: DeployClock
  readonly signal: AbortSignal
  /** The log of this run, in the form of a simulation's. */
  readonly emit: Emit
  readonly random: () => string
}

export type FireTarget = {
  readonly side: Side
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly key: SigningKey | undefined
  /** A Google identity token for an endpoint that IAM protects; it is kept out of the log. */
  readonly identityToken: string | undefined
}

/** What became of a probe. */
export type Fired = {
  readonly probe: Probe
  readonly trace: string
  readonly answer: Answered | undefined
  readonly picked: Answered | undefined
  readonly error: string | undefined
  readonly ms: number
}

/** The first request of an instance may take this long, in milliseconds; it is not what is compared. */
const PATIENCE_MS = 15_000
/** Pauses before each fetch of an asynchronous result. */
const FETCH_AFTER_MS = [300, 600, 1200, 1200, 2400, 4000, 8000, 8000]

/** Fires the probes one after the other, since later ones quote earlier answers. Rejects only with the signal's reason. */
export async function fireProbes(
  probes: readonly Probe[],
  target: FireTarget,
  io: FireIo,
  tell: (done: number) => void,
): Promise<readonly Fired[]> {
  const replacements = new Map<string, string>()
  const fired: Fired[] = []
  for (const probe of probes) {
    if (probe.requestId !== undefined && !replacements.has(probe.requestId)) {
      replacements.set(probe.requestId, randomUUID())
    }
    const {clock, random} = io
    const filled = fillProbe(probe, {replacements, key: target.key, now: clock.now(), random})
    const trace = newTraceId()
    const {scenario, step, title, mode} = probe
    const path = filled.target.replace(/\?.*$/s, '')
    io.emit({type: 'request.started', trace, scenario, step, title, method: filled.method, path, mode})
    const {answer, error, ms} = await sendOnce(filled, trace, target, io)
    quote(probe.recorded.answer.body, answer?.body, replacements)
    const picked = answer?.status === 202 ? await fetchResult(answer.body, target, io) : undefined
    const outcome = valueAt(answer?.body, 'status')
    io.emit({
      type: 'request.ended',
      trace,
      ...(answer ? {status: answer.status} : {}),
      ...(typeof outcome === 'string' ? {outcome} : {}),
      ...(error === undefined ? {} : {error}),
    })
    fired.push({probe, trace, answer, picked, error, ms})
    tell(fired.length)
  }
  return fired
}

/** What later requests may quote of this answer. */
function quote(recorded: unknown, answered: unknown, replacements: Map<string, string>): void {
  for (const name of ['requestId', 'pickup']) {
    const [before, now] = [valueAt(recorded, name), valueAt(answered, name)]
    if (typeof before === 'string' && typeof now === 'string') replacements.set(before, now)
  }
}

/** One exchange as a span of the client. */
async function sendOnce(
  filled: Filled,
  trace: string,
  {baseUrl, identityToken}: FireTarget,
  {transport, clock, signal, emit}: FireIo,
): Promise<{readonly answer: Answered | undefined; readonly error: string | undefined; readonly ms: number}> {
  const context: TraceContext = {trace, span: newSpanId()}
  const {method, target, body} = filled
  const headers = {...filled.headers, traceparent: formatTraceparent(context)}
  const url = baseUrl + target
  const path = target.replace(/\?.*$/s, '')
  const start = clock.now()
  emit({type: 'span.started', ...context, name: `${method} ${path}`, lane: 'client', start})
  const received = await exchange(transport, {method, url, headers, body, identityToken}, signal)
  const end = clock.now()
  const {answer, error, text} = received
  const failure = error === undefined ? {} : {error}
  const response = answer ? {response: {status: answer.status, headers: {}, body: text}} : {}
  emit({type: 'http.exchanged', ...context, exchange: {request: {method, url, headers, body}, ...response, ...failure}})
  const ok = answer !== undefined && answer.status < 400
  emit({type: 'span.ended', ...context, end, ok, ...(answer ? {facts: {status: answer.status}} : {}), ...failure})
  return {answer, error, ms: end - start}
}

type Outgoing = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly identityToken: string | undefined
}

/** Whatever goes wrong on the way, also a time-out, is `error`; rejects only when the command is stopped. */
async function exchange(
  transport: Transport,
  {method, url, headers, body, identityToken}: Outgoing,
  signal: AbortSignal,
): Promise<{readonly answer?: Answered; readonly error?: string; readonly text: string}> {
  const timeout = AbortSignal.timeout(PATIENCE_MS)
  const authorization = identityToken === undefined ? {} : {authorization: `Bearer ${identityToken}`}
  try {
    const response = await transport({
      method,
      url,
      headers: {...headers, ...authorization},
      ...(method === 'GET' ? {} : {body}),
      signal: AbortSignal.any([signal, timeout]),
    })
    const text = readBodyText(response.body)
    return {answer: {status: response.status, body: parseJson(text)}, text}
  } catch (error) {
    signal.throwIfAborted()
    const {message, code} = error as {readonly message?: string; readonly code?: string}
    return {error: timeout.aborted ? `no answer within ${PATIENCE_MS / 1000} s` : message || code || 'failed', text: ''}
  }
}

/** Asks for a result; its hops belong to a trace of their own, so that they are not mistaken for the request's. */
async function fetchResult(pending: unknown, target: FireTarget, io: FireIo): Promise<Answered | undefined> {
  const [requestId, pickup] = [valueAt(pending, 'requestId'), valueAt(pending, 'pickup')]
  if (typeof requestId !== 'string' || typeof pickup !== 'string') return undefined
  let answer: Answered | undefined
  for (const pause of FETCH_AFTER_MS) {
    await io.clock.sleep(pause)
    answer = (await askResult({requestId, pickup}, target, io)).answer
    if (answer && answer.status < 500 && valueAt(answer.body, 'status') !== 'pending') return answer
  }
  return answer
}

/** One fetch of a result, kept off the log. */
export async function askResult(
  asked: {readonly requestId: string; readonly pickup: string},
  {side, baseUrl, key, identityToken}: FireTarget,
  {transport, clock, signal, random}: Omit<FireIo, 'emit'>,
): Promise<{readonly answer?: Answered; readonly error?: string}> {
  const isEndpoint = side === 'endpoint'
  const filled = fillProbe(
    {
      method: isEndpoint ? 'POST' : 'GET',
      target: isEndpoint ? '/v1/result' : `/stitch/result?${new URLSearchParams(asked).toString()}`,
      headers: isEndpoint ? {'content-type': 'application/json'} : {},
      body: isEndpoint ? JSON.stringify(asked) : '',
      isSigned: isEndpoint,
      token: undefined,
    },
    {replacements: new Map(), key, now: clock.now(), random},
  )
  const {answer, error} = await exchange(transport, {...filled, url: baseUrl + filled.target, identityToken}, signal)
  return {...(answer ? {answer} : {}), ...(error === undefined ? {} : {error})}
}
