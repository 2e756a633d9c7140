import {describe} from 'vitest'
import {usePubSub} from '../../conformance/pubsub-client.ts'
import {describeHistories} from '../../conformance/pubsub-histories.ts'
import {describeResources} from '../../conformance/pubsub-resources.ts'
import {startEmbedded} from '../firestore/start-embedded.ts'

describe('the embedded Pub/Sub, through the unmodified client', () => {
  const clients = usePubSub(() => startEmbedded())
  describeHistories(clients)
  describeResources(clients, {updates: true, checks: true})
})
