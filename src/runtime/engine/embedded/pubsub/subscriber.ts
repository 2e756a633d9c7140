import type {Method, Service} from '../grpc/service.ts'
import {wire, type Subscription} from './codec.ts'
import {requireHeld} from './exactly-once.ts'
import type {Hub} from './hub.ts'
import {invalid, projectOf} from './names.ts'
import {applyMask, pageOf} from './pages.ts'
import {pullMessages, toReceived} from './pull.ts'
import {replacePushConfig} from './push-config.ts'
import {completeSubscription, requirePull} from './rules.ts'
import {streamMessages} from './streaming.ts'
import {unary} from './unary.ts'

/** How long a pull without messages waits before it answers with none, in milliseconds. */
const PULL_WAIT_MS = 90_000

const CHANGEABLE: readonly (keyof Subscription)[] = [
  'ackDeadlineSeconds',
  'pushConfig',
  'messageRetentionDuration',
  'retainAckedMessages',
  'expirationPolicy',
  'labels',
  'deadLetterPolicy',
  'retryPolicy',
  'enableExactlyOnceDelivery',
  'bigqueryConfig',
  'cloudStorageConfig',
  'messageTransforms',
]

/** google.pubsub.v1.Subscriber over a hub. */
export function subscriberService(hub: Hub): Service {
  const method = (handle: Parameters<typeof unary>[1]): Method => unary(hub, handle)
  /** As it is told: with what its topic retains. */
  const tell = (config: Subscription): Subscription => {
    const retention = hub.topics.get(config.topic ?? '')?.messageRetentionDuration
    return retention ? {...config, topicMessageRetentionDuration: retention} : config
  }
  const encode = (config: Subscription) => wire.subscription.encode(tell(config)).finish()
  const path = (name: string) => `/google.pubsub.v1.Subscriber/${name}`
  return {
    [path('CreateSubscription')]: method((bytes) => encode(hub.createSubscription(wire.subscription.decode(bytes)))),
    [path('GetSubscription')]: method((bytes) =>
      encode(hub.subscription(wire.subscriptionName.decode(bytes).subscription).config()),
    ),
    [path('UpdateSubscription')]: method((bytes) => {
      const {subscription, updateMask} = wire.updateSubscription.decode(bytes)
      const live = hub.subscription(subscription?.name)
      const next = applyMask(live.config(), subscription ?? {}, updateMask?.paths ?? [], CHANGEABLE)
      live.configure(completeSubscription(next))
      return encode(live.config())
    }),
    [path('ListSubscriptions')]: method((bytes) => {
      const request = wire.listSubscriptions.decode(bytes)
      const own = [...hub.subscriptions].filter(([name]) => projectOf(name) === projectOf(request.project))
      const {items, nextPageToken} = pageOf(
        own.map(([name, live]) => [name, tell(live.config())] as const),
        request,
      )
      return wire.subscriptions.encode({subscriptions: items, nextPageToken}).finish()
    }),
    [path('DeleteSubscription')]: method((bytes) => {
      hub.deleteSubscription(wire.subscriptionName.decode(bytes).subscription ?? '')
      return wire.empty
    }),
    [path('ModifyPushConfig')]: method((bytes) => {
      const {subscription, pushConfig} = wire.modifyPushConfig.decode(bytes)
      const live = hub.subscription(subscription)
      live.configure(
        completeSubscription({...live.config(), pushConfig: replacePushConfig(live.config().pushConfig, pushConfig)}),
      )
      return wire.empty
    }),
    [path('Pull')]: method(async (bytes, call) => {
      const {subscription, maxMessages, returnImmediately} = wire.pull.decode(bytes)
      if (!maxMessages || maxMessages < 0) throw invalid('The max_messages argument must be at least 1.')
      const live = hub.subscription(subscription)
      requirePull(live.config())
      live.touch()
      const deliveries = await pullMessages(live, maxMessages, returnImmediately ? 0 : PULL_WAIT_MS, call.signal)
      return wire.pulled.encode({receivedMessages: deliveries.map((each) => toReceived(each, live.config()))}).finish()
    }),
    [path('StreamingPull')]: {kind: 'bidi', handle: (requests, call) => streamMessages(hub, requests, call)},
    [path('Acknowledge')]: method((bytes) => {
      const {subscription, ackIds} = wire.acknowledge.decode(bytes)
      const {backlog, touch, config} = hub.subscription(subscription)
      touch()
      requireHeld(config(), ackIds ?? [], backlog.holds)
      for (const ackId of ackIds ?? []) backlog.acknowledge(ackId)
      return wire.empty
    }),
    [path('ModifyAckDeadline')]: method((bytes) => {
      const {subscription, ackIds, ackDeadlineSeconds} = wire.modifyAckDeadline.decode(bytes)
      const seconds = ackDeadlineSeconds ?? 0
      if (seconds < 0 || seconds > 600)
        throw invalid(`Invalid ack deadline given: (ack_deadline_seconds=${seconds}). It must be from 0 to 600.`)
      const {backlog, touch, config} = hub.subscription(subscription)
      touch()
      requireHeld(config(), ackIds ?? [], backlog.holds)
      for (const ackId of ackIds ?? []) backlog.extend(ackId, seconds * 1000)
      return wire.empty
    }),
  }
}
