import {createHmac} from 'node:crypto'

/** How a value is made comparable before it is hashed; applied in the order of the configuration. */
export const NORMALISERS = {
  trim: (text: string): string => text.trim(),
  lower: (text: string): string => text.toLowerCase(),
  nfkc: (text: string): string => text.normalize('NFKC'),
} as const

export type Normaliser = keyof typeof NORMALISERS

/** Applies the steps in order. */
export function normaliseValue(value: string, steps: readonly Normaliser[]): string {
  return steps.reduce((text, step) => NORMALISERS[step](text), value)
}

/**
 * The document id of an identity: `{ns}~{base64url(HMAC-SHA256(pepper, ns + NUL + normalised value))}`.
 * Keyed, so that ids in paths and logs cannot be reversed by a dictionary; `~` is never part of base64url.
 */
export function createIdentityKey(pepper: Uint8Array, namespace: string, normalised: string): string {
  const digest = createHmac('sha256', pepper).update(`${namespace}\0${normalised}`, 'utf8').digest('base64url')
  return `${namespace}~${digest}`
}
