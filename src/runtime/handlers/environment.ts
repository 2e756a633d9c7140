import {parseFunctionsConfig, type FunctionsConfig} from './config.ts'
import {parseHmacKeys, type HmacKeys} from './signature.ts'

/** What the functions are told from outside. */
export type FunctionsEnvironment = {
  readonly config: FunctionsConfig
  readonly keys: HmacKeys
  readonly pepper: Uint8Array
}

/**
 * Reads STITCH_CONFIG, STITCH_HMAC_KEYS and STITCH_PEPPER; GOOGLE_CLOUD_PROJECT or GCLOUD_PROJECT, where set, decide the
 * project. Throws ConfigFault or Error, never with a secret in the message.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): FunctionsEnvironment {
  const config = parseFunctionsConfig(env['STITCH_CONFIG'] ?? '')
  const keys = parseHmacKeys(env['STITCH_HMAC_KEYS'])
  const pepper = Buffer.from(env['STITCH_PEPPER'] ?? '', 'base64')
  if (pepper.length < 16) throw new Error('STITCH_PEPPER has less than 128 bits, so the function did not start.')
  const project = env['GOOGLE_CLOUD_PROJECT'] || env['GCLOUD_PROJECT'] || config.project
  return {config: {...config, project}, keys, pepper}
}
