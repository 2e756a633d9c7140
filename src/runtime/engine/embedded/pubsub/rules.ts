import {GrpcStatus, STATUS} from '../grpc/status.ts'
import {fromMs, toMs, type Duration, type Subscription, type Topic} from './codec.ts'
import type {BacklogRules} from './backlog-options.ts'
import {parseFilter} from './filter.ts'
import {invalid, notBuilt} from './names.ts'
import {completePushConfig} from './push-config.ts'

const DEFAULT_ACK_S = 10
const DEFAULT_ATTEMPTS = 5
const DAY_MS = 24 * 3_600_000
const RETENTION_MS = 7 * DAY_MS
/** Bounds of what is kept (google/pubsub/v1/pubsub.proto, message_retention_duration). */
const RETENTION = {least: 600_000, most: 31 * DAY_MS}
/** An unused subscription is removed after so long unless it says otherwise (pubsub.proto, expiration_policy). */
const EXPIRATION_MS = 31 * DAY_MS
/** Defaults of a retry policy that leaves one side out (https://cloud.google.com/pubsub/docs/handling-failures). */
const MINIMUM_BACKOFF_MS = 10_000
const MAXIMUM_BACKOFF_MS = 600_000

/** A subscription with the service's defaults filled in. Throws for values out of range and for what is not built. */
export function completeSubscription(wanted: Subscription): Subscription {
  refuseUnbuilt(wanted)
  const ackDeadlineSeconds = wanted.ackDeadlineSeconds || DEFAULT_ACK_S
  requireAckDeadline(ackDeadlineSeconds)
  parseFilter(wanted.filter ?? '')
  const completed: Subscription = {
    ...wanted,
    ackDeadlineSeconds,
    messageRetentionDuration: wanted.messageRetentionDuration ?? fromMs(RETENTION_MS),
    pushConfig: completePushConfig(wanted.pushConfig),
    expirationPolicy: wanted.expirationPolicy ?? {ttl: fromMs(EXPIRATION_MS)},
    state: 1,
  }
  requireRange(completed.messageRetentionDuration, RETENTION, 'message_retention_duration')
  requireRange(completed.expirationPolicy?.ttl, {least: DAY_MS, most: Infinity}, 'expiration_policy.ttl')
  const {deadLetterPolicy: dead, retryPolicy: retry} = wanted
  if (dead) {
    const maxDeliveryAttempts = dead.maxDeliveryAttempts || DEFAULT_ATTEMPTS
    if (maxDeliveryAttempts < 5 || maxDeliveryAttempts > 100) {
      throw invalid(`Invalid max_delivery_attempts given: ${maxDeliveryAttempts}. It must be from 5 to 100.`)
    }
    completed.deadLetterPolicy = {...dead, maxDeliveryAttempts}
  }
  if (retry) {
    const minimum = toMs(retry.minimumBackoff) ?? MINIMUM_BACKOFF_MS
    const maximum = toMs(retry.maximumBackoff) ?? MAXIMUM_BACKOFF_MS
    if (minimum < 0 || maximum > MAXIMUM_BACKOFF_MS || minimum > maximum) {
      throw invalid('A retry policy needs 0 s <= minimum_backoff <= maximum_backoff <= 600 s.')
    }
    completed.retryPolicy = {minimumBackoff: fromMs(minimum), maximumBackoff: fromMs(maximum)}
  }
  return completed
}

/** Throws INVALID_ARGUMENT for an ack deadline out of range, in seconds; 0 or none means the default. */
export function requireAckDeadline(seconds: number | null | undefined): void {
  if (!seconds || (seconds >= 10 && seconds <= 600)) return
  throw invalid(`Invalid ack deadline given: (ack_deadline_seconds=${seconds}). It must be from 10 to 600.`)
}

/** Throws INVALID_ARGUMENT for a topic whose retention is out of range. */
export function requireTopicRetention({messageRetentionDuration}: Topic): void {
  requireRange(messageRetentionDuration, RETENTION, 'message_retention_duration')
}

function requireRange(
  value: Duration | null | undefined,
  {least, most}: {readonly least: number; readonly most: number},
  field: string,
): void {
  const ms = toMs(value)
  if (ms === undefined || (ms >= least && ms <= most)) return
  const upTo = most === Infinity ? '' : ` and at most ${most / 1000} s`
  throw invalid(`Invalid ${field} given: ${ms / 1000} s. It must be at least ${least / 1000} s${upTo}.`)
}

/** Throws FAILED_PRECONDITION where messages cannot be pulled. */
export function requirePull(config: Subscription): void {
  requireAttached(config)
  const {pushConfig} = config
  if (!pushConfig?.pushEndpoint) return
  throw new GrpcStatus(STATUS.failedPrecondition, 'This method is not supported for this subscription type.')
}

/** Throws FAILED_PRECONDITION for a subscription that was detached. */
export function requireAttached({detached}: Subscription): void {
  if (detached) throw new GrpcStatus(STATUS.failedPrecondition, 'The subscription is detached from its topic.')
}

/** What the backlog needs to know of a subscription. */
export function rulesOf({
  ackDeadlineSeconds,
  enableMessageOrdering,
  retryPolicy,
  deadLetterPolicy,
  messageRetentionDuration,
  retainAckedMessages,
}: Subscription): BacklogRules {
  return {
    ackDeadlineMs: (ackDeadlineSeconds ?? DEFAULT_ACK_S) * 1000,
    ordered: enableMessageOrdering ?? false,
    retry: retryPolicy
      ? {minimumMs: toMs(retryPolicy.minimumBackoff) ?? 0, maximumMs: toMs(retryPolicy.maximumBackoff) ?? 0}
      : undefined,
    maxAttempts: deadLetterPolicy?.maxDeliveryAttempts ?? undefined,
    retentionMs: toMs(messageRetentionDuration) ?? RETENTION_MS,
    retainAcked: retainAckedMessages ?? false,
  }
}

function refuseUnbuilt(wanted: Subscription): void {
  if (wanted.enableExactlyOnceDelivery && wanted.pushConfig?.pushEndpoint)
    throw invalid('Exactly-once delivery is for pull subscriptions only.')
  if (wanted.bigqueryConfig || wanted.cloudStorageConfig) throw notBuilt('export subscriptions')
  if (wanted.messageTransforms?.length) throw notBuilt('message transforms')
}
