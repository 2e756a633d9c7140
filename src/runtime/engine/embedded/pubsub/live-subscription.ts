import {createBacklog, type Backlog, type Timeline} from './backlog.ts'
import type {Subscription} from './codec.ts'
import {parseFilter, type Filter} from './filter.ts'
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
  /** Aborts when the subscription is deleted. */
  readonly gone: AbortSignal
}

export type LiveSubscriptionOptions = {
  readonly config: Subscription
  readonly timeline: Timeline
  readonly sendPush: SendPush
  readonly deadLetter: (config: Subscription, message: PublishedMessage, attempts: number) => boolean
}

/** Starts a subscription; one with a push endpoint delivers by itself from now on. */
export function startSubscription(options: LiveSubscriptionOptions): LiveSubscription {
  const {timeline, sendPush} = options
  let config = options.config
  const listeners = new Set<() => void>()
  const gone = new AbortController()
  let awake = false
  // All messages of one publish are added before anybody looks.
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
  })
  const listen = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  let stopPusher: (() => void) | undefined
  const repush = (): void => {
    stopPusher?.()
    stopPusher = config.pushConfig?.pushEndpoint
      ? startPusher({config: () => config, backlog, listen, timeline, sendPush})
      : undefined
  }
  repush()
  return {
    config: () => config,
    configure: (next) => {
      config = next
      repush()
      wake()
    },
    backlog,
    // A filter never changes after its subscription was made.
    accepts: parseFilter(options.config.filter ?? ''),
    listen,
    gone: gone.signal,
    [Symbol.dispose]: () => {
      stopPusher?.()
      listeners.clear()
      backlog[Symbol.dispose]()
      gone.abort()
    },
  }
}
