import type {MessageRecord} from './records.ts'
import {sendTogether, type PlaceOf} from './refusal.ts'
import type {Rpc} from './rpc.ts'

/** In one publish request. */
const MOST_MESSAGES = 500
const MOST_BYTES = 2 * 1024 * 1024

/** Publishes messages of one topic in order; the records by the ids that their messages have now. */
export async function publishMessages(
  pubsub: Rpc,
  messages: readonly MessageRecord[],
  placeOf: PlaceOf,
): Promise<ReadonlyMap<string, MessageRecord>> {
  const byId = new Map<string, MessageRecord>()
  for (let at = 0; at < messages.length;) {
    const batch: MessageRecord[] = []
    for (let size = 0; at < messages.length && batch.length < MOST_MESSAGES; at++) {
      const record = messages[at]!
      size += JSON.stringify(record.message).length
      if (batch.length > 0 && size > MOST_BYTES) break
      batch.push(record)
    }
    await sendTogether(batch, placeOf, async (records) => {
      const request = {
        topic: records[0]!.topic,
        messages: records.map(({message: {data, attributes, orderingKey}}) => ({data, attributes, orderingKey})),
      }
      const {messageIds = []} = await pubsub.call('google.pubsub.v1.Publisher/Publish', request)
      for (const [index, id] of (messageIds as string[]).entries()) byId.set(id, records[index]!)
    })
  }
  return byId
}
