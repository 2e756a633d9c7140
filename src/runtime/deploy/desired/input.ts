import {functionsConfig} from '#runtime/config/functions-config.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import type {StagePlan} from '../settings.ts'
import type {Parts} from './parts.ts'

/** What a stage is made from. */
export type DesiredInput = StagePlan & {
  readonly config: ResolvedConfig
  /** The bundle's SHA-256. */
  readonly sha256: string
  /** The account that the project's builds run as where none is configured, if it lacks the role for it. */
  readonly builder: string | undefined
  /** What deploys the functions. Default: our own calls. */
  readonly via?: string
}

/** STITCH_CONFIG of a stage. Contains no secret. */
export function stageFunctionsConfig({config, settings, target}: DesiredInput, parts: Parts): object {
  return functionsConfig(config, {
    project: target.project,
    database: parts.database,
    topic: parts.topic,
    sgtmUrl: settings.sgtmUrl ?? '',
    allowPrivate: false,
  })
}
