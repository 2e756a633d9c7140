import {createActivity} from './activity.ts'
import {createBacklog, type Backlog} from './backlog.ts'
import type {Timeline} from '../timeline.ts'
import {toMs, wire, type Subscription} from './codec.ts'
import {parseFilter, type Filter} from './filter.ts'
import type {Journal} from './journal.ts'
import type {PublishedMessage} from './message.ts'
import {startPusher, type SendPush} from './pusher.ts'
import {rulesOf} from './rules.ts'

/** A subscription with its messages and those who wait for them. */
export type LiveSubscription = Disposable & {
  readonly config: () => Subscription
  readonly configure: (config: Subscription) => void
  readonly backlog: Backlog
  /** Whether the subscription's filter lets a message with these attributes pass. */
  readonly accepts: Filter
  /** Calls `listener` once the subscription may have something to deliver, until it is stopped. */
  readonly listen: (listener: () => void) => () => void
  /** Says that somebody uses the subscription, so that it does not expire. */
  readonly touch: () => void
  /** Aborts when the subscription is deleted or detached. */
  readonly gone: AbortSignal
}

export type LiveSubscriptionOptions = {
  readonly config: Subscription
  readonly timeline: Timeline
  /** Without it a push endpoint gets nothing. */
  readonly sendPush: SendPush | undefined
  readonly journal: Journal
  readonly leasePrefix: string
  /** The subscription was not used for as long as its expiration policy says. */
  readonly expired: (name: string) => void
  readonly deadLetter: (config: Subscription, message: PublishedMessage, attempts: number) => boolean
}

/** Starts a subscription; one with a push endpoint delivers by itself from now on. */
export function startSubscription(options: LiveSubscriptionOptions): LiveSubscription {
  const {timeline, journal, leasePrefix} = options
  const name = options.config.name ?? ''
  let config = options.config
  const listeners = new Set<() => void>()
  const activity = createActivity({
    timeline,
    ttlMs: () => toMs(config.expirationPolicy?.ttl),
    isInUse: () => listeners.size > (stopPusher ? 1 : 0),
    expired: () => options.expired(name),
  })
  const send = options.sendPush
  const sendPush =
    send &&
    (async (...push: Parameters<SendPush>): ReturnType<SendPush> => {
      const accepted = await send(...push)
      if (accepted) activity.touch()
      return accepted
    })
  const gone = new AbortController()
  let awake = false
  const wake = (): void => {
    if (awake) return
    awake = true
    queueMicrotask(() => {
      awake = false
      for (const listener of listeners) listener()
    })
  }
  const backlog = createBacklog({
    rules: () => rulesOf(config),
    timeline,
    wake,
    deadLetter: (message, attempts) => options.deadLetter(config, message, attempts),
    note: (message, state) => journal.message(name, message, state),
    leasePrefix,
  })
  const listen = (listener: () => void) => {
    listeners.add(listener)
    activity.touch()
    return () => {
      listeners.delete(listener)
      activity.touch()
    }
  }
  let stopPusher: (() => void) | undefined
  const repush = (): void => {
    stopPusher?.()
    stopPusher =
      sendPush && config.pushConfig?.pushEndpoint
        ? startPusher({config: () => config, backlog, listen, timeline, sendPush})
        : undefined
  }
  repush()
  return {
    config: () => config,
    configure: (next) => {
      config = next
      journal.resource(name, wire.subscription.encode(config).finish())
      activity.touch()
      activity.reschedule()
      backlog.trim()
      repush()
      wake()
    },
    backlog,
    // A filter never changes after its subscription was made.
    accepts: parseFilter(options.config.filter ?? ''),
    listen,
    touch: activity.touch,
    gone: gone.signal,
    [Symbol.dispose]: () => {
      stopPusher?.()
      activity[Symbol.dispose]()
      listeners.clear()
      backlog[Symbol.dispose]()
      gone.abort()
    },
  }
}
