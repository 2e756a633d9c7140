import type {Json, Policy, Project} from './service.ts'

/** The whole state as plain JSON, the same for the same resources whenever and however they were made. */
export type Snapshot = {
  readonly services: Readonly<Record<string, readonly string[]>>
  readonly agents: readonly string[]
  readonly policies: Readonly<Record<string, readonly unknown[]>>
  readonly resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export type SnapshotInput = {
  readonly projects: ReadonlyMap<string, Project>
  readonly agents: ReadonlySet<string>
  readonly policies: ReadonlyMap<string, Policy>
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, Json>>
}

/** What every write changes, or the service makes up. */
const TRANSIENT = new Set(['etag', 'createTime', 'updateTime', 'uid', 'uniqueId', 'oauth2ClientId', 'generation'])
/** What `cloud.id()` gives out. */
const ID = /9\d{17}/g
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/** Everything but etags, times, ids that the fake made up, and the bytes of secrets. Empty tables and policies are left out. */
export function takeSnapshot({projects, agents, policies, tables}: SnapshotInput): Snapshot {
  return {
    services: Object.fromEntries([...projects.values()].map(({id, services}) => [id, [...services].sort()])),
    agents: [...agents].sort(),
    policies: sorted(
      [...policies].flatMap(([key, {bindings}]) => (bindings.length > 0 ? [[key, canonicalBindings(bindings)]] : [])),
    ),
    resources: sorted(
      [...tables].flatMap(([name, rows]) =>
        name.startsWith('.') || rows.size === 0
          ? []
          : [[name, sorted([...rows].map(([key, row]) => [key, clean(row)]))]],
      ),
    ),
  }
}

function canonicalBindings(bindings: Policy['bindings']): readonly unknown[] {
  return bindings
    .map(({members, ...rest}) => clean({...rest, members: [...members].sort()}))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

/** Keys in order; two that differ only by a made-up id are both kept. */
function sorted<T>(entries: readonly (readonly [string, T] | (string | T)[])[]): Record<string, T> {
  const result: Record<string, T> = {}
  const plain = entries.map(([key, value]) => [String(key).replaceAll(ID, '#'), value as T] as const)
  for (const [key, value] of plain.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))) {
    let name = key
    for (let copy = 2; name in result; copy += 1) name = `${key}~${copy}`
    result[name] = value
  }
  return result
}

function clean(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (key === 'payload') return `(${Buffer.from(value, 'base64').length} bytes)`
    return TIME.test(value) ? '(time)' : value.replaceAll(ID, '#')
  }
  if (value instanceof Uint8Array) return `(${value.length} bytes)`
  if (Array.isArray(value)) return value.map((one) => clean(one))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([name, one]) => !TRANSIENT.has(name) && one !== undefined)
    .map(([name, one]) => [name, clean(one, name)] as const)
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
