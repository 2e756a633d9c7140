import {readBodyText} from '#runtime/kernel/body-text.ts'
import type {Exchange} from '#runtime/kernel/events.ts'
import {formatTraceparent, newSpanId, newTraceId, parseTraceparent} from '#runtime/kernel/ids.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import type {IncomingRequest} from '../apis/api.ts'
import {createExchange, plainAnswer} from './exchange.ts'
import type {Answer, OpenExchange} from './exchange.ts'
import type {Instance, LoadedContainer} from './load-container.ts'
import {runContainer} from './run-container.ts'
import {describeProblem, startInstance} from './run-instance.ts'
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
  const answer = await answerBy(container, services, exchange, context)
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

async function answerBy(
  container: LoadedContainer,
  services: RunServices & {readonly answerWithinMs: number},
  exchange: OpenExchange,
  context: TraceContext,
): Promise<Answer> {
  const say = (client: Instance, text: string): void =>
    services.emit({
      type: 'log.line',
      source: `template ${client.loaded.template.displayName || client.name}`,
      level: 'error',
      text,
      trace: context.trace,
    })

  for (const client of container.clients) {
    exchange.offer(client.name)
    try {
      startClient(client, container, services, exchange, context)
    } catch (problem) {
      say(client, `${describeProblem(problem)} The request is answered with 500 unless the client answered before.`)
      exchange.answer(plainAnswer(500, 'the client failed'))
      return exchange.answered
    } finally {
      exchange.offer(undefined)
    }
    if (exchange.claimedBy() === undefined) continue
    const callOff = services.later(services.answerWithinMs, () => {
      say(
        client,
        `"${client.name}" claimed the request but did not call returnResponse within ${services.answerWithinMs} ms, so it was answered with 500.`,
      )
      exchange.answer(plainAnswer(500, 'the client did not answer'))
    })
    const answer = await exchange.answered
    callOff()
    return answer
  }
  // Widely reported, and of use: nothing in the container is meant for this path.
  return plainAnswer(400, 'no client claimed the request')
}

function startClient(
  client: Instance,
  container: LoadedContainer,
  services: RunServices,
  exchange: OpenExchange,
  parent: TraceContext,
): void {
  const source = `template ${client.loaded.template.displayName || client.name}`
  const run = startInstance(client, services, {
    exchange,
    parent,
    event: undefined,
    clientName: () => exchange.claimedBy() ?? '',
    runContainer: (event, onComplete, onStart) => {
      if (exchange.claimedBy() === undefined) throw new Error('runContainer: the request must be claimed first.')
      // After the client's current code, as in a real container.
      queueMicrotask(() => {
        void runContainer(container.tags, services, {
          event,
          exchange,
          parent,
          clientName: client.name,
          invoke,
          onStart,
          onComplete,
        })
      })
    },
  })
  const invoke = (callback: (...args: readonly unknown[]) => unknown, ...args: readonly unknown[]): void => {
    try {
      callback(...args)
    } catch (problem) {
      services.emit({type: 'log.line', source, level: 'error', text: describeProblem(problem), trace: parent.trace})
    }
  }
  run.call(client.data)
}
