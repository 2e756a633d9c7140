import {createHash, createSign, generateKeyPair, type KeyObject} from 'node:crypto'
import {promisify} from 'node:util'
import type {PushIdentity} from './push-config.ts'

/** A token holds this long, in seconds, as the service's do. */
const LIFETIME_S = 3_600
/** A token is used again for this long, in seconds; the service does the same. */
const REUSE_S = 600

/** Signs what pushes carry and tells the keys that verify it. */
export type PushTokens = {
  /** A JWT for one endpoint: RS256, with the claims of a Google-signed ID token of a service account. */
  readonly sign: (identity: PushIdentity) => Promise<string>
  /** The keys as a JSON Web Key Set (RFC 7517). */
  readonly jwks: () => Promise<{readonly keys: readonly Readonly<Record<string, unknown>>[]}>
  /** The same as PEM by key id. */
  readonly pems: () => Promise<Readonly<Record<string, string>>>
}

type Key = {readonly id: string; readonly secret: KeyObject; readonly open: KeyObject}

/**
 * A key that lives as long as the process, made when it is needed first: making one takes longer than starting
 * the rest of the engine.
 * @param now milliseconds since the Unix epoch
 */
export function createPushTokens(now: () => number): PushTokens {
  let making: Promise<Key> | undefined
  const key = () => (making ??= makeKey())
  const issued = new Map<string, {readonly token: string; readonly at: number}>()
  return {
    sign: async (identity) => {
      const at = Math.floor(now() / 1000)
      const purpose = JSON.stringify(identity)
      const known = issued.get(purpose)
      if (known && at >= known.at && at < known.at + REUSE_S) return known.token
      const token = signToken(await key(), identity, at)
      issued.set(purpose, {token, at})
      return token
    },
    jwks: async () => {
      const {id, open} = await key()
      return {keys: [{...open.export({format: 'jwk'}), alg: 'RS256', use: 'sig', kid: id}]}
    },
    pems: async () => {
      const {id, open} = await key()
      return {[id]: String(open.export({type: 'spki', format: 'pem'}))}
    },
  }
}

async function makeKey(): Promise<Key> {
  const {privateKey, publicKey} = await promisify(generateKeyPair)('rsa', {modulusLength: 2048})
  const id = createHash('sha1')
    .update(publicKey.export({type: 'spki', format: 'der'}))
    .digest('hex')
  return {id, secret: privateKey, open: publicKey}
}

/** Claims as in https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions#jwt_format. */
function signToken({id, secret}: Key, {email, audience}: PushIdentity, at: number): string {
  const subject = accountNumber(email)
  const claims = {
    aud: audience,
    azp: subject,
    email,
    email_verified: true,
    exp: at + LIFETIME_S,
    iat: at,
    iss: 'https://accounts.google.com',
    sub: subject,
  }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({alg: 'RS256', kid: id, typ: 'JWT'})}.${part(claims)}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(secret, 'base64url')}`
}

/** Accounts have numbers of 21 digits; here each email always gets the same. */
function accountNumber(email: string): string {
  const digest = createHash('sha256').update(email).digest('hex')
  return `1${(BigInt(`0x${digest}`) % 10n ** 20n).toString().padStart(20, '0')}`
}
