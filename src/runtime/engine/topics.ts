import {StitchError} from '#runtime/kernel/errors.ts'
import {openGrpcChannel, type GrpcChannel} from './grpc-call.ts'
import {encodeName, encodeSubscription, subscriptionName, topicName} from './topics-messages.ts'
import type {Engine, PubSubPlan} from './types.ts'

const NOT_FOUND = 5
const ALREADY_EXISTS = 6

/**
 * Makes the topics and the push subscription of a run, whatever was there before. A subscription of an earlier run is
 * deleted and made anew: so its endpoint, its policies and its empty backlog are this run's. Topics keep nothing.
 * Two round trips where nothing was there. Throws STITCH_PUBSUB_REFUSED (exit environment) with the engine's reason.
 */
export async function provisionPubSub(
  engine: Pick<Engine, 'pubsubHost'>,
  projectId: string,
  plan: PubSubPlan,
  signal: AbortSignal = AbortSignal.timeout(10_000),
): Promise<void> {
  await using channel = openGrpcChannel(engine.pubsubHost)
  const call = (method: string, request: Uint8Array, accepted: readonly number[] = []): Promise<number> =>
    callAccepting(channel, method, request, accepted, signal)
  await Promise.all(
    [plan.topic, plan.deadLetterTopic].map((topic) =>
      call('google.pubsub.v1.Publisher/CreateTopic', encodeName(topicName(projectId, topic)), [ALREADY_EXISTS]),
    ),
  )
  const subscription = encodeSubscription(projectId, plan)
  const status = await call('google.pubsub.v1.Subscriber/CreateSubscription', subscription, [ALREADY_EXISTS])
  if (status !== ALREADY_EXISTS) return
  const name = encodeName(subscriptionName(projectId, plan.subscription))
  await call('google.pubsub.v1.Subscriber/DeleteSubscription', name, [NOT_FOUND])
  await call('google.pubsub.v1.Subscriber/CreateSubscription', subscription)
}

async function callAccepting(
  channel: GrpcChannel,
  method: string,
  request: Uint8Array,
  accepted: readonly number[],
  signal: AbortSignal,
): Promise<number> {
  const {status, message} = await channel.call(method, request, signal)
  if (status === 0 || accepted.includes(status)) return status
  const action = method.slice(method.lastIndexOf('/') + 1)
  throw new StitchError(
    `Pub/Sub refused ${action} (status ${status}: ${message}), so the asynchronous path was not set up.`,
    {
      code: 'STITCH_PUBSUB_REFUSED',
      exit: 'environment',
      hints: ['stitch simulate --print-config shows the topic, the subscription and their limits'],
    },
  )
}
