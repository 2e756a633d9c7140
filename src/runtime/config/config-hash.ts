import {createHash} from 'node:crypto'
import type {ResolvedConfig} from './resolve.ts'

/**
 * What decides how the functions behave, as a hex SHA-256: their part of the configuration, the topic and the
 * subscription. Not what differs between machines and stages (ports, engine, folders, project, `deploy`). The order of
 * keys does not matter, but for kinds and namespaces: the first that takes an id wins.
 */
export function hashConfig(config: ResolvedConfig): string {
  const {kinds, blockedValues, destinations, sensitive, identities, requests, deadlines, limits} = config
  const {topic, subscription} = config
  const ordered = Object.entries(kinds).map(([name, {namespaces, ...kind}]) => [
    name,
    kind,
    Object.entries(namespaces ?? {}),
  ])
  const decisive = {
    kinds: ordered,
    blockedValues,
    destinations,
    sensitive,
    identities,
    requests,
    deadlines,
    limits,
    topic,
    subscription,
  }
  return createHash('sha256').update(toCanonicalJson(decisive)).digest('hex')
}

/** JSON with the keys of every object in order; what is undefined is left out. */
function toCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
