import {signId, signRequest} from '#runtime/traffic/sign.ts'
import type {Probe} from './probes.ts'

/** Texts of the simulation and what stands in their place now: request ids and pick-up secrets. */
export type Replacements = ReadonlyMap<string, string>

export type SigningKey = {readonly id: string; readonly key: string}

/** What goes out for a probe. */
export type Filled = {
  readonly method: 'GET' | 'POST'
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const HOUR_S = 3600

/**
 * A recorded request with the ids of this run in place of those of the simulation, its proof of identity made again,
 * and signed; pure. @param now epoch milliseconds. @param random text of at least 128 bits, never the same twice.
 */
export function fillProbe(
  probe: Pick<Probe, 'method' | 'target' | 'headers' | 'body' | 'isSigned' | 'token'>,
  {
    replacements,
    key,
    now,
    random,
  }: {
    readonly replacements: Replacements
    readonly key: SigningKey | undefined
    readonly now: number
    readonly random: () => string
  },
): Filled {
  const all = new Map(replacements)
  if (probe.token && key) all.set(probe.token.text, makeToken(probe.token, key, now, random))
  const target = replaceAll(probe.target, all)
  const body = replaceAll(probe.body, all)
  const {method} = probe
  const signature =
    probe.isSigned && key
      ? signRequest({keyId: key.id, key: key.key, method, path: target, body, now, nonce: random()})
      : {}
  return {method, target, body, headers: {...probe.headers, ...signature}}
}

function replaceAll(text: string, replacements: Replacements): string {
  let replaced = text
  for (const [from, to] of replacements) replaced = replaced.replaceAll(from, to)
  return replaced
}

function makeToken(
  {id, kind}: NonNullable<Probe['token']>,
  {key}: SigningKey,
  now: number,
  random: () => string,
): string {
  const expires = Math.floor(now / 1000) + (kind === 'expired' ? -HOUR_S : HOUR_S)
  return signId({key: kind === 'forged' ? Buffer.from(random()).toString('base64') : key, id, expires})
}
