import type {Call, Method, Service} from '../grpc/service.ts'
import {wire, type Topic} from './codec.ts'
import type {Hub} from './hub.ts'
import {projectOf} from './names.ts'
import {applyMask, pageOf} from './pages.ts'
import {checkMessages} from './publish.ts'
import type {SchemaRegistry} from './schemas/schema-registry.ts'
import {applySchema, requireSchema} from './schemas/schema-topics.ts'
import {unary} from './unary.ts'

const CHANGEABLE: readonly (keyof Topic)[] = [
  'labels',
  'messageRetentionDuration',
  'messageStoragePolicy',
  'kmsKeyName',
  'schemaSettings',
]

/** google.pubsub.v1.Publisher over a hub. */
export function publisherService(hub: Hub, schemas: SchemaRegistry): Service {
  const method = (handle: (request: Buffer, call: Call) => Uint8Array): Method => unary(hub, handle)
  const topicsOf = (project: string) => [...hub.topics].filter(([name]) => projectOf(name) === project)
  return {
    '/google.pubsub.v1.Publisher/CreateTopic': method((bytes) => {
      const wanted = wire.topic.decode(bytes)
      requireSchema(schemas, wanted.schemaSettings)
      return wire.topic.encode(hub.createTopic(wanted)).finish()
    }),
    '/google.pubsub.v1.Publisher/GetTopic': method((bytes) =>
      wire.topic.encode(hub.topic(wire.topicName.decode(bytes).topic)).finish(),
    ),
    '/google.pubsub.v1.Publisher/UpdateTopic': method((bytes) => {
      const {topic, updateMask} = wire.updateTopic.decode(bytes)
      const next = applyMask(hub.topic(topic?.name), topic ?? {}, updateMask?.paths ?? [], CHANGEABLE)
      if (updateMask?.paths?.some((each) => each.startsWith('schema'))) requireSchema(schemas, next.schemaSettings)
      return wire.topic.encode(hub.replaceTopic(next)).finish()
    }),
    '/google.pubsub.v1.Publisher/ListTopics': method((bytes) => {
      const request = wire.listTopics.decode(bytes)
      const {items, nextPageToken} = pageOf(topicsOf(projectOf(request.project)), request)
      return wire.topics.encode({topics: items, nextPageToken}).finish()
    }),
    '/google.pubsub.v1.Publisher/ListTopicSubscriptions': method((bytes) => {
      const request = wire.listTopicSubscriptions.decode(bytes)
      hub.topic(request.topic)
      const attached = [...hub.subscriptions]
        .filter(([, each]) => each.config().topic === request.topic)
        .map(([name]) => [name, name] as const)
      const {items, nextPageToken} = pageOf(attached, request)
      return wire.topicSubscriptions.encode({subscriptions: items, nextPageToken}).finish()
    }),
    '/google.pubsub.v1.Publisher/DeleteTopic': method((bytes) => {
      hub.deleteTopic(wire.topicName.decode(bytes).topic ?? '')
      return wire.empty
    }),
    '/google.pubsub.v1.Publisher/Publish': method((bytes, {answered}) => {
      const {topic, messages} = wire.publish.decode(bytes)
      const {schemaSettings} = hub.topic(topic)
      checkMessages(messages ?? [], bytes.length)
      const checked = applySchema(schemas, schemaSettings, messages ?? [])
      return wire.published.encode({messageIds: hub.publish(topic ?? '', checked, answered?.())}).finish()
    }),
    '/google.pubsub.v1.Publisher/DetachSubscription': method((bytes) => {
      hub.detachSubscription(wire.detach.decode(bytes).subscription ?? '')
      return wire.empty
    }),
  }
}
