import type {EngineRecord} from './records.ts'
import {listAll, REFUSED, unlessRefused, type Json, type Rpc} from './rpc.ts'
import {isTemporary} from './temporary.ts'

/** Schemas (each revision, from the oldest), topics and subscriptions of a project. */
export async function readPubSub(pubsub: Rpc, project: string): Promise<EngineRecord[]> {
  const within = {project: `projects/${project}`}
  const topics = await listAll<Json>(pubsub, 'google.pubsub.v1.Publisher/ListTopics', within, 'topics')
  const subscriptions = await listSubscriptions(pubsub, project)
  return [
    ...(await readSchemas(pubsub, project)).map((value) => ({kind: 'schema', value}) as const),
    ...topics.map((value) => ({kind: 'topic', value}) as const),
    ...subscriptions.map((value) => ({kind: 'subscription', value}) as const),
  ]
}

/** Those of a project, without what another export or import of this moment has made for itself. */
export async function listSubscriptions(pubsub: Rpc, project: string): Promise<readonly Json[]> {
  const list = 'google.pubsub.v1.Subscriber/ListSubscriptions'
  const all = await listAll<Json>(pubsub, list, {project: `projects/${project}`}, 'subscriptions')
  return all.filter((subscription) => !isTemporary(subscription))
}

async function readSchemas(pubsub: Rpc, project: string): Promise<Json[]> {
  const schemas = await unlessRefused([REFUSED.unimplemented], () =>
    listAll<Json>(pubsub, 'google.pubsub.v1.SchemaService/ListSchemas', {parent: `projects/${project}`}, 'schemas'),
  )
  const all: Json[] = []
  for (const {name} of schemas ?? []) {
    const list = 'google.pubsub.v1.SchemaService/ListSchemaRevisions'
    const revisions = await listAll<Json>(pubsub, list, {name, view: 'FULL'}, 'schemas')
    all.push(...revisions.toSorted((a, b) => compare(a['revisionCreateTime'], b['revisionCreateTime'])))
  }
  return all
}

function compare(a: unknown, b: unknown): number {
  return Date.parse(String(a)) - Date.parse(String(b)) || String(a).localeCompare(String(b))
}
