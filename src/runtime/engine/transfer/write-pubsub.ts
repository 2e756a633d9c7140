import type {Connected} from './places.ts'
import type {MessageRecord, Skipped} from './records.ts'
import {refusingAt, type PlaceOf} from './refusal.ts'
import {REFUSED, unlessRefused, type Json, type Rpc} from './rpc.ts'
import {writeMessages} from './write-messages.ts'

/** Everything of Pub/Sub in an export. */
export type PubSubRecords = {
  readonly schemas: readonly Json[]
  readonly topics: readonly Json[]
  readonly subscriptions: readonly Json[]
  readonly messages: readonly MessageRecord[]
}

export type PubSubWritten = {
  readonly schema: number
  readonly topic: number
  readonly subscription: number
  readonly message: number
  readonly skipped: readonly Skipped[]
}

/** Makes what is missing and leaves what is there as it is; messages go to the subscriptions that had them and to no others. */
export async function writePubSub(
  connected: Connected,
  records: PubSubRecords,
  placeOf: PlaceOf,
): Promise<PubSubWritten> {
  const {pubsub} = connected
  const skipped: Skipped[] = []
  const schemas = await writeSchemas(pubsub, records.schemas, skipped, placeOf)
  let topics = 0
  for (const topic of records.topics) {
    const {state: _, schemaSettings, ...config} = topic
    const settings = schemas.settings(schemaSettings as Json | undefined)
    const method = 'google.pubsub.v1.Publisher/CreateTopic'
    const made = await refusingAt(placeOf(topic), () => make(pubsub, method, {...config, ...settings}, skipped))
    if (made) topics++
  }
  const {subscriptions, messages} = await writeMessages(connected, records, {
    skipped,
    placeOf,
    create: (subscription, {push} = {push: true}) => {
      const config = push ? subscription : {...subscription, pushConfig: undefined}
      return refusingAt(placeOf(subscription), () => createSubscription(pubsub, config, skipped))
    },
  })
  return {schema: schemas.made, topic: topics, subscription: subscriptions, message: messages, skipped}
}

/** False, with a reason, for one that is there already or that the engine does not take. */
async function make(pubsub: Rpc, method: string, request: Json, skipped: Skipped[]): Promise<boolean> {
  const made = await unlessRefused([REFUSED.alreadyExists], () => pubsub.call(method, request))
  if (!made) skipped.push({what: String(request['name']), why: 'it is there already and stays as it is'})
  return made !== undefined
}

async function createSubscription(pubsub: Rpc, subscription: Json, skipped: Skipped[]): Promise<boolean> {
  const {state: _, detached, topicMessageRetentionDuration: __, ...config} = subscription
  const name = String(config['name'])
  if (config['topic'] === '_deleted-topic_') {
    skipped.push({what: name, why: 'its topic was deleted'})
    return false
  }
  if (!(await make(pubsub, 'google.pubsub.v1.Subscriber/CreateSubscription', config, skipped))) return false
  if (detached !== true) return true
  const detach = 'google.pubsub.v1.Publisher/DetachSubscription'
  const done = await unlessRefused([REFUSED.unimplemented], () => pubsub.call(detach, {subscription: name}))
  if (!done) skipped.push({what: `${name}: being detached`, why: 'the engine cannot detach subscriptions'})
  return true
}

type WrittenSchemas = {
  readonly made: number
  /** A topic's settings with the ids that the revisions have now. */
  readonly settings: (settings: Json | undefined) => {readonly schemaSettings?: Json}
}

/** The first revision makes a schema, the others are committed to it; each gets a new id. */
async function writeSchemas(
  pubsub: Rpc,
  schemas: readonly Json[],
  skipped: Skipped[],
  placeOf: PlaceOf,
): Promise<WrittenSchemas> {
  const ids = new Map<string, unknown>()
  const own = new Set<string>()
  const left = new Set<string>()
  for (const record of schemas) {
    const {name, type, definition, revisionId} = record
    const full = String(name)
    if (left.has(full)) continue
    const schema = {name, type, definition}
    const [parent, id] = full.split('/schemas/')
    const service = 'google.pubsub.v1.SchemaService'
    const write = () =>
      own.has(full)
        ? pubsub.call(`${service}/CommitSchema`, {name, schema})
        : pubsub.call(`${service}/CreateSchema`, {parent, schemaId: id, schema})
    const made = await refusingAt(placeOf(record), () =>
      unlessRefused([REFUSED.alreadyExists, REFUSED.unimplemented], write),
    )
    if (made) {
      own.add(full)
      ids.set(String(revisionId), made['revisionId'])
    } else {
      left.add(full)
      skipped.push({what: full, why: 'it is there already, or the engine does not take its type'})
    }
  }
  return {
    made: own.size,
    settings: (settings) => {
      if (!settings) return {}
      // Ids of a schema that was there before, or is not there, mean nothing here.
      const {firstRevisionId, lastRevisionId, ...rest} = settings
      const first = ids.get(String(firstRevisionId))
      const last = ids.get(String(lastRevisionId))
      return {
        schemaSettings: {
          ...rest,
          ...(first === undefined ? {} : {firstRevisionId: first}),
          ...(last === undefined ? {} : {lastRevisionId: last}),
        },
      }
    },
  }
}
