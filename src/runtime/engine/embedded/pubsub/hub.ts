import {randomInt} from 'node:crypto'
import type {Timeline} from '../timeline.ts'
import {wire, type Subscription, type Topic, type WireMessage} from './codec.ts'
import {forgetfulJournal, type HeldState, type Journal} from './journal.ts'
import {startSubscription, type LiveSubscription} from './live-subscription.ts'
import type {PublishedMessage} from './message.ts'
import {alreadyExists, invalid, notBuilt, notFound, projectOf, requireName} from './names.ts'
import {acceptMessage} from './publish.ts'
import type {SendPush} from './pusher.ts'
import {completeSubscription, requireAttached, requireTopicRetention} from './rules.ts'
import {messagesSince} from './seek.ts'
import {createSnapshots, type Snapshots} from './snapshots.ts'
import {createTopicLogs} from './topic-logs.ts'

/** A subscription's topic after that was deleted (google/pubsub/v1/pubsub.proto, Subscription.topic). */
const DELETED_TOPIC = '_deleted-topic_'

/** Topics and subscriptions, and the way of a message from the one to the others. */
export type Hub = Disposable & {
  readonly topics: ReadonlyMap<string, Topic>
  readonly subscriptions: ReadonlyMap<string, LiveSubscription>
  readonly createTopic: (topic: Topic) => Topic
  readonly replaceTopic: (topic: Topic) => Topic
  readonly deleteTopic: (name: string) => void
  readonly topic: (name: string | null | undefined) => Topic
  /**
   * Keeps messages and returns their ids. They are delivered once `answered` resolves: a subscriber in the publisher's own
   * process may look for the id that the answer brings.
   */
  readonly publish: (topic: string, messages: readonly WireMessage[], answered?: Promise<void>) => string[]
  readonly createSubscription: (wanted: Subscription) => Subscription
  /** Drops the subscription's messages and takes no more, for good. */
  readonly detachSubscription: (name: string) => void
  readonly deleteSubscription: (name: string) => void
  readonly subscription: (name: string | null | undefined) => LiveSubscription
  /** The same, in use; throws FAILED_PRECONDITION for one that is detached. */
  readonly attached: (name: string | null | undefined) => LiveSubscription
  readonly snapshots: Snapshots
  /** Makes what was published since a time (milliseconds) unacknowledged, and all before it acknowledged. */
  readonly seekToTime: (name: string, time: number) => void
  readonly seekToSnapshot: (name: string, snapshot: string) => void
  /** Puts back what an earlier process kept: its topics before its subscriptions, its messages in order, last. */
  readonly restore: Restore
  /** Resolves when all that was done is kept; at once, without a promise, where nothing is. */
  readonly settled: Journal['settled']
}

export type Restore = {
  readonly topic: (topic: Topic) => void
  readonly subscription: (config: Subscription) => void
  /** To whichever kind of resource holds it. */
  readonly message: (resource: string, message: PublishedMessage, state: HeldState) => void
}

export type HubOptions = {
  readonly timeline: Timeline
  /** Without it nothing is pushed. */
  readonly sendPush?: SendPush | undefined
  readonly journal?: Journal
}

/** Everything in memory, with a journal of it; ids of messages grow, as the service's do. */
export function createHub({timeline, sendPush, journal = forgetfulJournal}: HubOptions): Hub {
  const topics = new Map<string, Topic>()
  const subscriptions = new Map<string, LiveSubscription>()
  let nextId = timeline.now() * 1000 + randomInt(1000)
  const leasePrefix = `${nextId.toString(36)}-`
  const logs = createTopicLogs(topics, {timeline, journal})
  const snapshots = createSnapshots({timeline, journal})

  const publish = (topic: string, messages: readonly PublishedMessage[], answered?: Promise<void>): void => {
    for (const message of messages) {
      logs.add(topic, message)
      snapshots.add(topic, message)
    }
    for (const subscription of subscriptions.values()) {
      const config = subscription.config()
      if (config.topic !== topic || config.detached) continue
      for (const message of messages)
        if (subscription.accepts(message.attributes)) subscription.backlog.add(message, answered)
    }
  }
  const topic = (name: string | null | undefined): Topic => {
    const found = topics.get(name ?? '')
    if (!found) throw notFound(name ?? '')
    return found
  }
  const subscription = (name: string | null | undefined): LiveSubscription => {
    const found = subscriptions.get(name ?? '')
    if (!found) throw notFound(name ?? '')
    return found
  }
  const deadLetter = (config: Subscription, message: PublishedMessage, attempts: number): boolean => {
    const target = config.deadLetterPolicy?.deadLetterTopic ?? ''
    if (!topics.has(target)) return false
    publish(target, [{...message, id: String(nextId++), attributes: deadLetterAttributes(config, message, attempts)}])
    return true
  }

  const putTopic = (config: Topic): Topic => {
    requireTopicRetention(config)
    topics.set(config.name ?? '', config)
    journal.resource(config.name ?? '', wire.topic.encode(config).finish())
    return config
  }
  const start = (config: Subscription): LiveSubscription => {
    const name = config.name ?? ''
    const live = startSubscription({
      config,
      timeline,
      sendPush,
      deadLetter,
      journal,
      leasePrefix,
      expired: removeSubscription,
    })
    subscriptions.set(name, live)
    return live
  }
  const startNew = (config: Subscription): Subscription => {
    journal.resource(config.name ?? '', wire.subscription.encode(config).finish())
    return start(config).config()
  }
  const removeSubscription = (name: string): void => {
    const live = subscription(name)
    subscriptions.delete(name)
    journal.resource(name, undefined)
    live[Symbol.dispose]()
  }
  const attached = (name: string | null | undefined): LiveSubscription => {
    const live = subscription(name)
    requireAttached(live.config())
    live.touch()
    return live
  }

  return {
    topics,
    subscriptions,
    topic,
    subscription,
    attached,
    createTopic: (wanted) => {
      const name = requireName('topics', wanted.name)
      if (topics.has(name)) throw alreadyExists('Topic', name)
      if (wanted.messageTransforms?.length) throw notBuilt('message transforms')
      return putTopic(wanted)
    },
    replaceTopic: (next) => {
      putTopic(next)
      logs.trim(next.name ?? '')
      return next
    },
    deleteTopic: (name) => {
      topic(name)
      logs.remove(name)
      topics.delete(name)
      journal.resource(name, undefined)
      for (const each of subscriptions.values()) {
        if (each.config().topic === name) each.configure({...each.config(), topic: DELETED_TOPIC})
      }
    },
    publish: (name, messages, answered) => {
      topic(name)
      const now = timeline.now()
      const accepted = messages.map((message) => acceptMessage(message, String(nextId++), now))
      publish(name, accepted, answered)
      return accepted.map(({id}) => id)
    },
    createSubscription: (wanted) => {
      const name = requireName('subscriptions', wanted.name)
      topic(wanted.topic)
      if (subscriptions.has(name)) throw alreadyExists('Subscription', name)
      const config = completeSubscription(wanted)
      if (config.deadLetterPolicy) topic(config.deadLetterPolicy.deadLetterTopic)
      return startNew(config)
    },
    detachSubscription: (name) => {
      const config = {...subscription(name).config(), detached: true, pushConfig: {}}
      removeSubscription(name)
      startNew(config)
    },
    deleteSubscription: removeSubscription,
    snapshots,
    seekToTime: (name, time) => {
      const {config, backlog, accepts} = attached(name)
      backlog.reset(
        messagesSince(time, [logs.of(config().topic ?? ''), backlog.retained(), backlog.unacknowledged()], accepts),
      )
    },
    seekToSnapshot: (name, snapshot) => {
      const {config, backlog, accepts} = attached(name)
      if (snapshots.get(snapshot).topic !== config().topic)
        throw invalid('The snapshot and the subscription do not have the same topic.')
      backlog.reset(messagesSince(-Infinity, [snapshots.messages(snapshot)], accepts))
    },
    restore: {
      topic: (config) => void topics.set(config.name ?? '', config),
      subscription: (config) => void start(config),
      message: (resource, message, state) => {
        nextId = Math.max(nextId, Number(message.id) + 1)
        const live = subscriptions.get(resource)
        if (live) live.backlog.restore(message, state)
        else if (topics.has(resource)) logs.add(resource, message, true)
        else snapshots.restoreMessage(resource, message)
      },
    },
    settled: journal.settled,
    [Symbol.dispose]: () => {
      for (const each of subscriptions.values()) each[Symbol.dispose]()
      logs[Symbol.dispose]()
      snapshots[Symbol.dispose]()
      subscriptions.clear()
      topics.clear()
    },
  }
}

/** What the service adds to a forwarded message (https://cloud.google.com/pubsub/docs/handling-failures#track-delivery-attempts). */
function deadLetterAttributes(
  config: Subscription,
  message: PublishedMessage,
  attempts: number,
): Record<string, string> {
  const name = config.name ?? ''
  return {
    ...message.attributes,
    CloudPubSubDeadLetterSourceDeliveryCount: String(attempts),
    CloudPubSubDeadLetterSourceSubscription: name.slice(name.lastIndexOf('/') + 1),
    CloudPubSubDeadLetterSourceSubscriptionProject: projectOf(name),
    CloudPubSubDeadLetterSourceTopicPublishTime: new Date(message.publishTime).toISOString(),
  }
}
