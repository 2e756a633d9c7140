import {StitchError} from '#runtime/kernel/errors.ts'
import type {Api, Target} from './types.ts'

/** One version of a secret. `value` must not be logged, shown or put on a command line. */
export type SecretValue = {readonly version: string; readonly value: string}

/**
 * The value of a secret's version, newest by default; undefined where there is no such secret or version. Needs
 * secretmanager.versions.access. Rejects with ApiError, or STITCH_SECRET_DAMAGED.
 */
export async function readSecretValue(
  api: Api,
  {project}: Pick<Target, 'project'>,
  secretId: string,
  version = 'latest',
): Promise<SecretValue | undefined> {
  const found = await api.find<{name: string; payload: {data: string}}>({
    api: 'secretmanager',
    method: 'GET',
    path: `/v1/projects/${project}/secrets/${secretId}/versions/${version}:access`,
  })
  if (!found) return undefined
  const value = Buffer.from(found.payload?.data ?? '', 'base64').toString('utf8')
  if (value !== '') return {version: found.name.slice(found.name.lastIndexOf('/') + 1), value}
  throw new StitchError(`The secret ${secretId} is empty, so nothing was made with it.`, {
    code: 'STITCH_SECRET_DAMAGED',
    exit: 'deploy',
    hints: [`gcloud secrets versions list ${secretId} --project=${project}`],
  })
}
