import type {Hub} from './hub.ts'
import {projectOf} from './names.ts'
import type {SchemaRegistry} from './schemas/schema-registry.ts'

/** Removes all topics, subscriptions, snapshots and schemas, with their messages; resolves when that is kept. */
export async function clearPubSub(hub: Hub, schemas: SchemaRegistry): Promise<void> {
  for (const name of hub.subscriptions.keys()) hub.deleteSubscription(name)
  for (const [name] of hub.snapshots.list()) hub.snapshots.delete(name)
  for (const name of hub.topics.keys()) hub.deleteTopic(name)
  for (const [name] of schemas.newest()) schemas.delete(name)
  await hub.settled()
}

/** The projects that anything belongs to, in order. */
export function listProjects(hub: Hub, schemas: SchemaRegistry): readonly string[] {
  const names = [
    ...hub.topics.keys(),
    ...hub.subscriptions.keys(),
    ...hub.snapshots.list().map(([name]) => name),
    ...schemas.newest().map(([name]) => name),
  ]
  return [...new Set(names.map(projectOf))].sort()
}
