import {describe, expect, test} from 'vitest'
import {provisionPubSub} from '#runtime/engine/topics.ts'
import type {PubSubPlan} from '#runtime/engine/types.ts'
import {startGrpcStandIn} from './stand-ins/grpc-server.ts'

const plan: PubSubPlan = {
  topic: 'stitch-requests',
  deadLetterTopic: 'stitch-dead',
  subscription: 'stitch-worker',
  pushEndpoint: 'http://127.0.0.1:1/worker',
  ackDeadlineSeconds: 10,
  minBackoffSeconds: 1,
  maxBackoffSeconds: 60,
  maxDeliveryAttempts: 5,
}
const TOPICS = ['Publisher/CreateTopic', 'Publisher/CreateTopic']
const shortNames = (calls: readonly {readonly method: string}[]) =>
  calls.map(({method}) => method.replace('google.pubsub.v1.', ''))

describe('setting up Pub/Sub', () => {
  test('takes three calls where nothing was there', async () => {
    await using server = await startGrpcStandIn(() => ({status: 0}))
    await provisionPubSub({pubsubHost: server.host}, 'demo', plan)
    expect(shortNames(server.calls)).toEqual([...TOPICS, 'Subscriber/CreateSubscription'])
  })

  test('makes a subscription that is there anew, and keeps topics', async () => {
    let created = 0
    await using server = await startGrpcStandIn((method) => {
      if (method.endsWith('CreateTopic')) return {status: 6}
      return {status: method.endsWith('CreateSubscription') && ++created === 1 ? 6 : 0}
    })
    await provisionPubSub({pubsubHost: server.host}, 'demo', plan)
    expect(shortNames(server.calls)).toEqual([
      ...TOPICS,
      'Subscriber/CreateSubscription',
      'Subscriber/DeleteSubscription',
      'Subscriber/CreateSubscription',
    ])
  })

  test("stops with the engine's own reason when it refuses", async () => {
    await using server = await startGrpcStandIn(() => ({status: 3, message: 'Invalid [topics] name: ü'}))
    await expect(provisionPubSub({pubsubHost: server.host}, 'demo', plan)).rejects.toMatchObject({
      code: 'STITCH_PUBSUB_REFUSED',
      exit: 'environment',
      message:
        'Pub/Sub refused CreateTopic (status 3: Invalid [topics] name: ü), so the asynchronous path was not set up.',
    })
  })
})
