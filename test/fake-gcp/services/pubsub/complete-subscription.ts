import {fail, type Cloud, type Json} from '../../service.ts'
import {checkLabels} from '../labels.ts'
import {readDuration, writeDuration} from './durations.ts'
import {missingTopic} from './topics.ts'

const MINUTE = 60
const DAY = 86_400

/**
 * A subscription as it is stored and given back: checked, defaults filled in, output fields set
 * (https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions). Throws 400, 403 or 404.
 * @param isNew what is set now, so that accounts and topics it names are looked up; what stood there before may be gone
 */
export function completeSubscription(wanted: Json, cloud: Cloud, isNew: (field: string) => boolean): Json {
  const {detached, enableMessageOrdering, enableExactlyOnceDelivery, retainAckedMessages, state: _, ...rest} = wanted
  checkLabels(rest.labels)
  const retention = wanted.messageRetentionDuration ?? writeDuration(7 * DAY)
  const on = (value: unknown): boolean => value === true
  return {
    ...rest,
    ...(rest.labels && Object.keys(rest.labels).length === 0 ? {labels: undefined} : {}),
    // Protocol buffers leave false out of their JSON.
    ...(on(detached) ? {detached} : {}),
    ...(on(enableMessageOrdering) ? {enableMessageOrdering} : {}),
    ...(on(enableExactlyOnceDelivery) ? {enableExactlyOnceDelivery} : {}),
    ...(on(retainAckedMessages) ? {retainAckedMessages} : {}),
    ackDeadlineSeconds: ackDeadline(wanted.ackDeadlineSeconds),
    messageRetentionDuration: writeDuration(
      readDuration(retention, 'message_retention_duration', {least: 10 * MINUTE, most: 31 * DAY}),
    ),
    expirationPolicy: expiration(wanted.expirationPolicy),
    pushConfig: isNew('pushConfig') ? push(wanted.pushConfig, cloud) : wanted.pushConfig,
    ...(wanted.retryPolicy === undefined ? {} : {retryPolicy: retry(wanted.retryPolicy)}),
    ...(wanted.deadLetterPolicy === undefined
      ? {}
      : {
          deadLetterPolicy: isNew('deadLetterPolicy')
            ? deadLetter(wanted.deadLetterPolicy, cloud)
            : wanted.deadLetterPolicy,
        }),
    state: 'ACTIVE',
  }
}

function ackDeadline(seconds: number | undefined): number {
  if (seconds === undefined || seconds === 0) return 10
  if (seconds < 10 || seconds > 600) {
    fail(400, 'INVALID_ARGUMENT', `Invalid ack deadline given: ${seconds}. It must be between 10 and 600 seconds.`)
  }
  return seconds
}

/** Absent is the default of 31 days, while an empty one means never. */
function expiration(policy: Json): Json {
  if (policy === undefined) return {ttl: writeDuration(31 * DAY)}
  if (policy.ttl === undefined) return {}
  return {ttl: writeDuration(readDuration(policy.ttl, 'expiration_policy.ttl', {least: DAY, most: 365 * DAY}))}
}

function retry({minimumBackoff = '10s', maximumBackoff = '600s'}: Json): Json {
  const bounds = {least: 0, most: 600}
  const least = readDuration(minimumBackoff, 'retry_policy.minimum_backoff', bounds)
  const most = readDuration(maximumBackoff, 'retry_policy.maximum_backoff', bounds)
  if (least > most) fail(400, 'INVALID_ARGUMENT', 'The minimum backoff must not be larger than the maximum backoff.')
  return {minimumBackoff: writeDuration(least), maximumBackoff: writeDuration(most)}
}

function deadLetter({deadLetterTopic, maxDeliveryAttempts = 5}: Json, cloud: Cloud): Json {
  if (maxDeliveryAttempts < 5 || maxDeliveryAttempts > 100) {
    fail(
      400,
      'INVALID_ARGUMENT',
      `Invalid max delivery attempts: ${maxDeliveryAttempts}. It must be between 5 and 100.`,
    )
  }
  if (!cloud.table('pubsub.topics').has(deadLetterTopic)) missingTopic(deadLetterTopic)
  return {deadLetterTopic, maxDeliveryAttempts}
}

/** Whoever names an account here lets Pub/Sub act as it, so the caller must be allowed to do so as well. */
function push(config: Json, cloud: Cloud): Json {
  if (config?.pushEndpoint === undefined || config.pushEndpoint === '') return {}
  if (!/^https:\/\/[^/]+/.test(config.pushEndpoint)) {
    fail(400, 'INVALID_ARGUMENT', `Invalid push endpoint given (endpoint=${config.pushEndpoint}).`)
  }
  const account = config.oidcToken?.serviceAccountEmail
  if (config.oidcToken && !account) {
    fail(
      400,
      'INVALID_ARGUMENT',
      'Invalid argument given to the service: push_config::oidc_token::service_account_email',
    )
  }
  if (account) {
    cloud.requireAccount(account)
    cloud.require('iam.serviceAccounts.actAs', `projects/-/serviceAccounts/${account}`)
  }
  return {...config, attributes: config.attributes ?? {'x-goog-version': 'v1'}}
}
