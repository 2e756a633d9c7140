import type {Method, Service} from '../grpc/service.ts'
import {wire} from './codec.ts'
import type {Hub} from './hub.ts'
import {notBuilt, projectOf} from './names.ts'
import {applyMask, pageOf} from './pages.ts'
import {checkMessages} from './publish.ts'

/** google.pubsub.v1.Publisher over a hub. */
export function publisherService(hub: Hub): Service {
  const unary = (handle: (request: Buffer) => Uint8Array): Method => ({kind: 'unary', handle})
  const topicsOf = (project: string) => [...hub.topics].filter(([name]) => projectOf(name) === project)
  return {
    '/google.pubsub.v1.Publisher/CreateTopic': unary((bytes) =>
      wire.topic.encode(hub.createTopic(wire.topic.decode(bytes))).finish(),
    ),
    '/google.pubsub.v1.Publisher/GetTopic': unary((bytes) =>
      wire.topic.encode(hub.topic(wire.topicName.decode(bytes).topic)).finish(),
    ),
    '/google.pubsub.v1.Publisher/UpdateTopic': unary((bytes) => {
      const {topic, updateMask} = wire.updateTopic.decode(bytes)
      const next = applyMask(hub.topic(topic?.name), topic ?? {}, updateMask?.paths ?? [], ['labels'])
      return wire.topic.encode(hub.replaceTopic(next)).finish()
    }),
    '/google.pubsub.v1.Publisher/ListTopics': unary((bytes) => {
      const request = wire.listTopics.decode(bytes)
      const {items, nextPageToken} = pageOf(topicsOf(projectOf(request.project)), request)
      return wire.topics.encode({topics: items, nextPageToken}).finish()
    }),
    '/google.pubsub.v1.Publisher/ListTopicSubscriptions': unary((bytes) => {
      const request = wire.listTopicSubscriptions.decode(bytes)
      hub.topic(request.topic)
      const attached = [...hub.subscriptions]
        .filter(([, each]) => each.config().topic === request.topic)
        .map(([name]) => [name, name] as const)
      const {items, nextPageToken} = pageOf(attached, request)
      return wire.topicSubscriptions.encode({subscriptions: items, nextPageToken}).finish()
    }),
    '/google.pubsub.v1.Publisher/DeleteTopic': unary((bytes) => {
      hub.deleteTopic(wire.topicName.decode(bytes).topic ?? '')
      return wire.empty
    }),
    '/google.pubsub.v1.Publisher/Publish': unary((bytes) => {
      const {topic, messages} = wire.publish.decode(bytes)
      hub.topic(topic)
      checkMessages(messages ?? [], bytes.length)
      return wire.published.encode({messageIds: hub.publish(topic ?? '', messages ?? [])}).finish()
    }),
    '/google.pubsub.v1.Publisher/DetachSubscription': unary((bytes) => {
      hub.detachSubscription(wire.detach.decode(bytes).subscription ?? '')
      return wire.empty
    }),
    '/google.pubsub.v1.Publisher/ListTopicSnapshots': unary(() => {
      throw notBuilt('snapshots')
    }),
  }
}
