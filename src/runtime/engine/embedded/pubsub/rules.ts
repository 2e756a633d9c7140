import {GrpcStatus, STATUS} from '../grpc/status.ts'
import {fromMs, toMs, type Subscription} from './codec.ts'
import type {BacklogRules} from './backlog.ts'
import {parseFilter} from './filter.ts'
import {invalid, notBuilt} from './names.ts'

const DEFAULT_ACK_S = 10
const DEFAULT_ATTEMPTS = 5
const RETENTION_MS = 7 * 24 * 3_600_000
/** Defaults of a retry policy that leaves one side out (https://cloud.google.com/pubsub/docs/handling-failures). */
const MINIMUM_BACKOFF_MS = 10_000
const MAXIMUM_BACKOFF_MS = 600_000

/** A subscription with the service's defaults filled in. Throws for values out of range and for what is not built. */
export function completeSubscription(wanted: Subscription): Subscription {
  refuseUnbuilt(wanted)
  const ackDeadlineSeconds = wanted.ackDeadlineSeconds || DEFAULT_ACK_S
  requireAckDeadline(ackDeadlineSeconds)
  parseFilter(wanted.filter ?? '')
  const endpoint = wanted.pushConfig?.pushEndpoint ?? ''
  if (endpoint !== '' && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    throw invalid(`Invalid push endpoint given (endpoint=${endpoint}).`)
  }
  const completed: Subscription = {
    ...wanted,
    ackDeadlineSeconds,
    messageRetentionDuration: wanted.messageRetentionDuration ?? fromMs(RETENTION_MS),
    pushConfig: wanted.pushConfig ?? {},
    state: 1,
  }
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

/** Throws FAILED_PRECONDITION where messages cannot be pulled. */
export function requirePull({pushConfig, detached}: Subscription): void {
  if (detached) throw new GrpcStatus(STATUS.failedPrecondition, 'The subscription is detached from its topic.')
  if (!pushConfig?.pushEndpoint) return
  throw new GrpcStatus(STATUS.failedPrecondition, 'This method is not supported for this subscription type.')
}

/** What the backlog needs to know of a subscription. */
export function rulesOf({
  ackDeadlineSeconds,
  enableMessageOrdering,
  retryPolicy,
  deadLetterPolicy,
}: Subscription): BacklogRules {
  return {
    ackDeadlineMs: (ackDeadlineSeconds ?? DEFAULT_ACK_S) * 1000,
    ordered: enableMessageOrdering ?? false,
    retry: retryPolicy
      ? {minimumMs: toMs(retryPolicy.minimumBackoff) ?? 0, maximumMs: toMs(retryPolicy.maximumBackoff) ?? 0}
      : undefined,
    maxAttempts: deadLetterPolicy?.maxDeliveryAttempts ?? undefined,
  }
}

function refuseUnbuilt(wanted: Subscription): void {
  if (wanted.enableExactlyOnceDelivery) throw notBuilt('exactly-once delivery')
  if (wanted.bigqueryConfig || wanted.cloudStorageConfig) throw notBuilt('export subscriptions')
  if (wanted.messageTransforms?.length) throw notBuilt('message transforms')
  if (wanted.pushConfig?.noWrapper) throw notBuilt('unwrapped push')
  if (wanted.pushConfig?.oidcToken) throw notBuilt('OIDC tokens on push')
}
