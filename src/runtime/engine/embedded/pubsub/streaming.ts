import type {Call} from '../grpc/service.ts'
import {toNumber, wire, type StreamingPull} from './codec.ts'
import {sortOutcome, type AckOutcome} from './exactly-once.ts'
import type {Hub} from './hub.ts'
import type {LiveSubscription} from './live-subscription.ts'
import {invalid, notFound} from './names.ts'
import {requireAckDeadline, requirePull} from './rules.ts'
import {toReceived} from './pull.ts'

/** The client drops a stream that has been silent for 15 s, in milliseconds. */
const KEEP_ALIVE_MS = 10_000
/** Messages in one response. */
const MOST_IN_RESPONSE = 1_000
const MOST_BYTES_IN_RESPONSE = 4_000_000

/** What a stream holds: messages it was given and that are neither acknowledged nor given back. */
type Outstanding = Map<string, number>

/**
 * One StreamingPull: delivers as soon as there is something and the stream's flow control allows, answers keep-alives,
 * and takes acknowledgements that come on the stream. Leases stay when it ends, until their deadlines.
 */
export async function* streamMessages(
  hub: Hub,
  requests: AsyncIterable<Buffer>,
  call: Call,
): AsyncGenerator<Uint8Array> {
  const incoming = requests[Symbol.asyncIterator]()
  const first = await incoming.next()
  if (first.done) throw invalid('The first request of a streaming pull must name the subscription.')
  const opening = wire.streamingPull.decode(first.value)
  const live = hub.subscription(opening.subscription)
  requireAckDeadline(opening.streamAckDeadlineSeconds)
  requireModifications(opening)
  requirePull(live.config())
  const flow: Flow = {
    mostMessages: boundOf(opening.maxOutstandingMessages),
    mostBytes: boundOf(opening.maxOutstandingBytes),
    leaseMs: leaseOf(opening),
  }
  const outstanding: Outstanding = new Map()
  let wake = Promise.withResolvers<void>()
  let answerKeepAlive = false
  const confirmations: Confirmation[] = []
  const halfClosed = new AbortController()
  const rouse = () => wake.resolve()

  const listening = (async () => {
    for (let next = await incoming.next(); !next.done; next = await incoming.next()) {
      const request = wire.streamingPull.decode(next.value)
      requireFollowing(request)
      requireModifications(request)
      flow.leaseMs = leaseOf(request) ?? flow.leaseMs
      const confirmation = takeBack(live, outstanding, request)
      if (confirmation && live.config().enableExactlyOnceDelivery) confirmations.push(confirmation)
      answerKeepAlive = true
      rouse()
    }
    halfClosed.abort()
  })()
  listening.catch(() => halfClosed.abort())
  using stack = new DisposableStack()
  stack.defer(live.listen(rouse))
  const ended = AbortSignal.any([call.signal, live.gone, halfClosed.signal])
  ended.addEventListener('abort', rouse, {once: true})
  const timer = setInterval(() => {
    answerKeepAlive = true
    rouse()
  }, KEEP_ALIVE_MS)
  timer.unref()
  stack.defer(() => clearInterval(timer))

  while (!ended.aborted) {
    const deliveries = takeDeliveries(live, outstanding, flow)
    const confirmation = confirmations.shift()
    if (deliveries.length > 0 || answerKeepAlive || confirmation) {
      answerKeepAlive = false
      const config = live.config()
      if (confirmation) await hub.settled()
      yield wire.streamed
        .encode({
          receivedMessages: deliveries.map((each) => toReceived(each, config)),
          ...confirmation,
          subscriptionProperties: {
            exactlyOnceDeliveryEnabled: config.enableExactlyOnceDelivery ?? false,
            messageOrderingEnabled: config.enableMessageOrdering ?? false,
          },
        })
        .finish()
      continue
    }
    await wake.promise
    wake = Promise.withResolvers()
  }
  // A request that could not be read ends the stream with its status.
  if (halfClosed.signal.aborted) await listening
  if (!live.gone.aborted) return
  requirePull(hub.subscription(opening.subscription).config())
  throw notFound(opening.subscription ?? '')
}

/** What a stream may be given: a bound of 0 or less is none. The length of its leases may change. */
type Flow = {readonly mostMessages: number; readonly mostBytes: number; leaseMs: number | undefined}

function boundOf(given: StreamingPull['maxOutstandingMessages']): number {
  const bound = toNumber(given)
  return bound > 0 ? bound : Infinity
}

function leaseOf({streamAckDeadlineSeconds}: StreamingPull): number | undefined {
  return (streamAckDeadlineSeconds ?? 0) * 1000 || undefined
}

/** What may be said in the first request only, by the comments of google.pubsub.v1.StreamingPullRequest. */
function requireFollowing(request: StreamingPull): void {
  const {subscription, maxOutstandingMessages, maxOutstandingBytes, streamAckDeadlineSeconds} = request
  if (subscription) throw invalid('Only the first request of a streaming pull may name the subscription.')
  if (toNumber(maxOutstandingMessages) !== 0 || toNumber(maxOutstandingBytes) !== 0)
    throw invalid('Only the first request of a streaming pull may set its flow control.')
  requireAckDeadline(streamAckDeadlineSeconds)
}

function requireModifications({modifyDeadlineAckIds, modifyDeadlineSeconds}: StreamingPull): void {
  if ((modifyDeadlineAckIds?.length ?? 0) !== (modifyDeadlineSeconds?.length ?? 0))
    throw invalid('modify_deadline_seconds and modify_deadline_ack_ids must have the same size.')
  if (modifyDeadlineSeconds?.some((seconds) => seconds < 0 || seconds > 600))
    throw invalid('Each of modify_deadline_seconds must be from 0 to 600.')
}

/** Leases what fits into the stream's flow control; what was acknowledged by other calls no longer counts. */
function takeDeliveries(live: LiveSubscription, outstanding: Outstanding, {mostMessages, mostBytes, leaseMs}: Flow) {
  for (const ackId of outstanding.keys()) if (!live.backlog.holds(ackId)) outstanding.delete(ackId)
  const heldBytes = outstanding.values().reduce((sum, bytes) => sum + bytes, 0)
  const most = Math.min(MOST_IN_RESPONSE, mostMessages - outstanding.size)
  if (most <= 0 || heldBytes >= mostBytes) return []
  const taken = live.backlog.take(most, {
    mostBytes: Math.min(MOST_BYTES_IN_RESPONSE, mostBytes - heldBytes),
    runs: true,
    leaseMs,
  })
  for (const {ackId, message} of taken) outstanding.set(ackId, message.data.length)
  return taken
}

type Confirmation = {acknowledgeConfirmation?: AckOutcome; modifyAckDeadlineConfirmation?: AckOutcome}

/** Applies what a request says of leases; tells what became of them where it says something. */
function takeBack(
  {backlog}: LiveSubscription,
  outstanding: Outstanding,
  {ackIds, modifyDeadlineAckIds, modifyDeadlineSeconds}: StreamingPull,
): Confirmation | undefined {
  if (!ackIds?.length && !modifyDeadlineAckIds?.length) return undefined
  const confirmation: Confirmation = {}
  if (ackIds?.length) confirmation.acknowledgeConfirmation = sortOutcome(ackIds, backlog.acknowledge)
  for (const ackId of ackIds ?? []) outstanding.delete(ackId)
  if (!modifyDeadlineAckIds?.length) return confirmation
  const secondsOf = (index: number) => modifyDeadlineSeconds?.[index] ?? 0
  const extend = (ackId: string, index: number) => backlog.extend(ackId, secondsOf(index) * 1000)
  return {...confirmation, modifyAckDeadlineConfirmation: sortOutcome(modifyDeadlineAckIds, extend)}
}
