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
  requirePull(live.config())
  const outstanding: Outstanding = new Map()
  let wake = Promise.withResolvers<void>()
  let answerKeepAlive = false
  const confirmations: Confirmation[] = []
  const halfClosed = new AbortController()
  const rouse = () => wake.resolve()

  const listening = (async () => {
    for (let next = await incoming.next(); !next.done; next = await incoming.next()) {
      const confirmation = takeBack(live, outstanding, wire.streamingPull.decode(next.value))
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
    const deliveries = takeDeliveries(live, outstanding, opening)
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

/** Leases what fits into the stream's flow control; what was acknowledged by other calls no longer counts. */
function takeDeliveries(live: LiveSubscription, outstanding: Outstanding, opening: StreamingPull) {
  for (const ackId of outstanding.keys()) if (!live.backlog.holds(ackId)) outstanding.delete(ackId)
  const mostMessages = toNumber(opening.maxOutstandingMessages) || Infinity
  const mostBytes = toNumber(opening.maxOutstandingBytes) || Infinity
  const heldBytes = outstanding.values().reduce((sum, bytes) => sum + bytes, 0)
  const most = Math.min(MOST_IN_RESPONSE, mostMessages - outstanding.size)
  if (most <= 0 || heldBytes >= mostBytes) return []
  const taken = live.backlog.take(most, {
    mostBytes: Math.min(MOST_BYTES_IN_RESPONSE, mostBytes - heldBytes),
    runs: true,
    leaseMs: (opening.streamAckDeadlineSeconds ?? 0) * 1000 || undefined,
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
