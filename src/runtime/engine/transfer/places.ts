import type {Rpc} from './rpc.ts'

/** An engine's address and what of it is meant. */
export type EngineScope = {
  readonly firestoreHost: string
  readonly pubsubHost: string
  /** Projects and databases that are looked at where the engine cannot tell which ones it has. */
  readonly projectId: string
  readonly databases: readonly string[]
}

/** The services of an engine, connected. */
export type Connected = {
  readonly firestore: Rpc
  readonly pubsub: Rpc
  /**
   * Whether a subscription that seeks to another one's snapshot gets its messages, as in production. The official
   * emulator gives it nothing that was published before it was made (0.8.20, measured).
   */
  readonly snapshotsCarry: boolean
}

/** Whether the engine at these hosts is embedded in a stitch. */
export async function isEmbedded(pubsubHost: string, signal: AbortSignal): Promise<boolean> {
  return (await ask(pubsubHost, PROJECTS, signal)) !== undefined
}

const PROJECTS = '/emulator/v1/projects'

/** Databases (`projects/p/databases/d`): all that hold documents where the engine is ours, else those of the project. */
export async function listDatabases(scope: EngineScope, signal: AbortSignal): Promise<readonly string[]> {
  const own = await ask<'databases'>(scope.firestoreHost, '/emulator/v1/databases', signal)
  return own?.databases ?? scope.databases.map((id) => `projects/${scope.projectId}/databases/${id}`)
}

/** Projects with anything of Pub/Sub where the engine is ours, else the one. */
export async function listProjects(scope: EngineScope, signal: AbortSignal): Promise<readonly string[]> {
  const own = await ask<'projects'>(scope.pubsubHost, PROJECTS, signal)
  return own?.projects ?? [scope.projectId]
}

/** What only the embedded engine serves; the official emulators say that they do not know it. */
async function ask<T extends string>(
  host: string,
  path: string,
  signal: AbortSignal,
): Promise<Readonly<Record<T, readonly string[]>> | undefined> {
  const answer = await fetch(`http://${host}${path}`, {signal}).catch(() => undefined)
  signal.throwIfAborted()
  const isJson = answer?.ok && answer.headers.get('content-type')?.startsWith('application/json')
  return isJson ? ((await answer.json()) as Record<T, readonly string[]>) : undefined
}
