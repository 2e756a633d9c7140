import {parseHmacKeys} from '#runtime/handlers/signature.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {LiveFunction} from '../look/stage.ts'
import {readSecretValue} from '../read-secret.ts'
import type {Api, Target} from '../types.ts'
import type {SigningKey} from './fill.ts'

/** The variable of the functions that has the keys, and of a person who gives them directly. */
export const KEYS_VARIABLE = 'STITCH_HMAC_KEYS'

/** The key that signs, out of the functions' own format. Throws STITCH_KEYS_INVALID, which never quotes the text. */
export function readKeys(json: string): SigningKey {
  try {
    const [first] = parseHmacKeys(json)
    return {id: first!.id, key: Buffer.from(first!.key).toString('base64')}
  } catch (cause) {
    throw new StitchError(`${KEYS_VARIABLE} does not hold the functions' keys, so nothing was signed or sent.`, {
      code: 'STITCH_KEYS_INVALID',
      exit: 'deploy',
      hints: [`${KEYS_VARIABLE}='{"<key id>": "<base64>"}' stitch verify`],
      cause,
    })
  }
}

/**
 * The keys of the version that the function runs with, from Secret Manager, in memory only. Rejects with ApiError, or
 * with STITCH_KEYS_INVALID.
 */
export async function fetchKeys(api: Api, target: Target, lookup: LiveFunction): Promise<SigningKey> {
  const pinned = lookup.secrets[KEYS_VARIABLE]
  if (!pinned) {
    throw new StitchError(`The function ${lookup.name} has no ${KEYS_VARIABLE}, so nothing was signed or sent.`, {
      code: 'STITCH_KEYS_INVALID',
      exit: 'deploy',
      hints: ['stitch deploy'],
    })
  }
  const found = await readSecretValue(api, target, pinned.secret, pinned.version)
  return readKeys(found?.value ?? '')
}
