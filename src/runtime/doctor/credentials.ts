import {join} from 'node:path'
import type {Machine} from '#runtime/engine/gcloud/machine.ts'
import type {CredentialsState} from './types.ts'

/** What `type` may say in a file of application default credentials (https://google.aip.dev/auth/4110). */
const TYPES = [
  'authorized_user',
  'service_account',
  'external_account',
  'external_account_authorized_user',
  'impersonated_service_account',
  'gdch_service_account',
]

/**
 * Application default credentials: the file that GOOGLE_APPLICATION_CREDENTIALS names, or else the one that
 * `gcloud auth application-default login` writes. Its existence and shape only; nobody is asked whether it is valid,
 * and no secret in it is kept.
 */
export async function readCredentials(machine: Machine): Promise<CredentialsState> {
  const named = machine.environment['GOOGLE_APPLICATION_CREDENTIALS']
  const file = named || join(configFolder(machine), 'application_default_credentials.json')
  const text = await machine.read(file)
  if (text === undefined) return {kind: 'missing', file, named: Boolean(named)}
  const type = typeOf(text)
  if (type === undefined) return {kind: 'malformed', file, reason: 'it is not a JSON object with a "type"'}
  return TYPES.includes(type)
    ? {kind: 'found', file}
    : {kind: 'malformed', file, reason: `its type "${type}" is unknown`}
}

/** Where the Google Cloud CLI keeps its settings. */
function configFolder({environment, home}: Machine): string {
  return (
    environment['CLOUDSDK_CONFIG'] ??
    (environment['APPDATA'] ? join(environment['APPDATA'], 'gcloud') : join(home, '.config', 'gcloud'))
  )
}

function typeOf(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as {readonly type?: unknown} | null
    return typeof value?.type === 'string' ? value.type : undefined
  } catch {
    return undefined
  }
}
