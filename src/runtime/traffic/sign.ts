import {createHash, createHmac} from 'node:crypto'

type Signing = {
  /** Id of the key, and the key in base64. */
  readonly keyId: string
  readonly key: string
  readonly method: string
  /** Path and query, as they stand in the request line. */
  readonly path: string
  readonly body: string
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  /** 16 to 64 characters that are safe in a URL, never used twice. */
  readonly nonce: string
}

/**
 * The x-stitch-* headers by which a server, or the container, proves that it holds a key. What is signed:
 * `v1`, time stamp (seconds), nonce, method, path with query and the body's SHA-256 in hex, joined by line feeds.
 */
export function signRequest({keyId, key, method, path, body, now, nonce}: Signing): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000))
  const digest = createHash('sha256').update(body).digest('hex')
  const text = ['v1', timestamp, nonce, method, path, digest].join('\n')
  return {
    'x-stitch-key': keyId,
    'x-stitch-ts': timestamp,
    'x-stitch-nonce': nonce,
    'x-stitch-sig': createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64url'),
  }
}

/**
 * The id token that a site's backend gives its page for a logged-in visitor: it allows a browser to look up `id` until
 * `expires` (seconds since the Unix epoch).
 */
export function signId({
  key,
  id,
  expires,
}: {
  readonly key: string
  readonly id: string
  readonly expires: number
}): string {
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(`id\n${expires}\n${id}`).digest('base64url')
  return `v1.${expires}.${signature}`
}
