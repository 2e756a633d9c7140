import type {Connected} from './places.ts'
import type {MessageRecord, Skipped} from './records.ts'
import type {Json, Rpc} from './rpc.ts'
import {drain, giveBack, makeTemporary, type Received, type Temporary} from './temporary.ts'
import type {PubSubRecords} from './write-pubsub.ts'

/** In one publish request. */
const MOST_MESSAGES = 500
const MOST_BYTES = 2 * 1024 * 1024

type Context = {
  readonly skipped: Skipped[]
  /** Makes a subscription; false where it was there or cannot be made. */
  readonly create: (subscription: Json) => Promise<boolean>
}

/** Makes the subscriptions, each with the messages that it had not acknowledged. */
export async function writeMessages(
  {pubsub, snapshotsCarry}: Connected,
  {subscriptions, messages}: Pick<PubSubRecords, 'subscriptions' | 'messages'>,
  {skipped, create}: Context,
): Promise<{readonly subscriptions: number; readonly messages: number}> {
  let made = 0
  let written = 0
  const write = snapshotsCarry ? writeBySnapshots : writePlainly
  for (const [topic, own] of Map.groupBy(subscriptions, (subscription) => String(subscription['topic']))) {
    const all = messages.filter((record) => record.topic === topic)
    if (all.length > 0 && (await isFree(pubsub, topic))) {
      made += await write(pubsub, own, all, create)
      written += all.length
      continue
    }
    if (all.length > 0)
      skipped.push({
        what: `${all.length} messages of ${topic}`,
        why: 'the topic has subscriptions, which would get them',
      })
    for (const subscription of own) if (await create(subscription)) made++
  }
  return {subscriptions: made, messages: written}
}

async function isFree(pubsub: Rpc, topic: string): Promise<boolean> {
  const {subscriptions = []} = await pubsub.call('google.pubsub.v1.Publisher/ListTopicSubscriptions', {topic})
  return (subscriptions as string[]).length === 0
}

type WriteTopic = (
  pubsub: Rpc,
  subscriptions: readonly Json[],
  messages: readonly MessageRecord[],
  create: Context['create'],
) => Promise<number>

/**
 * Messages are published before the subscriptions exist, and kept meanwhile by subscriptions of our own, with whose
 * snapshots the new ones begin: so no message is pushed to, or counted as an attempt of, somebody who had it already.
 */
const writeBySnapshots: WriteTopic = async (pubsub, subscriptions, messages, create) => {
  await using stack = new AsyncDisposableStack()
  const holders = new Map<Json, Temporary>()
  for (const subscription of subscriptions) {
    if (messages.some((record) => isFor(subscription, record)))
      holders.set(subscription, stack.use(await makeTemporary(pubsub, subscription)))
  }
  const recordsById = await publish(pubsub, messages)
  let made = 0
  for (const subscription of subscriptions) {
    const holder = holders.get(subscription)
    if (holder) {
      await removeOthers(pubsub, holder.subscription, subscription, recordsById)
      const request = {name: holder.snapshot, subscription: holder.subscription}
      await pubsub.call('google.pubsub.v1.Subscriber/CreateSnapshot', request)
    }
    if (!(await create(subscription))) continue
    made++
    if (!holder || subscription['detached'] === true) continue
    const {snapshot} = holder
    await pubsub.call('google.pubsub.v1.Subscriber/Seek', {subscription: subscription['name'], snapshot})
  }
  return made
}

/** Every subscription gets all, and what it had acknowledged is taken out again before anything is pushed. */
const writePlainly: WriteTopic = async (pubsub, subscriptions, messages, create) => {
  const own: Json[] = []
  for (const {pushConfig: _, ...subscription} of subscriptions) if (await create(subscription)) own.push(subscription)
  const recordsById = await publish(pubsub, messages)
  for (const subscription of own) {
    const name = String(subscription['name'])
    if (subscription['detached'] !== true)
      await giveBack(pubsub, name, await removeOthers(pubsub, name, subscription, recordsById))
    const pushConfig = subscriptions.find((each) => each['name'] === name)?.['pushConfig'] as Json | undefined
    if (pushConfig?.['pushEndpoint'])
      await pubsub.call('google.pubsub.v1.Subscriber/ModifyPushConfig', {subscription: name, pushConfig})
  }
  return own.length
}

function isFor(subscription: Json, {subscriptions}: MessageRecord): boolean {
  return subscriptions.includes(String(subscription['name']))
}

/** Nothing is pulled where there is nothing to be taken out. */
async function removeOthers(
  pubsub: Rpc,
  from: string,
  subscription: Json,
  recordsById: ReadonlyMap<string, MessageRecord>,
): Promise<readonly Received[]> {
  if (recordsById.values().every((record) => isFor(subscription, record))) return []
  return await drain(pubsub, from, ({messageId}) => {
    const record = recordsById.get(String(messageId))
    return record !== undefined && isFor(subscription, record)
  })
}

/** Publishes in order; the records by the ids that their messages have now. */
async function publish(pubsub: Rpc, messages: readonly MessageRecord[]): Promise<ReadonlyMap<string, MessageRecord>> {
  const byId = new Map<string, MessageRecord>()
  for (let at = 0; at < messages.length;) {
    const batch: MessageRecord[] = []
    for (let size = 0; at < messages.length && batch.length < MOST_MESSAGES; at++) {
      const record = messages[at]!
      size += JSON.stringify(record.message).length
      if (batch.length > 0 && size > MOST_BYTES) break
      batch.push(record)
    }
    const request = {
      topic: batch[0]!.topic,
      messages: batch.map(({message: {data, attributes, orderingKey}}) => ({data, attributes, orderingKey})),
    }
    const {messageIds = []} = await pubsub.call('google.pubsub.v1.Publisher/Publish', request)
    for (const [index, id] of (messageIds as string[]).entries()) byId.set(id, batch[index]!)
  }
  return byId
}
