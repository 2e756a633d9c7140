import {describe} from 'vitest'
import {usePubSub} from '../../conformance/pubsub-client.ts'
import {describeHistories} from '../../conformance/pubsub-histories.ts'
import {describeResources} from '../../conformance/pubsub-resources.ts'
import {skipReason, titled} from '../gcloud/skip-reason.ts'
import {startOfficial} from '../gcloud/start-official.ts'

describe.skipIf(skipReason !== undefined)(titled("Google's Pub/Sub emulator agrees with the same cases"), () => {
  const clients = usePubSub(startOfficial)
  describeHistories(clients)
  describeResources(clients, {updates: false, checks: false})
})
