import {createHash, createHmac, timingSafeEqual} from 'node:crypto'
import {Refusal} from './errors.ts'
import type {HttpRequest} from './http.ts'
import type {NonceCache} from './nonce-cache.ts'

/** Seconds that a signature may be old, or from the future. */
const TOLERANCE = 300

/** Key ids and keys; the first signs, all verify, so that keys can be changed without a gap. */
export type HmacKeys = readonly {readonly id: string; readonly key: Uint8Array}[]

/** Reads STITCH_HMAC_KEYS, JSON `{"<id>": "<base64>"}`. Throws an Error without any key material in its message. */
export function parseHmacKeys(json: string | undefined): HmacKeys {
  const keys = Object.entries(parseObject(json)).map(([id, key]) => ({id, key: Buffer.from(String(key), 'base64')}))
  if (keys.length === 0) throw new Error('STITCH_HMAC_KEYS has no key, so the function did not start.')
  const short = keys.find(({key}) => key.length < 16)
  if (short)
    throw new Error(`The key ${short.id} of STITCH_HMAC_KEYS has less than 128 bits, so the function did not start.`)
  return keys
}

function parseObject(json: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json ?? '{}')
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // The parser's message would quote the text, which holds keys.
  }
  throw new Error('STITCH_HMAC_KEYS is not a JSON object, so the function did not start.')
}

type Signed = {
  readonly method: string
  readonly path: string
  readonly body: Uint8Array
  /** Seconds since the Unix epoch, as text. */
  readonly timestamp: string
  readonly nonce: string
}

/** base64url HMAC-SHA256 over `v1`, timestamp, nonce, method, path with query, and the body's SHA-256 in hex, by line. */
function createSignature(key: Uint8Array, {method, path, body, timestamp, nonce}: Signed): string {
  const digest = createHash('sha256').update(body).digest('hex')
  return createHmac('sha256', key)
    .update(`v1\n${timestamp}\n${nonce}\n${method}\n${path}\n${digest}`, 'utf8')
    .digest('base64url')
}

/** The four headers of a call of ours, made with the first key. */
export function signHeaders(keys: HmacKeys, signed: Signed): Record<string, string> {
  const [first] = keys
  if (!first) throw new Error('There is no key to sign with.')
  return {
    'x-stitch-key': first.id,
    'x-stitch-ts': signed.timestamp,
    'x-stitch-nonce': signed.nonce,
    'x-stitch-sig': createSignature(first.key, signed),
  }
}

/**
 * Passes a request that an active key signed over these very bytes, not longer than 300 s ago, with a nonce not seen
 * before. Throws Refusal bad_signature, stale_timestamp or replay. `now` is milliseconds since the Unix epoch.
 */
export function verifySignature(request: HttpRequest, keys: HmacKeys, nonces: NonceCache, now: number): void {
  const {
    'x-stitch-key': id = '',
    'x-stitch-ts': timestamp = '',
    'x-stitch-nonce': nonce = '',
    'x-stitch-sig': signature = '',
  } = request.headers
  const key = keys.find((candidate) => candidate.id === id)
  if (!key || !/^\d{1,12}$/.test(timestamp) || !/^[\w-]{16,64}$/.test(nonce)) throw new Refusal('bad_signature')
  const {method, path, body} = request
  const expected = createSignature(key.key, {method, path, body, timestamp, nonce})
  if (!isSame(signature.replace(/=+$/, ''), expected)) throw new Refusal('bad_signature')
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE) throw new Refusal('stale_timestamp')
  if (!nonces.add(`${id}\n${nonce}`, (Number(timestamp) + TOLERANCE) * 1000, now)) throw new Refusal('replay')
}

/** Compares in constant time for texts of the same length. */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given, 'utf8'), Buffer.from(expected, 'utf8')]
  return a.length === b.length && timingSafeEqual(a, b)
}
