import type {Backlog, Timeline} from './backlog.ts'
import type {Subscription} from './codec.ts'
import type {Delivery} from './message.ts'
import {pushPauseMs} from './push-backoff.ts'

/** Delivers one body and tells whether it was acknowledged; never rejects. */
export type SendPush = (endpoint: string, body: string, deadlineMs: number) => Promise<boolean>

/** Pushes under way at once for a subscription. */
const MOST_AT_ONCE = 100

export type PusherOptions = {
  readonly config: () => Subscription
  readonly backlog: Backlog
  readonly listen: (listener: () => void) => () => void
  readonly timeline: Timeline
  readonly sendPush: SendPush
}

/** Delivers what a backlog has to its endpoint as soon as there is something; returns the way to stop. */
export function startPusher({config, backlog, listen, timeline, sendPush}: PusherOptions): () => void {
  let underWay = 0
  let stopped = false
  let refusals = 0
  let pausedUntil = 0
  let cancelPause: (() => void) | undefined
  /** Counts refusals, of pushes at the same time only the first. A retry policy has pauses of its own, per message. */
  const noteRefusal = (): void => {
    if (config().retryPolicy || stopped || timeline.now() < pausedUntil) return
    pausedUntil = timeline.now() + pushPauseMs(++refusals)
    cancelPause = timeline.schedule(pausedUntil, deliverMore)
  }
  const deliver = async (delivery: Delivery): Promise<void> => {
    const {pushConfig, ackDeadlineSeconds} = config()
    underWay++
    const acknowledged = await sendPush(
      pushConfig?.pushEndpoint ?? '',
      pushBody(delivery, config()),
      (ackDeadlineSeconds ?? 10) * 1000,
    )
    underWay--
    if (acknowledged) {
      refusals = 0
      backlog.acknowledge(delivery.ackId)
    } else {
      noteRefusal()
      backlog.extend(delivery.ackId, 0)
    }
    deliverMore()
  }
  const deliverMore = (): void => {
    if (stopped || timeline.now() < pausedUntil) return
    for (const delivery of backlog.take(MOST_AT_ONCE - underWay)) void deliver(delivery)
  }
  const stopListening = listen(deliverMore)
  queueMicrotask(deliverMore)
  return () => {
    stopped = true
    cancelPause?.()
    stopListening()
  }
}

/** The wrapped body of a push request (https://cloud.google.com/pubsub/docs/push#receive_push). */
export function pushBody({message, attempt}: Delivery, {name, deadLetterPolicy}: Subscription): string {
  const publishTime = new Date(message.publishTime).toISOString()
  return JSON.stringify({
    ...(deadLetterPolicy ? {deliveryAttempt: attempt} : {}),
    message: {
      attributes: message.attributes,
      data: Buffer.from(message.data).toString('base64'),
      messageId: message.id,
      message_id: message.id,
      ...(message.orderingKey === '' ? {} : {orderingKey: message.orderingKey}),
      publishTime,
      publish_time: publishTime,
    },
    subscription: name,
  })
}
