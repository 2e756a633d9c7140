import type {Labels, SubscriptionSpec} from '../specs.ts'
import type {Outputs} from '../types.ts'
import {changed, seconds, type Settings} from './differences.ts'

/** A subscription as the API tells it, as far as it is read. */
export type LiveSubscription = {
  readonly topic?: string
  readonly labels?: Labels
  readonly ackDeadlineSeconds?: number
  readonly messageRetentionDuration?: string
  readonly retryPolicy?: {readonly minimumBackoff?: string; readonly maximumBackoff?: string}
  readonly deadLetterPolicy?: {readonly deadLetterTopic?: string; readonly maxDeliveryAttempts?: number}
  /** Without `ttl`: never. Absent: after 31 days. */
  readonly expirationPolicy?: {readonly ttl?: string}
  readonly pushConfig?: {
    readonly pushEndpoint?: string
    readonly oidcToken?: {readonly serviceAccountEmail?: string; readonly audience?: string}
    readonly noWrapper?: object
  }
  readonly messageTransforms?: readonly unknown[]
  readonly filter?: string
  readonly detached?: boolean
  readonly bigqueryConfig?: object
  readonly bigtableConfig?: object
  readonly cloudStorageConfig?: object
}

/** What the service answers with in place of the name of a topic that was deleted. */
const DELETED_TOPIC = '_deleted-topic_'
/** What is true where a policy is there and says nothing. */
const DEFAULTS = {minimumBackoff: 10, maximumBackoff: 600, attempts: 5, retentionSeconds: 604_800}

/** Why a subscription cannot be changed into what is wanted; undefined where it can. */
export function reasonToReplace(spec: SubscriptionSpec, live: LiveSubscription, project: string): string | undefined {
  const topic = topicName(project, spec.topicId)
  if (live.topic === DELETED_TOPIC) return 'its topic was deleted'
  if (live.topic !== topic) return changed('topic', live.topic, topic)
  if (live.detached) return 'it is detached from its topic'
  if (live.filter !== undefined && live.filter !== '') return 'it has a filter'
  const {bigqueryConfig, bigtableConfig, cloudStorageConfig} = live
  if (bigqueryConfig ?? bigtableConfig ?? cloudStorageConfig) return 'it delivers to a table or a bucket'
  return undefined
}

/** Each setting as a text, by its field in an update mask. */
export function describeWanted(spec: SubscriptionSpec, outputs: Outputs): Settings {
  const {retry, deadLetter} = spec
  const push = pushConfig(spec, outputs)
  return {
    ackDeadlineSeconds: String(spec.ackDeadlineSeconds),
    messageRetentionDuration: `${spec.messageRetentionSeconds}s`,
    retryPolicy: retry ? describeRetry(retry.minSeconds, retry.maxSeconds) : '',
    deadLetterPolicy: deadLetter
      ? describeDeadLetter(topicName(outputs.project, deadLetter.topicId), deadLetter.attempts)
      : '',
    expirationPolicy: 'never',
    pushConfig: spec.push ? describePush(push) : '',
    messageTransforms: '',
  }
}

/** The same of what is there. */
export function describeLive(live: LiveSubscription): Settings {
  const {retryPolicy, deadLetterPolicy, expirationPolicy, messageTransforms = []} = live
  return {
    ackDeadlineSeconds: String(live.ackDeadlineSeconds ?? 10),
    messageRetentionDuration: `${seconds(live.messageRetentionDuration) ?? DEFAULTS.retentionSeconds}s`,
    retryPolicy: retryPolicy
      ? describeRetry(
          seconds(retryPolicy.minimumBackoff) ?? DEFAULTS.minimumBackoff,
          seconds(retryPolicy.maximumBackoff) ?? DEFAULTS.maximumBackoff,
        )
      : '',
    deadLetterPolicy: deadLetterPolicy
      ? describeDeadLetter(
          deadLetterPolicy.deadLetterTopic ?? '',
          deadLetterPolicy.maxDeliveryAttempts ?? DEFAULTS.attempts,
        )
      : '',
    expirationPolicy: expirationPolicy ? describeExpiry(expirationPolicy.ttl) : '31 days',
    pushConfig: describePush(live.pushConfig),
    messageTransforms: messageTransforms.length > 0 ? `${messageTransforms.length}` : '',
  }
}

/** The body of a create, and of a patch as far as its mask goes. */
export function subscriptionBody(spec: SubscriptionSpec, outputs: Outputs): Omit<LiveSubscription, 'labels'> {
  const {retry, deadLetter} = spec
  const push = pushConfig(spec, outputs)
  return {
    topic: topicName(outputs.project, spec.topicId),
    ackDeadlineSeconds: spec.ackDeadlineSeconds,
    messageRetentionDuration: `${spec.messageRetentionSeconds}s`,
    ...(retry ? {retryPolicy: {minimumBackoff: `${retry.minSeconds}s`, maximumBackoff: `${retry.maxSeconds}s`}} : {}),
    ...(deadLetter
      ? {
          deadLetterPolicy: {
            deadLetterTopic: topicName(outputs.project, deadLetter.topicId),
            maxDeliveryAttempts: deadLetter.attempts,
          },
        }
      : {}),
    expirationPolicy: {},
    pushConfig: push ?? {},
  }
}

/** Cloud Run accepts tokens that are made out for the service's own URL; what stands behind the host does not count. */
function pushConfig({push}: SubscriptionSpec, {functionUrls}: Outputs): LiveSubscription['pushConfig'] {
  const url = push && functionUrls[push.functionId]
  if (url === undefined) return undefined
  return {
    pushEndpoint: url,
    oidcToken: {serviceAccountEmail: push!.serviceAccount, audience: new URL(url).origin},
  }
}

function describePush(push: LiveSubscription['pushConfig']): string {
  if (!push?.pushEndpoint) return ''
  const {serviceAccountEmail, audience} = push.oidcToken ?? {}
  const as = serviceAccountEmail
    ? ` as ${serviceAccountEmail} for ${audience ?? push.pushEndpoint}`
    : ' without a token'
  return `${push.pushEndpoint}${as}${push.noWrapper ? ', unwrapped' : ''}`
}

function describeRetry(min: number, max: number): string {
  return `${min}s to ${max}s`
}

function describeDeadLetter(topic: string, attempts: number): string {
  return `${topic} after ${attempts} attempts`
}

function describeExpiry(ttl: string | undefined): string {
  return ttl === undefined ? 'never' : ttl
}

function topicName(project: string, topicId: string): string {
  return `projects/${project}/topics/${topicId}`
}
