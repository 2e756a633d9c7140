import type {ReceivedMessage, Subscription} from './codec.ts'
import {fromMs} from './codec.ts'
import type {LiveSubscription} from './live-subscription.ts'
import type {Delivery} from './message.ts'

/** Messages in one response, whatever the caller asks for (https://cloud.google.com/pubsub/quotas#resource_limits). */
const MOST_MESSAGES = 1_000
const MOST_BYTES = 10_000_000

/** What there is, or what comes within `waitMs`; none when the call or the subscription ends before. */
export async function pullMessages(
  live: LiveSubscription,
  wanted: number,
  waitMs: number,
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  const take = () =>
    live.backlog.take(Math.min(wanted, MOST_MESSAGES), {mostBytes: MOST_BYTES, runs: true, early: true})
  const found = take()
  if (found.length > 0 || waitMs === 0) return found
  const {promise, resolve} = Promise.withResolvers<readonly Delivery[]>()
  const giveUp = () => resolve([])
  using stack = new DisposableStack()
  stack.defer(
    live.listen(() => {
      const taken = take()
      if (taken.length === 0) return
      stack.dispose()
      resolve(taken)
    }),
  )
  const timer = setTimeout(giveUp, waitMs)
  stack.defer(() => clearTimeout(timer))
  const ended = AbortSignal.any([signal, live.gone])
  ended.addEventListener('abort', giveUp, {once: true})
  stack.defer(() => ended.removeEventListener('abort', giveUp))
  return await promise
}

/** A delivery as it goes over the wire; attempts are told only where a dead-letter policy asks for them. */
export function toReceived({message, ackId, attempt}: Delivery, {deadLetterPolicy}: Subscription): ReceivedMessage {
  const {data, attributes, id, publishTime, orderingKey} = message
  return {
    ackId,
    message: {data, attributes: {...attributes}, messageId: id, publishTime: fromMs(publishTime), orderingKey},
    deliveryAttempt: deadLetterPolicy ? attempt : 0,
  }
}
