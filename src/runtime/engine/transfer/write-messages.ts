import type {Connected} from './places.ts'
import {publishMessages} from './publish-messages.ts'
import type {MessageRecord, Skipped} from './records.ts'
import {refusingAt, type PlaceOf} from './refusal.ts'
import type {Json, Rpc} from './rpc.ts'
import {drain, giveBack, makeTemporary, type Received, type Temporary} from './temporary.ts'
import type {PubSubRecords} from './write-pubsub.ts'

type Context = {
  readonly skipped: Skipped[]
  /** Makes a subscription, with its endpoint unless that is to come later; false where it was there or cannot be made. */
  readonly create: (subscription: Json, options?: {readonly push: boolean}) => Promise<boolean>
  readonly placeOf: PlaceOf
}

/** Makes the subscriptions, each with the messages that it had not acknowledged, and tells which ones nobody gets. */
export async function writeMessages(
  {pubsub, snapshotsCarry}: Connected,
  {subscriptions, messages}: Pick<PubSubRecords, 'subscriptions' | 'messages'>,
  context: Context,
): Promise<{readonly subscriptions: number; readonly messages: number}> {
  const {skipped, create, placeOf} = context
  const write = snapshotsCarry ? writeBySnapshots : writePlainly
  let made = 0
  /** Those that have their messages. */
  const reached = new Set<Json>()
  const leftOut = new Set<MessageRecord>()
  for (const [topic, own] of Map.groupBy(subscriptions, (subscription) => String(subscription['topic']))) {
    const all = messages.filter((record) => own.some((subscription) => isFor(subscription, record)))
    if (all.length > 0 && (await refusingAt(placeOf(own[0]!), () => isFree(pubsub, topic)))) {
      for (const subscription of await write(pubsub, own, all, context)) {
        made++
        reached.add(subscription)
      }
      continue
    }
    if (all.length > 0) {
      for (const record of all) leftOut.add(record)
      skipped.push({what: `${say(all.length)} of ${topic}`, why: 'the topic has subscriptions, which would get them'})
    }
    for (const subscription of own) if (await create(subscription)) made++
  }
  const rest = messages.filter((record) => !leftOut.has(record))
  skipped.push(...listLost(rest, subscriptions, reached))
  return {subscriptions: made, messages: rest.filter((record) => isForAny(reached, record)).length}
}

function isForAny(subscriptions: ReadonlySet<Json>, record: MessageRecord): boolean {
  return subscriptions.values().some((subscription) => isFor(subscription, record))
}

/** What messages name and did not reach. */
function listLost(
  messages: readonly MessageRecord[],
  subscriptions: readonly Json[],
  reached: ReadonlySet<Json>,
): readonly Skipped[] {
  const lost = messages.flatMap((record) => {
    const names = reached.values().filter((subscription) => isFor(subscription, record))
    const missed = new Set(record.subscriptions).difference(new Set(names.map(({name}) => name)))
    return [...missed].map((name) => ({name, topic: record.topic}))
  })
  return [...Map.groupBy(lost, ({name, topic}) => `${topic} ${name}`).values()].map((same) => {
    const {name, topic} = same[0]!
    const found = subscriptions.find((subscription) => subscription['name'] === name && subscription['topic'] === topic)
    const why =
      found?.['detached'] === true
        ? 'it is detached'
        : found
          ? 'it was not made'
          : `${topic} has no such subscription in the export`
    return {what: `${say(same.length)} for ${name}`, why}
  })
}

function say(messages: number): string {
  return messages === 1 ? '1 message' : `${messages} messages`
}

async function isFree(pubsub: Rpc, topic: string): Promise<boolean> {
  const {subscriptions = []} = await pubsub.call('google.pubsub.v1.Publisher/ListTopicSubscriptions', {topic})
  return (subscriptions as string[]).length === 0
}

/** Gives the subscriptions that were made. */
type WriteTopic = (
  pubsub: Rpc,
  subscriptions: readonly Json[],
  messages: readonly MessageRecord[],
  context: Context,
) => Promise<readonly Json[]>

/**
 * Messages are published before the subscriptions exist, and kept meanwhile by subscriptions of our own, with whose
 * snapshots the new ones begin: so no message is pushed to, or counted as an attempt of, somebody who had it already.
 */
const writeBySnapshots: WriteTopic = async (pubsub, subscriptions, messages, {create, placeOf}) => {
  await using stack = new AsyncDisposableStack()
  const holders = new Map<Json, Temporary>()
  for (const subscription of subscriptions) {
    if (!messages.some((record) => isFor(subscription, record))) continue
    const holder = await refusingAt(placeOf(subscription), () => makeTemporary(pubsub, subscription))
    holders.set(subscription, stack.use(holder))
  }
  const recordsById = await publishMessages(pubsub, messages, placeOf)
  const made: Json[] = []
  for (const subscription of subscriptions) {
    const holder = holders.get(subscription)
    if (holder) {
      await removeOthers(pubsub, holder.subscription, subscription, recordsById)
      const request = {name: holder.snapshot, subscription: holder.subscription}
      await pubsub.call('google.pubsub.v1.Subscriber/CreateSnapshot', request)
    }
    if (!(await create(subscription))) continue
    made.push(subscription)
    if (!holder) continue
    const {snapshot} = holder
    await pubsub.call('google.pubsub.v1.Subscriber/Seek', {subscription: subscription['name'], snapshot})
  }
  return made
}

/** Every subscription gets all, and what it had acknowledged is taken out again before anything is pushed. */
const writePlainly: WriteTopic = async (pubsub, subscriptions, messages, {create, placeOf}) => {
  const made: Json[] = []
  for (const subscription of subscriptions) if (await create(subscription, {push: false})) made.push(subscription)
  const recordsById = await publishMessages(pubsub, messages, placeOf)
  for (const subscription of made) {
    const name = String(subscription['name'])
    if (subscription['detached'] !== true)
      await giveBack(pubsub, name, await removeOthers(pubsub, name, subscription, recordsById))
    const pushConfig = subscription['pushConfig'] as Json | undefined
    if (pushConfig?.['pushEndpoint'])
      await pubsub.call('google.pubsub.v1.Subscriber/ModifyPushConfig', {subscription: name, pushConfig})
  }
  return made
}

/** A detached subscription gets nothing any more. */
function isFor({name, topic, detached}: Json, record: MessageRecord): boolean {
  return topic === record.topic && detached !== true && record.subscriptions.includes(String(name))
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
