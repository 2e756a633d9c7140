import {createHash, createHmac} from 'node:crypto'

/**
 * The pick-up secret of a request: 128 bits, 22 base64url characters, derived with the pepper, so that a request that
 * is sent again gets the same secret although nothing about the first one is kept in the function.
 */
export function createPickup(pepper: Uint8Array, requestId: string, bodyHash: string): string {
  const digest = createHmac('sha256', pepper).update(`pickup\0${requestId}\0${bodyHash}`, 'utf8').digest()
  return digest.subarray(0, 16).toString('base64url')
}

/** SHA-256 in hex: what is kept of the secret. */
export function hashPickup(pickup: string): string {
  return createHash('sha256').update(pickup, 'utf8').digest('hex')
}
