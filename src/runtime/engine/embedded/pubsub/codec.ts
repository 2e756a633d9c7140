import {google} from '../generated/pubsub.js'
import type {AckOutcome} from './exactly-once.ts'

/** int64 as the generated code gives it: a number, or an object that turns into one. */
type Int64 = number | {toNumber(): number}
export type Duration = {seconds?: Int64 | null; nanos?: number | null}
type Labels = Record<string, string>

/** The messages of google.pubsub.v1 as far as the engine looks at them; other fields are kept and given back. */
export type Topic = {
  name?: string | null
  labels?: Labels | null
  messageRetentionDuration?: Duration | null
  messageStoragePolicy?: object | null
  kmsKeyName?: string | null
  schemaSettings?: SchemaSettings | null
  messageTransforms?: object[] | null
}
export type SchemaSettings = {
  schema?: string | null
  encoding?: number | null
  firstRevisionId?: string | null
  lastRevisionId?: string | null
}
export type PushConfig = {
  pushEndpoint?: string | null
  attributes?: Labels | null
  oidcToken?: {serviceAccountEmail?: string | null; audience?: string | null} | null
  noWrapper?: {writeMetadata?: boolean | null} | null
}
export type Subscription = {
  name?: string | null
  topic?: string | null
  pushConfig?: PushConfig | null
  bigqueryConfig?: object | null
  cloudStorageConfig?: object | null
  ackDeadlineSeconds?: number | null
  messageRetentionDuration?: Duration | null
  enableMessageOrdering?: boolean | null
  filter?: string | null
  deadLetterPolicy?: {deadLetterTopic?: string | null; maxDeliveryAttempts?: number | null} | null
  retryPolicy?: {minimumBackoff?: Duration | null; maximumBackoff?: Duration | null} | null
  detached?: boolean | null
  labels?: Labels | null
  retainAckedMessages?: boolean | null
  expirationPolicy?: {ttl?: Duration | null} | null
  topicMessageRetentionDuration?: Duration | null
  enableExactlyOnceDelivery?: boolean | null
  messageTransforms?: object[] | null
  state?: number | null
}
export type Snapshot = {
  name?: string | null
  topic?: string | null
  expireTime?: Duration | null
  labels?: Labels | null
}
export type WireMessage = {
  data?: Uint8Array | null
  attributes?: Labels | null
  messageId?: string | null
  publishTime?: Duration | null
  orderingKey?: string | null
}
export type ReceivedMessage = {ackId: string; message: WireMessage; deliveryAttempt: number}
type Mask = {paths?: string[] | null}
type Page = {pageSize?: number | null; pageToken?: string | null}
export type StreamingPull = {
  subscription?: string | null
  ackIds?: string[] | null
  modifyDeadlineSeconds?: number[] | null
  modifyDeadlineAckIds?: string[] | null
  streamAckDeadlineSeconds?: number | null
  maxOutstandingMessages?: Int64 | null
  maxOutstandingBytes?: Int64 | null
}

type Message<T> = {encode(message: T): {finish(): Uint8Array}; decode(bytes: Uint8Array): T}
const of = <T>(name: string): Message<T> => (google.pubsub.v1 as Record<string, unknown>)[name] as Message<T>

/** Reading and writing of each message the services use. */
export const wire = {
  empty: new Uint8Array(0),
  topic: of<Topic>('Topic'),
  topicName: of<{topic?: string | null}>('GetTopicRequest'),
  updateTopic: of<{topic?: Topic | null; updateMask?: Mask | null}>('UpdateTopicRequest'),
  listTopics: of<{project?: string | null} & Page>('ListTopicsRequest'),
  topics: of<{topics: Topic[]; nextPageToken: string}>('ListTopicsResponse'),
  listTopicSubscriptions: of<{topic?: string | null} & Page>('ListTopicSubscriptionsRequest'),
  topicSubscriptions: of<{subscriptions: string[]; nextPageToken: string}>('ListTopicSubscriptionsResponse'),
  publish: of<{topic?: string | null; messages?: WireMessage[] | null}>('PublishRequest'),
  message: of<WireMessage>('PubsubMessage'),
  published: of<{messageIds: string[]}>('PublishResponse'),
  subscription: of<Subscription>('Subscription'),
  subscriptionName: of<{subscription?: string | null}>('GetSubscriptionRequest'),
  updateSubscription: of<{subscription?: Subscription | null; updateMask?: Mask | null}>('UpdateSubscriptionRequest'),
  listSubscriptions: of<{project?: string | null} & Page>('ListSubscriptionsRequest'),
  subscriptions: of<{subscriptions: Subscription[]; nextPageToken: string}>('ListSubscriptionsResponse'),
  modifyPushConfig: of<{subscription?: string | null; pushConfig?: PushConfig | null}>('ModifyPushConfigRequest'),
  detach: of<{subscription?: string | null}>('DetachSubscriptionRequest'),
  snapshot: of<Snapshot>('Snapshot'),
  snapshotName: of<{snapshot?: string | null}>('GetSnapshotRequest'),
  createSnapshot: of<{name?: string | null; subscription?: string | null; labels?: Labels | null}>(
    'CreateSnapshotRequest',
  ),
  updateSnapshot: of<{snapshot?: Snapshot | null; updateMask?: Mask | null}>('UpdateSnapshotRequest'),
  listSnapshots: of<{project?: string | null} & Page>('ListSnapshotsRequest'),
  snapshots: of<{snapshots: Snapshot[]; nextPageToken: string}>('ListSnapshotsResponse'),
  topicSnapshots: of<{snapshots: string[]; nextPageToken: string}>('ListTopicSnapshotsResponse'),
  seek: of<{subscription?: string | null; time?: Duration | null; snapshot?: string | null}>('SeekRequest'),
  pull: of<{subscription?: string | null; maxMessages?: number | null; returnImmediately?: boolean | null}>(
    'PullRequest',
  ),
  pulled: of<{receivedMessages: ReceivedMessage[]}>('PullResponse'),
  acknowledge: of<{subscription?: string | null; ackIds?: string[] | null}>('AcknowledgeRequest'),
  modifyAckDeadline: of<{subscription?: string | null; ackIds?: string[] | null; ackDeadlineSeconds?: number | null}>(
    'ModifyAckDeadlineRequest',
  ),
  streamingPull: of<StreamingPull>('StreamingPullRequest'),
  streamed: of<{
    receivedMessages: ReceivedMessage[]
    acknowledgeConfirmation?: AckOutcome
    modifyAckDeadlineConfirmation?: AckOutcome
    subscriptionProperties?: {exactlyOnceDeliveryEnabled: boolean; messageOrderingEnabled: boolean}
  }>('StreamingPullResponse'),
}

/** A number out of an int64. */
export function toNumber(value: Int64 | null | undefined): number {
  return typeof value === 'object' && value !== null ? value.toNumber() : (value ?? 0)
}

/** A protobuf duration or timestamp in milliseconds; undefined where it is absent. */
export function toMs(value: Duration | null | undefined): number | undefined {
  return value ? toNumber(value.seconds) * 1000 + (value.nanos ?? 0) / 1e6 : undefined
}

/** Milliseconds as a protobuf duration or timestamp. */
export function fromMs(ms: number): Duration {
  const seconds = Math.floor(ms / 1000)
  return {seconds, nanos: Math.round((ms - seconds * 1000) * 1e6)}
}
