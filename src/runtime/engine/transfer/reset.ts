import {StitchError} from '#runtime/kernel/errors.ts'
import {listDatabases, listProjects, type Connected, type EngineScope} from './places.ts'
import {listSubscriptions} from './read-pubsub.ts'
import {listAll, REFUSED, unlessRefused, type Json, type Rpc} from './rpc.ts'

/** What was emptied. */
export type ResetReport = {
  readonly databases: readonly string[]
  /** Subscriptions that lost their messages. */
  readonly subscriptions: number
  /** Topics, subscriptions, snapshots and schemas that are gone. */
  readonly removed: number
}

/**
 * Deletes all documents and drops all messages; with `topics` everything of Pub/Sub goes.
 * Throws STITCH_ENGINE_REFUSED where the engine has no way to empty a database.
 */
export async function resetEngine(
  scope: EngineScope,
  {pubsub}: Pick<Connected, 'pubsub'>,
  {topics}: {readonly topics: boolean},
  signal: AbortSignal,
): Promise<ResetReport> {
  const databases = await listDatabases(scope, signal)
  for (const database of databases) await emptyDatabase(scope.firestoreHost, database, signal)
  let subscriptions = 0
  let removed = 0
  for (const project of await listProjects(scope, signal)) {
    if (topics) removed += await removeAll(pubsub, project)
    else {
      const all = await listSubscriptions(pubsub, project)
      for (const subscription of all) await dropMessages(pubsub, subscription)
      subscriptions += all.length
    }
  }
  return {databases, subscriptions, removed}
}

/** All emulators of Firestore have this way, and production has none. */
async function emptyDatabase(host: string, database: string, signal: AbortSignal): Promise<void> {
  const url = `http://${host}/emulator/v1/${database}/documents`
  const {ok, status} = await fetch(url, {method: 'DELETE', headers: {authorization: 'Bearer owner'}, signal})
  if (ok) return
  throw new StitchError(`${host} does not empty ${database} (HTTP ${status}), so its documents are still there.`, {
    code: 'STITCH_ENGINE_REFUSED',
    exit: 'environment',
  })
}

/** Acknowledges all there is; a subscription that cannot be moved in time is made anew. */
async function dropMessages(pubsub: Rpc, subscription: Json): Promise<void> {
  const name = subscription['name']
  if (subscription['detached'] === true) return
  // The engine's clock is this machine's; what is published while this call runs may stay or go.
  const time = new Date(Date.now() + 1000).toISOString()
  const sought = await unlessRefused([REFUSED.unimplemented, REFUSED.failedPrecondition], () =>
    pubsub.call('google.pubsub.v1.Subscriber/Seek', {subscription: name, time}),
  )
  if (sought) return
  await pubsub.call('google.pubsub.v1.Subscriber/DeleteSubscription', {subscription: name})
  await pubsub.call('google.pubsub.v1.Subscriber/CreateSubscription', subscription)
}

/** Subscriptions before the topics they hang on. */
async function removeAll(pubsub: Rpc, project: string): Promise<number> {
  let removed = 0
  for (const [service, kind, field, list, parent] of KINDS) {
    const items = await unlessRefused([REFUSED.unimplemented], () =>
      listAll<Json>(pubsub, `google.pubsub.v1.${service}/${list}`, {[parent]: `projects/${project}`}, `${field}s`),
    )
    for (const {name} of items ?? []) {
      const key = kind === 'Schema' ? 'name' : field
      await unlessRefused([REFUSED.notFound], () =>
        pubsub.call(`google.pubsub.v1.${service}/Delete${kind}`, {[key]: name}),
      )
      removed++
    }
  }
  return removed
}

const KINDS = [
  ['Subscriber', 'Subscription', 'subscription', 'ListSubscriptions', 'project'],
  ['Subscriber', 'Snapshot', 'snapshot', 'ListSnapshots', 'project'],
  ['Publisher', 'Topic', 'topic', 'ListTopics', 'project'],
  ['SchemaService', 'Schema', 'schema', 'ListSchemas', 'parent'],
] as const
