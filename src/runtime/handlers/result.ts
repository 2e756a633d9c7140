import type {Answered, HandlerDeps} from './deps.ts'
import {Refusal} from './errors.ts'
import {answerJson, type HttpRequest} from './http.ts'
import {isRequestId} from './ids.ts'
import {hashPickup} from './pickup.ts'
import {StoreError} from './ports.ts'
import {readBrowserAnswer} from './record.ts'
import {readBody} from './request.ts'
import type {Hop} from './trace.ts'
import {within} from './within.ts'

const MASK = [['browser'], ['pickupHash'], ['state'], ['expireAt']]

/**
 * `POST /v1/result {requestId, pickup}`: the stored projection for the browser. A request that is not done, one that
 * never was, and a wrong secret all look the same: `pending`.
 */
export async function answerResult(
  request: HttpRequest,
  deps: HandlerDeps & {readonly hop: Hop; readonly deadline: number},
): Promise<Answered> {
  const {requestId: given, pickup} = readBody(request)
  if (!isRequestId(given)) throw new Refusal('invalid_request', 'requestId must be a UUID.')
  if (typeof pickup !== 'string' || !/^[\w-]{22}$/.test(pickup))
    throw new Refusal('invalid_request', 'pickup is malformed.')
  const requestId = given.toLowerCase()
  const {store, clock, config, deadline} = deps
  const hop = deps.hop.child('firestore', `read ${config.requests.collection}`)
  const respond = (body: object, status: string, error?: string): Answered => ({
    response: answerJson(200, {requestId, ...body}),
    hop: {ok: error === undefined, error, facts: {requestId, status, http: 200}},
  })
  try {
    const timeoutMs = Math.min(config.deadlines.firestoreMs, Math.floor(deadline - clock.now()))
    const ref = {collection: config.requests.collection, id: requestId}
    const [document] = await within(timeoutMs, () => store.read([ref], MASK, {timeoutMs, trace: hop}))
    hop.end({ok: true, facts: {documents: 1, found: document ? 1 : 0}})
    const answer = document && readBrowserAnswer(document, hashPickup(pickup), clock.now())
    if (!answer) return respond(waiting('pending', 'firestore'), 'pending')
    return respond(answer, String((answer as {status?: unknown}).status))
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    hop.end({ok: false, error: error.code})
    return respond(waiting('degraded', 'fallback'), 'degraded', 'store_unavailable')
  }
}

function waiting(status: string, source: string) {
  return {status, kind: null, attributes: {}, meta: {source, schema: 1}}
}
