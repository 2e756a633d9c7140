import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {nameParts} from './desired/parts.ts'
import {readSecretValue} from './read-secret.ts'
import {resolveStage, type StageFlags} from './settings.ts'
import type {Api} from './types.ts'

/** Where a stage's documents are, and what ids of its identity documents are made with. */
export type SeedPlace = {readonly database: string; readonly pepper: string | undefined}

/**
 * What a seed of a deployed stage needs. Without the stage's pepper, identities would be written under ids that its
 * functions never ask for; it is undefined where nothing is deployed yet.
 */
export async function findSeedPlace(config: ResolvedConfig, flags: StageFlags, api: Api): Promise<SeedPlace> {
  const stage = await resolveStage(config, flags)
  const {database, secrets} = nameParts(config, stage)
  const found = await readSecretValue(api, stage.target, secrets.pepper)
  return {database, pepper: found?.value}
}
