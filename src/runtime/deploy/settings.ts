import {DeploySettings} from '#runtime/config/deploy-schema.ts'
import {loadConfigFile} from '#runtime/config/load-file.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {Target} from './types.ts'

/** Where and how a stage is deployed, all decided. */
export type StagePlan = {readonly target: Target; readonly settings: DeploySettings}

export type StageFlags = {
  /** `default`, or absent, is the stage without a suffix. */
  readonly stage?: string | undefined
  readonly region?: string | undefined
}

/**
 * The `deploy` part of the configuration for one stage: what `deploy.stages.NAME` says goes over what all stages share,
 * flags over both. A stage needs no entry. Throws STITCH_CONFIG_INVALID with the place, or STITCH_STAGE_INVALID.
 */
export async function resolveStage(config: ResolvedConfig, flags: StageFlags): Promise<StagePlan> {
  const stage = flags.stage === 'default' ? undefined : flags.stage
  if (stage !== undefined && !/^[a-z][-a-z0-9]{0,14}[a-z0-9]$/.test(stage)) {
    throw new StitchError(`${stage} is not a stage's name, so nothing was deployed.`, {
      code: 'STITCH_STAGE_INVALID',
      exit: 'usage',
      hints: ['2 to 16 lower-case letters, digits or hyphens, as --stage staging'],
    })
  }
  const {stages, ...shared} = config.deploy
  const own = stage === undefined ? stages['default'] : stages[stage]
  const parsed = DeploySettings.safeParse(merge(shared, own ?? {}))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue?.path ?? []
    const extra = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
    const where = ['deploy', 'stages', stage ?? 'default', ...path, ...extra]
    const {locate} = await loadConfigFile(config.file)
    const at = locate(where)
    throw new StitchError(
      `The value of ${where.join('.')} is not valid (${issue?.message}), so nothing was deployed.`,
      {
        code: 'STITCH_CONFIG_INVALID',
        exit: 'config',
        ...(at ? {at} : {}),
      },
    )
  }
  const region = flags.region ?? parsed.data.region
  return {target: {project: config.project, region, stage}, settings: {...parsed.data, region}}
}

/** Objects are merged key by key; everything else is replaced. */
function merge(under: Readonly<Record<string, unknown>>, over: Readonly<Record<string, unknown>>): unknown {
  const merged: Record<string, unknown> = {...under}
  for (const [key, value] of Object.entries(over)) {
    const below = under[key]
    merged[key] = isRecord(below) && isRecord(value) ? merge(below, value) : value
  }
  return merged
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
