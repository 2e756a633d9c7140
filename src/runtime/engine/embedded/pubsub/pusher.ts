import type {Backlog} from './backlog.ts'
import type {Timeline} from '../timeline.ts'
import type {Subscription} from './codec.ts'
import type {Delivery} from './message.ts'
import {pushPauseMs} from './push-backoff.ts'
import {pushContent} from './push-body.ts'
import {identityOf, type PushIdentity} from './push-config.ts'

export type PushExtras = {
  readonly headers?: Readonly<Record<string, string>>
  /** Whose token the push carries. */
  readonly identity?: PushIdentity | undefined
}

/** Delivers one body and tells whether it was acknowledged; never rejects. */
export type SendPush = (
  endpoint: string,
  body: string | Uint8Array,
  deadlineMs: number,
  extras?: PushExtras,
) => Promise<boolean>

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
    const {body, headers} = pushContent(delivery, config())
    const identity = identityOf(pushConfig ?? {})
    const deadlineMs = (ackDeadlineSeconds ?? 10) * 1000
    const acknowledged = await sendPush(pushConfig?.pushEndpoint ?? '', body, deadlineMs, {headers, identity})
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
