import type {Answered} from './deps.ts'
import {describeRequest, type RequestContext} from './answer-sync.ts'
import {Refusal} from './errors.ts'
import {answerJson} from './http.ts'
import {writeMessage} from './message.ts'
import {createPickup, hashPickup} from './pickup.ts'
import {StoreError} from './ports.ts'
import {hashRequest, type StitchRequest} from './request.ts'
import {planTargets} from './targets.ts'
import {within} from './within.ts'

/**
 * Checks, publishes exactly one message and answers 202; the database is not touched. Whether the request id was used
 * for another request is therefore found out by the worker, not here.
 * Throws Refusal for a single id that is wrong in itself, and queue_unavailable.
 */
export async function acceptAsync(request: StitchRequest, context: RequestContext): Promise<Answered> {
  const {clock, start, deadline, pepper, config, publisher} = context
  const targets = planTargets(request, context, start)
  const [first] = targets
  if (!request.batch && first?.type === 'refused') throw new Refusal(first.code)
  const bodyHash = hashRequest(request)
  const pickup = createPickup(pepper, request.requestId, bodyHash)
  const order = {request, bodyHash, pickupHash: hashPickup(pickup), acceptedAt: start}
  const kind = request.batch ? (request.kind ?? null) : (first?.kind ?? null)
  const hop = context.hop.child('pubsub', 'publish')
  const message = writeMessage(order, hop, kind)
  try {
    const timeoutMs = Math.min(config.deadlines.firestoreMs, Math.floor(deadline - clock.now()))
    await within(timeoutMs, () => publisher.publish(message.data, message.attributes, timeoutMs))
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    hop.end({ok: false, error: error.code})
    throw new Refusal('queue_unavailable')
  }
  hop.end({ok: true, facts: {bytes: message.data.length}})
  const latencyMs = Math.round((clock.now() - start) * 10) / 10
  const meta = {source: 'queue', latencyMs, schema: 1}
  const body = {requestId: request.requestId, status: 'pending', kind, attributes: {}, pickup, meta}
  return {
    response: answerJson(202, body),
    hop: {ok: true, facts: {...describeRequest(request, targets), status: 'pending', http: 202}},
  }
}
