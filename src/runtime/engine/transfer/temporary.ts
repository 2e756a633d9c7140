import {randomBytes} from 'node:crypto'
import type {Json, Rpc} from './rpc.ts'

/** The longest there is, so that what is pulled is not given out again meanwhile. */
const ACK_DEADLINE_SECONDS = 600

/** Should this process be killed, what it made goes by itself. */
const EXPIRES_AFTER = '86400s'

/** By this other exports, imports and resets know what is none of theirs. */
const LABELS = {'stitch-temporary': 'transfer'}

/** Whether a subscription was made by `makeTemporary`, of this process or of another. */
export function isTemporary({labels}: Json): boolean {
  return (labels as Partial<typeof LABELS> | undefined)?.['stitch-temporary'] === LABELS['stitch-temporary']
}

/** A subscription of our own, of the same topic and kind as another one, and a snapshot's name; both go when disposed of. */
export type Temporary = AsyncDisposable & {readonly subscription: string; readonly snapshot: string}

export async function makeTemporary(pubsub: Rpc, like: Json): Promise<Temporary> {
  const project = String(like['name']).split('/').slice(0, 2).join('/')
  const id = `stitch-${randomBytes(8).toString('hex')}`
  const subscription = `${project}/subscriptions/${id}`
  const snapshot = `${project}/snapshots/${id}`
  const {topic, filter, enableMessageOrdering} = like
  await pubsub.call('google.pubsub.v1.Subscriber/CreateSubscription', {
    name: subscription,
    topic,
    filter,
    enableMessageOrdering,
    labels: LABELS,
    ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
    expirationPolicy: {ttl: EXPIRES_AFTER},
  })
  return {
    subscription,
    snapshot,
    [Symbol.asyncDispose]: async () => {
      await pubsub.putBack('google.pubsub.v1.Subscriber/DeleteSubscription', {subscription})
      await pubsub.putBack('google.pubsub.v1.Subscriber/DeleteSnapshot', {snapshot})
    },
  }
}

export type Received = {readonly ackId: string; readonly message: Json}

/** Whatever a subscription gives, until there is nothing more. Keys with an order go on when what came is acknowledged. */
export async function* pullAll(pubsub: Rpc, subscription: string): AsyncGenerator<readonly Received[]> {
  for (;;) {
    const request = {subscription, maxMessages: 1000, returnImmediately: true}
    const {receivedMessages = []} = await pubsub.call('google.pubsub.v1.Subscriber/Pull', request)
    if ((receivedMessages as readonly Received[]).length === 0) return
    yield receivedMessages as readonly Received[]
  }
}

/** Takes out of a subscription what is not wanted there; what is wanted was pulled, and is returned. */
export async function drain(
  pubsub: Rpc,
  subscription: string,
  isWanted: (message: Json) => boolean,
): Promise<readonly Received[]> {
  const wanted: Received[] = []
  for await (const received of pullAll(pubsub, subscription)) {
    const {kept = [], others = []} = Object.groupBy(received, ({message}) => (isWanted(message) ? 'kept' : 'others'))
    const ackIds = others.map(({ackId}) => ackId)
    if (ackIds.length > 0) await pubsub.call('google.pubsub.v1.Subscriber/Acknowledge', {subscription, ackIds})
    wanted.push(...kept)
  }
  return wanted
}

/** What was pulled is to be had by others again, now. */
export async function giveBack(pubsub: Rpc, subscription: string, held: readonly Received[]): Promise<void> {
  for (let at = 0; at < held.length; at += 1000) {
    const ackIds = held.slice(at, at + 1000).map(({ackId}) => ackId)
    const request = {subscription, ackIds, ackDeadlineSeconds: 0}
    await pubsub.putBack('google.pubsub.v1.Subscriber/ModifyAckDeadline', request)
  }
}
