import type {Connected} from './places.ts'
import type {MessageRecord, Skipped} from './records.ts'
import {REFUSED, unlessRefused, type Json, type Rpc} from './rpc.ts'
import {drain, giveBack, makeTemporary, pullAll, type Received} from './temporary.ts'

/** A subscription's topic after that was deleted. */
const DELETED_TOPIC = '_deleted-topic_'

/**
 * What the subscriptions have not acknowledged, each message once, in the order of publishing. A snapshot of each
 * subscription is read through a subscription of our own, so nobody's delivery is touched; where snapshots do not carry
 * that far, messages are pulled and given back at once.
 */
export async function readMessages(
  {pubsub, snapshotsCarry}: Connected,
  subscriptions: readonly Json[],
): Promise<{readonly messages: readonly MessageRecord[]; readonly skipped: readonly Skipped[]}> {
  const found = new Map<string, MessageRecord & {subscriptions: string[]}>()
  const skipped: Skipped[] = []
  for (const subscription of subscriptions) {
    const name = String(subscription['name'])
    const topic = String(subscription['topic'])
    if (subscription['detached'] === true) continue
    if (topic === DELETED_TOPIC) {
      skipped.push({what: `messages of ${name}`, why: 'its topic was deleted'})
      continue
    }
    const messages = await unlessRefused([REFUSED.unimplemented, REFUSED.failedPrecondition], () =>
      snapshotsCarry ? readSnapshot(pubsub, subscription) : peek(pubsub, name),
    )
    if (!messages) skipped.push({what: `messages of ${name}`, why: 'the engine does not let them be read'})
    for (const message of messages ?? []) {
      const key = `${topic} ${String(message['messageId'])}`
      const known = found.get(key)
      if (known) known.subscriptions.push(name)
      else found.set(key, {topic, subscriptions: [name], message})
    }
  }
  const all = [...found.values()]
  return {messages: all.toSorted((a, b) => compare(a.message, b.message)), skipped}
}

async function readSnapshot(pubsub: Rpc, subscription: Json): Promise<Json[]> {
  await using own = await makeTemporary(pubsub, subscription)
  const {snapshot} = own
  const {name} = subscription
  await pubsub.call('google.pubsub.v1.Subscriber/CreateSnapshot', {name: snapshot, subscription: name})
  await pubsub.call('google.pubsub.v1.Subscriber/Seek', {subscription: own.subscription, snapshot})
  const messages: Json[] = []
  await drain(pubsub, own.subscription, (message) => {
    messages.push(message)
    return false
  })
  return messages
}

/** What is out with a subscriber just now is not seen, and what is seen counts as delivered once. */
async function peek(pubsub: Rpc, subscription: string): Promise<Json[]> {
  const held: Received[] = []
  try {
    for await (const received of pullAll(pubsub, subscription)) held.push(...received)
  } finally {
    await giveBack(pubsub, subscription, held)
  }
  return held.map(({message}) => message)
}

/** Ids of messages are numbers that grow. */
function compare(a: Json, b: Json): number {
  const [left, right] = [a, b].map(({messageId}) => String(messageId))
  return left!.length - right!.length || (left! < right! ? -1 : 1)
}
