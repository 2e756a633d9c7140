import type {Call, Method, Service} from '../grpc/service.ts'
import {wire, type Subscription} from './codec.ts'
import type {Hub} from './hub.ts'
import {invalid, notBuilt, projectOf} from './names.ts'
import {applyMask, pageOf} from './pages.ts'
import {pullMessages, toReceived} from './pull.ts'
import {completeSubscription, requirePull} from './rules.ts'
import {streamMessages} from './streaming.ts'

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
]

/** google.pubsub.v1.Subscriber over a hub. */
export function subscriberService(hub: Hub): Service {
  const unary = (handle: (request: Buffer, call: Call) => Uint8Array | Promise<Uint8Array>): Method => ({
    kind: 'unary',
    handle,
  })
  const encode = (config: Subscription) => wire.subscription.encode(config).finish()
  const path = (name: string) => `/google.pubsub.v1.Subscriber/${name}`
  const later = (what: string) =>
    unary(() => {
      throw notBuilt(what)
    })
  return {
    [path('CreateSubscription')]: unary((bytes) => encode(hub.createSubscription(wire.subscription.decode(bytes)))),
    [path('GetSubscription')]: unary((bytes) =>
      encode(hub.subscription(wire.subscriptionName.decode(bytes).subscription).config()),
    ),
    [path('UpdateSubscription')]: unary((bytes) => {
      const {subscription, updateMask} = wire.updateSubscription.decode(bytes)
      const live = hub.subscription(subscription?.name)
      const next = applyMask(live.config(), subscription ?? {}, updateMask?.paths ?? [], CHANGEABLE)
      live.configure(completeSubscription(next))
      return encode(live.config())
    }),
    [path('ListSubscriptions')]: unary((bytes) => {
      const request = wire.listSubscriptions.decode(bytes)
      const own = [...hub.subscriptions].filter(([name]) => projectOf(name) === projectOf(request.project))
      const {items, nextPageToken} = pageOf(
        own.map(([name, live]) => [name, live.config()] as const),
        request,
      )
      return wire.subscriptions.encode({subscriptions: items, nextPageToken}).finish()
    }),
    [path('DeleteSubscription')]: unary((bytes) => {
      hub.deleteSubscription(wire.subscriptionName.decode(bytes).subscription ?? '')
      return wire.empty
    }),
    [path('ModifyPushConfig')]: unary((bytes) => {
      const {subscription, pushConfig} = wire.modifyPushConfig.decode(bytes)
      const live = hub.subscription(subscription)
      live.configure(completeSubscription({...live.config(), pushConfig: pushConfig ?? {}}))
      return wire.empty
    }),
    [path('Pull')]: unary(async (bytes, call) => {
      const {subscription, maxMessages, returnImmediately} = wire.pull.decode(bytes)
      if (!maxMessages || maxMessages < 0) throw invalid('The max_messages argument must be at least 1.')
      const live = hub.subscription(subscription)
      requirePull(live.config())
      const deliveries = await pullMessages(live, maxMessages, returnImmediately ? 0 : PULL_WAIT_MS, call.signal)
      return wire.pulled.encode({receivedMessages: deliveries.map((each) => toReceived(each, live.config()))}).finish()
    }),
    [path('StreamingPull')]: {kind: 'bidi', handle: (requests, call) => streamMessages(hub, requests, call)},
    [path('Acknowledge')]: unary((bytes) => {
      const {subscription, ackIds} = wire.acknowledge.decode(bytes)
      const {backlog} = hub.subscription(subscription)
      for (const ackId of ackIds ?? []) backlog.acknowledge(ackId)
      return wire.empty
    }),
    [path('ModifyAckDeadline')]: unary((bytes) => {
      const {subscription, ackIds, ackDeadlineSeconds} = wire.modifyAckDeadline.decode(bytes)
      const seconds = ackDeadlineSeconds ?? 0
      if (seconds < 0 || seconds > 600)
        throw invalid(`Invalid ack deadline given: (ack_deadline_seconds=${seconds}). It must be from 0 to 600.`)
      const {backlog} = hub.subscription(subscription)
      for (const ackId of ackIds ?? []) backlog.extend(ackId, seconds * 1000)
      return wire.empty
    }),
    [path('Seek')]: later('seek'),
    [path('CreateSnapshot')]: later('snapshots'),
    [path('GetSnapshot')]: later('snapshots'),
    [path('ListSnapshots')]: later('snapshots'),
    [path('UpdateSnapshot')]: later('snapshots'),
    [path('DeleteSnapshot')]: later('snapshots'),
  }
}
