import {PubSub} from '@google-cloud/pubsub'
import {StoreError, type Publisher} from './ports.ts'

/**
 * The unmodified client. A message is sent at once instead of waiting for others to share a call with: a request waits
 * for it. The client's own retries end with `deadlineMs`.
 */
export function createPubSubPublisher(options: {
  readonly projectId: string
  readonly topic: string
  readonly deadlineMs: number
}): Publisher {
  const {projectId, topic, deadlineMs} = options
  const target = new PubSub({projectId}).topic(topic, {
    batching: {maxMessages: 1},
    gaxOpts: {
      timeout: deadlineMs,
      retry: {
        retryCodes: [14],
        backoffSettings: {
          initialRetryDelayMillis: 50,
          retryDelayMultiplier: 1.3,
          maxRetryDelayMillis: deadlineMs,
          initialRpcTimeoutMillis: deadlineMs,
          rpcTimeoutMultiplier: 1,
          maxRpcTimeoutMillis: deadlineMs,
          totalTimeoutMillis: deadlineMs,
        },
      },
    },
  })
  return {
    async publish(data, attributes) {
      try {
        await target.publishMessage({data, attributes: {...attributes}})
      } catch (error) {
        const {code} = error as {code?: unknown}
        if (typeof code !== 'number') throw error
        throw new StoreError(code === 4 ? 'deadline_exceeded' : 'publish_failed')
      }
    },
  }
}
