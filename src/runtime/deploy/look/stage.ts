import {StitchError} from '#runtime/kernel/errors.ts'
import type {Api, Target} from '../types.ts'

/** A function as it is in the cloud, as far as looking at it needs. */
export type LiveFunction = {
  readonly name: string
  /** `ACTIVE`, `DEPLOYING`, `FAILED`, … */
  readonly state: string
  /** Of the Cloud Run service behind it. */
  readonly url: string | undefined
  readonly revision: string | undefined
  readonly updated: string | undefined
  readonly labels: Readonly<Record<string, string>>
  /** Secret and pinned version by variable. */
  readonly secrets: Readonly<Record<string, {readonly secret: string; readonly version: string}>>
}

type Answer = {
  readonly name: string
  readonly state?: string
  readonly updateTime?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly serviceConfig?: {
    readonly uri?: string
    readonly revision?: string
    readonly secretEnvironmentVariables?: readonly {key?: string; secret?: string; version?: string}[]
  }
}

/** Reads one function; undefined where there is none of that name. */
export async function readFunction(
  api: Api,
  {project, region}: Target,
  functionId: string,
): Promise<LiveFunction | undefined> {
  const path = `/v2/projects/${project}/locations/${region}/functions/${functionId}`
  const found = await api.find<Answer>({api: 'cloudfunctions', method: 'GET', path})
  if (!found) return undefined
  const {uri, revision, secretEnvironmentVariables = []} = found.serviceConfig ?? {}
  return {
    name: functionId,
    state: found.state ?? 'STATE_UNSPECIFIED',
    url: uri,
    revision,
    updated: found.updateTime,
    labels: found.labels ?? {},
    secrets: Object.fromEntries(
      secretEnvironmentVariables.map(({key = '', secret = '', version = ''}) => [key, {secret, version}]),
    ),
  }
}

/** Nothing of the stage is there, so there is nothing to look at. */
export function notDeployed({project, region, stage}: Target, so: string): StitchError {
  const name = stage === undefined ? '' : ` --stage ${stage}`
  return new StitchError(
    `There is no lookup function of the stage ${stage ?? 'default'} in ${project}, ${region}, so ${so}.`,
    {
      code: 'STITCH_NOT_DEPLOYED',
      exit: 'deploy',
      hints: [
        `stitch deploy --project ${project}${name} --region ${region}`,
        `gcloud functions list --project ${project}`,
      ],
    },
  )
}
