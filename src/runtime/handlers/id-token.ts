import {createHmac} from 'node:crypto'
import {isSame, type HmacKeys} from './signature.ts'

/**
 * True for `v1.<exp>.<base64url HMAC-SHA256(key, "id\n<exp>\n<id>")>` of exactly this id, made by the site's backend
 * with an active key and not expired. `exp` is seconds, `now` milliseconds since the Unix epoch.
 */
export function isIdTokenValid(token: string | undefined, id: string, keys: HmacKeys, now: number): boolean {
  const [, expiry, signature] = /^v1\.(\d{1,12})\.([\w-]{43})=?$/.exec(token ?? '') ?? []
  if (!expiry || !signature || Number(expiry) * 1000 < now) return false
  return keys.some(({key}) =>
    isSame(signature, createHmac('sha256', key).update(`id\n${expiry}\n${id}`, 'utf8').digest('base64url')),
  )
}
