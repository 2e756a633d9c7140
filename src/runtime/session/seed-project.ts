import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import type {Engine} from '#runtime/engine/types.ts'
import type {SeedFixtures} from '#runtime/fixtures/load.ts'
import {identityRecords} from '#runtime/fixtures/read-identities.ts'
import type {FixtureRecord} from '#runtime/fixtures/records.ts'
import {seed, type SeedReport} from '#runtime/fixtures/seed.ts'
import {sourceOf} from '#runtime/fixtures/seed-plan.ts'
import type {SeedStore} from '#runtime/fixtures/seed-store.ts'
import {createIdentityKey, normaliseValue} from '#runtime/handlers/identity-key.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import type {LocalKeys} from './local-keys.ts'
import {openRunStore} from './open-run-store.ts'
import {startStage} from './start-stage.ts'

export type SeedProjectOptions = {
  readonly config: ResolvedConfig
  readonly fixtures: SeedFixtures
  readonly engine: Pick<Engine, 'firestoreHost'>
  readonly keys: LocalKeys
  readonly emit: Emit
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Every document of the fixtures, identities under the ids that the functions will look for. */
export function documentsOf(
  {records, identities}: SeedFixtures,
  config: ResolvedConfig,
  keys: LocalKeys,
): FixtureRecord[] {
  return [...records, ...identityRecords(identities, identityKeyOf(config, keys), config.identities.collection)]
}

/** The id of an identity's document, made as the handlers make it: normalised by its namespace, then hashed with the pepper. */
export function identityKeyOf(config: ResolvedConfig, keys: LocalKeys): (ns: string, value: string) => string {
  const pepper = Buffer.from(keys.pepper, 'base64')
  const namespaces = new Map(Object.values(config.kinds).flatMap((kind) => Object.entries(kind.namespaces ?? {})))
  return (ns, value) => createIdentityKey(pepper, ns, normaliseValue(value, namespaces.get(ns)?.normalise ?? []))
}

/**
 * Seeds what a run needs. Reading and comparing the fixtures' documents is one RPC for a few hundred of them, so there is
 * no marker that could be wrong: what differs is written, and nothing else.
 */
export async function seedIfNeeded(options: SeedProjectOptions): Promise<SeedReport> {
  const {config, fixtures, engine, keys, emit, clock, signal} = options
  const source = sourceOf(documentsOf(fixtures, config, keys))
  const {project: projectId} = config
  const target = {projectId, host: engine.firestoreHost}
  const open = (): Promise<SeedStore> => Promise.resolve(openRunStore(target.host, projectId, signal))
  return await startStage(
    {emit, clock},
    'seed',
    () => seed({source, target, open, emit, signal}),
    ({written, unchanged}) => ({
      detail: written === 0 ? `${unchanged} documents, unchanged` : `${written} written, ${unchanged} unchanged`,
    }),
  )
}
