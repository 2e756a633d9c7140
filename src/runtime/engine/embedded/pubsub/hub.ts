import {randomInt} from 'node:crypto'
import type {Timeline} from './backlog.ts'
import type {Subscription, Topic, WireMessage} from './codec.ts'
import {startSubscription, type LiveSubscription} from './live-subscription.ts'
import type {PublishedMessage} from './message.ts'
import {alreadyExists, notBuilt, notFound, projectOf, requireName} from './names.ts'
import {acceptMessage} from './publish.ts'
import type {SendPush} from './pusher.ts'
import {completeSubscription} from './rules.ts'

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
  readonly publish: (topic: string, messages: readonly WireMessage[]) => string[]
  readonly createSubscription: (wanted: Subscription) => Subscription
  /** Drops the subscription's messages and takes no more, for good. */
  readonly detachSubscription: (name: string) => void
  readonly deleteSubscription: (name: string) => void
  readonly subscription: (name: string | null | undefined) => LiveSubscription
}

/** Everything in memory; ids of messages grow, as the service's do. */
export function createHub({timeline, sendPush}: {readonly timeline: Timeline; readonly sendPush: SendPush}): Hub {
  const topics = new Map<string, Topic>()
  const subscriptions = new Map<string, LiveSubscription>()
  let nextId = timeline.now() * 1000 + randomInt(1000)

  const publish = (topic: string, messages: readonly PublishedMessage[]): void => {
    for (const subscription of subscriptions.values()) {
      const config = subscription.config()
      if (config.topic !== topic || config.detached) continue
      for (const message of messages) if (subscription.accepts(message.attributes)) subscription.backlog.add(message)
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

  return {
    topics,
    subscriptions,
    topic,
    subscription,
    createTopic: (wanted) => {
      const name = requireName('topics', wanted.name)
      if (topics.has(name)) throw alreadyExists('Topic', name)
      if (wanted.schemaSettings) throw notBuilt('schemas')
      if (wanted.messageTransforms?.length) throw notBuilt('message transforms')
      topics.set(name, wanted)
      return wanted
    },
    replaceTopic: (next) => {
      topics.set(next.name ?? '', next)
      return next
    },
    deleteTopic: (name) => {
      topic(name)
      topics.delete(name)
      for (const each of subscriptions.values()) {
        if (each.config().topic === name) each.configure({...each.config(), topic: DELETED_TOPIC})
      }
    },
    publish: (name, messages) => {
      topic(name)
      const now = timeline.now()
      const accepted = messages.map((message) => acceptMessage(message, String(nextId++), now))
      publish(name, accepted)
      return accepted.map(({id}) => id)
    },
    createSubscription: (wanted) => {
      const name = requireName('subscriptions', wanted.name)
      topic(wanted.topic)
      if (subscriptions.has(name)) throw alreadyExists('Subscription', name)
      const config = completeSubscription(wanted)
      if (config.deadLetterPolicy) topic(config.deadLetterPolicy.deadLetterTopic)
      subscriptions.set(name, startSubscription({config, timeline, sendPush, deadLetter}))
      return config
    },
    detachSubscription: (name) => {
      const config = {...subscription(name).config(), detached: true, pushConfig: {}}
      subscription(name)[Symbol.dispose]()
      subscriptions.set(name, startSubscription({config, timeline, sendPush, deadLetter}))
    },
    deleteSubscription: (name) => {
      subscription(name)[Symbol.dispose]()
      subscriptions.delete(name)
    },
    [Symbol.dispose]: () => {
      for (const each of subscriptions.values()) each[Symbol.dispose]()
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
