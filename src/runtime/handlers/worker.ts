import {createCallback, type Send} from './callback.ts'
import {logBug, startRequestHop, type HandlerDeps} from './deps.ts'
import {Refusal} from './errors.ts'
import {answerEmpty, answerError, type HttpRequest, type HttpResponse} from './http.ts'
import {fulfil, type Fulfilled} from './fulfil.ts'
import {readDelivery, type Delivery} from './message.ts'
import {StoreError} from './ports.ts'
import {createRules} from './rules.ts'
import {parseTraceparent, type TraceContext} from './trace.ts'

export type WorkerDeps = HandlerDeps & {
  /** Sends the callback; the wiring gives one that refuses private addresses. */
  readonly send: Send
}

/** A push is a message of at most 10 MB in base64; ours are far smaller. */
const MOST_PUSH_BYTES = 1024 * 1024

/**
 * The function behind the push subscription: `POST` of one wrapped message. 204 takes the message off the queue; any
 * other status makes Pub/Sub deliver it again and, after its attempts, move it to the dead-letter topic. That is also
 * where messages end that cannot be read: acknowledged they would be lost, and a log line must not quote them.
 * Never rejects.
 */
export function createWorker(deps: WorkerDeps): (request: HttpRequest) => Promise<HttpResponse> {
  const rules = createRules(deps.config)
  const callback = createCallback(deps)

  return async function work(request) {
    const {delivery, refusal} = readOnce(request, () => readDelivery(request, rules, deps.config.limits))
    const hop = startRequestHop(deps, 'worker', chooseParent(request, delivery))
    const {messageId, attempt, order} = delivery ?? {}
    const facts = {
      ...(messageId === undefined ? {} : {messageId}),
      ...(attempt === undefined ? {} : {attempt}),
      ...(order === undefined ? {} : {requestId: order.request.requestId}),
    }
    try {
      if (!delivery) throw refusal ?? new Refusal('invalid_message')
      const done = await fulfil(delivery, {...deps, rules, callback, hop, start: deps.clock.now()})
      const response = done.code ? answerError(done.code) : answerEmpty()
      hop.end({...describe(done), facts: {...facts, ...done.facts, http: response.status}, dropped: done.dropped ?? []})
      return response
    } catch (error) {
      const code =
        error instanceof Refusal ? error.code : error instanceof StoreError ? 'store_unavailable' : 'internal'
      if (code === 'internal') logBug(deps.log, error, deps.clock.now())
      const response = answerError(code, error instanceof Refusal ? {message: error.message} : {})
      const severity = code === 'store_unavailable' ? 'WARNING' : 'ERROR'
      hop.end({ok: false, error: code, severity, facts: {...facts, http: response.status}})
      return response
    }
  }
}

/** A used request id is an error for people to see, although the message is acknowledged: no retry would mend it. */
function describe({code, conflict}: Fulfilled) {
  if (conflict) return {ok: false, error: 'idempotency_conflict', severity: 'ERROR'} as const
  return {ok: code === undefined, error: code}
}

function readOnce(
  request: HttpRequest,
  read: () => Delivery,
): {readonly delivery?: Delivery; readonly refusal?: Refusal} {
  try {
    if (request.method !== 'POST') throw new Refusal('method_not_allowed')
    if (request.body.length > MOST_PUSH_BYTES) throw new Refusal('body_too_large')
    return {delivery: read()}
  } catch (error) {
    return {refusal: error instanceof Refusal ? error : new Refusal('invalid_message')}
  }
}

/**
 * The header where it belongs to the message's trace, else the message: in the cloud the front end puts a trace of its
 * own into every push.
 */
function chooseParent(request: HttpRequest, delivery: Delivery | undefined): TraceContext | undefined {
  const header = parseTraceparent(request.headers['traceparent'])
  const attribute = parseTraceparent(delivery?.traceparent)
  return attribute && header?.trace !== attribute.trace ? attribute : header
}
