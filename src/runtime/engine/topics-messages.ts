import protobuf from 'protobufjs/minimal.js'
import type {PubSubPlan} from './types.ts'

/**
 * Request messages of google.pubsub.v1, encoded field by field; the numbers are those of
 * google/pubsub/v1/pubsub.proto, which comes with the official client. A test reads them back through that client.
 */

const LENGTH_DELIMITED = 2
const VARINT = 0

/** Names as Pub/Sub wants them: `projects/P/topics/T`. */
export function topicName(projectId: string, topic: string): string {
  return `projects/${projectId}/topics/${topic}`
}

/** `projects/P/subscriptions/S`. */
export function subscriptionName(projectId: string, subscription: string): string {
  return `projects/${projectId}/subscriptions/${subscription}`
}

/** Topic, and also DeleteSubscriptionRequest: both are a name in field 1. */
export function encodeName(name: string): Uint8Array {
  return protobuf.Writer.create().uint32(tag(1, LENGTH_DELIMITED)).string(name).finish()
}

/** Subscription: a push subscription with retry back-off and a dead-letter topic. */
export function encodeSubscription(projectId: string, plan: PubSubPlan): Uint8Array {
  const writer = protobuf.Writer.create()
  writer.uint32(tag(1, LENGTH_DELIMITED)).string(subscriptionName(projectId, plan.subscription))
  writer.uint32(tag(2, LENGTH_DELIMITED)).string(topicName(projectId, plan.topic))
  writer.uint32(tag(4, LENGTH_DELIMITED)).fork()
  writer.uint32(tag(1, LENGTH_DELIMITED)).string(plan.pushEndpoint).ldelim()
  writer.uint32(tag(5, VARINT)).int32(plan.ackDeadlineSeconds)
  writer.uint32(tag(13, LENGTH_DELIMITED)).fork()
  writer.uint32(tag(1, LENGTH_DELIMITED)).string(topicName(projectId, plan.deadLetterTopic))
  writer.uint32(tag(2, VARINT)).int32(plan.maxDeliveryAttempts).ldelim()
  writer.uint32(tag(14, LENGTH_DELIMITED)).fork()
  writeDuration(writer, 1, plan.minBackoffSeconds)
  writeDuration(writer, 2, plan.maxBackoffSeconds)
  return writer.ldelim().finish()
}

/** google.protobuf.Duration: whole seconds in field 1, the rest as nanoseconds in field 2. */
function writeDuration(writer: protobuf.Writer, field: number, seconds: number): void {
  const whole = Math.floor(seconds)
  writer.uint32(tag(field, LENGTH_DELIMITED)).fork()
  writer.uint32(tag(1, VARINT)).int64(whole)
  writer
    .uint32(tag(2, VARINT))
    .int32(Math.round((seconds - whole) * 1e9))
    .ldelim()
}

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType
}
