import {ownershipLabels} from '../names.ts'
import type {Spec} from '../specs.ts'
import type {DesiredInput} from './input.ts'
import type {Parts} from './parts.ts'

const DAY_SECONDS = 86_400
/** Stands for Pub/Sub's own account of the project, which moves dead letters. */
const PUBSUB = 'service-agent:pubsub'

/** Topics and subscriptions with what may be done on each; the subscriptions need the functions' URLs. */
export function queueSpecs(
  {config, target}: DesiredInput,
  parts: Parts,
): {readonly topics: readonly Spec[]; readonly subscriptions: readonly Spec[]} {
  const labels = ownershipLabels(target.stage)
  const {topic, deadLetterTopic, subscription, deadLetters, accounts, emailOf} = parts
  const {ackDeadlineSeconds, minBackoffSeconds, maxBackoffSeconds, maxDeliveryAttempts} = config.subscription
  const publisher = (on: string, member: string, why: string): Spec => ({
    type: 'grant',
    id: `grant/topic/${on}`,
    on: {type: 'topic', name: on},
    bindings: [{role: 'roles/pubsub.publisher', member}],
    exact: false,
    why,
  })
  return {
    topics: [
      {type: 'topic', id: `topic/${topic}`, topicId: topic, labels, why: 'asynchronous requests wait there for worker'},
      publisher(topic, `serviceAccount:${emailOf(accounts.lookup)}`, 'lookup publishes to this topic only'),
      {
        type: 'topic',
        id: `topic/${deadLetterTopic}`,
        topicId: deadLetterTopic,
        labels,
        why: 'requests that fail again and again end there',
      },
      publisher(deadLetterTopic, PUBSUB, 'Pub/Sub itself moves dead letters'),
    ],
    subscriptions: [
      {
        type: 'subscription',
        id: `subscription/${deadLetters}`,
        subscriptionId: deadLetters,
        topicId: deadLetterTopic,
        labels,
        ackDeadlineSeconds: 60,
        messageRetentionSeconds: 7 * DAY_SECONDS,
        retry: undefined,
        deadLetter: undefined,
        push: undefined,
        why: 'dead letters are held for a week, to be read or sent again',
      },
      {
        type: 'subscription',
        id: `subscription/${subscription}`,
        subscriptionId: subscription,
        topicId: topic,
        labels,
        ackDeadlineSeconds,
        messageRetentionSeconds: DAY_SECONDS,
        // The service takes whole seconds up to ten minutes, and no back-off of the one without the other.
        retry: {minSeconds: Math.ceil(minBackoffSeconds), maxSeconds: Math.ceil(maxBackoffSeconds)},
        deadLetter: {topicId: deadLetterTopic, attempts: maxDeliveryAttempts},
        push: {functionId: parts.functions.worker, serviceAccount: emailOf(accounts.push)},
        why: 'pushes requests to worker, with retries, back-off and a dead-letter topic',
      },
      {
        type: 'grant',
        id: `grant/subscription/${subscription}`,
        on: {type: 'subscription', name: subscription},
        bindings: [{role: 'roles/pubsub.subscriber', member: PUBSUB}],
        exact: false,
        why: 'Pub/Sub takes a message off before it moves it to the dead letters',
      },
    ],
  }
}
