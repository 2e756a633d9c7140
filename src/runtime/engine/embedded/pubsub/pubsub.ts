import type {RequestListener} from 'node:http'
import type {Service} from '../grpc/service.ts'
import {clearPubSub, listProjects} from './clear.ts'
import {createHub} from './hub.ts'
import {forgetPolicies} from './iam/forget-policies.ts'
import {createPolicies} from './iam/policies.ts'
import {policyMethods} from './iam/policy-methods.ts'
import {createJournal, forgetfulJournal} from './journal.ts'
import type {MessageStore} from '../store/message-store.ts'
import {publisherService} from './publisher.ts'
import {restoreHub} from './restore.ts'
import {createPushTokens} from './push-token.ts'
import {pushTokenPages} from './push-token-pages.ts'
import {createPushSender, withTokens} from './send-push.ts'
import {schemaWire} from './schemas/schema-codec.ts'
import {schemaMethods} from './schemas/schema-methods.ts'
import {createSchemaRegistry} from './schemas/schema-registry.ts'
import {snapshotMethods} from './snapshot-methods.ts'
import {subscriberService} from './subscriber.ts'
import {systemTimeline, type Timeline} from '../timeline.ts'

/** google.pubsub.v1, to be served by a gRPC server. Disposing stops all deliveries. */
export type PubSub = Disposable & {
  readonly services: readonly Service[]
  /** What is served over HTTP/1.1: the keys that verify the tokens of pushes. */
  readonly pages: RequestListener
  /** Removes everything; resolves when that is kept. */
  readonly clear: () => Promise<void>
  readonly projects: () => readonly string[]
}

export type PubSubOptions = {
  /** Clock and timers, so that a ten-minute back-off can be tested at once. */
  readonly timeline?: Timeline
  /** What survives the process; without it everything lives in memory. Disposing writes to it but does not close it. */
  readonly store?: MessageStore
  /** Subscriptions (full names) that are not taken over from an earlier process, nor are their messages. */
  readonly discard?: readonly string[]
  /** Whether subscriptions with an endpoint deliver to it; they do unless this is false. */
  readonly push?: boolean
}

/** What a store has goes on as if the process had not ended; messages that were out with a subscriber go out again. */
export function createPubSub({
  timeline = systemTimeline,
  store,
  discard = [],
  push = true,
}: PubSubOptions = {}): PubSub {
  const sender = createPushSender()
  const tokens = createPushTokens(timeline.now)
  const kept = store && createJournal(store)
  const policies = createPolicies(kept ?? forgetfulJournal)
  const exists = (name: string) =>
    hub.topics.has(name) || hub.subscriptions.has(name) || hub.snapshots.has(name) || schemas.has(name)
  const journal = forgetPolicies(kept ?? forgetfulJournal, policies, exists)
  const hub = createHub({timeline, sendPush: push ? withTokens(sender.send, tokens) : undefined, journal})
  const schemas = createSchemaRegistry({now: timeline.now, keep: journal.resource})
  if (store) restoreHub(hub, store, discard)
  for (const {name, config} of store?.resources() ?? []) {
    if (name.split('/')[2] === 'schemas') schemas.restore(schemaWire.schema.decode(config))
    policies.restore(name, config)
  }
  return {
    pages: pushTokenPages(tokens),
    clear: () => clearPubSub(hub, schemas),
    projects: () => listProjects(hub, schemas),
    services: [
      publisherService(hub, schemas),
      subscriberService(hub),
      snapshotMethods(hub),
      schemaMethods(hub, schemas),
      policyMethods(policies, exists, hub.settled),
    ],
    [Symbol.dispose]: () => {
      sender[Symbol.dispose]()
      hub[Symbol.dispose]()
      kept?.[Symbol.dispose]()
    },
  }
}
