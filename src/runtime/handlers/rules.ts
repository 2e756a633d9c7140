import type {FunctionsConfig, KindConfig, NamespaceConfig} from './config.ts'
import {parseFieldPath} from './field-path.ts'
import {normaliseValue} from './identity-key.ts'
import type {FieldPath} from './ports.ts'

/** Patterns see at most this many UTF-16 units, so that a slow one stays bounded; longer ids match nothing. */
const LONGEST_MATCHED = 256

export type Destination = 'browser' | 'server'

/** Where an id leads. `namespace` and `normalised` only for graph kinds. */
export type Route = {
  readonly kind: string
  readonly collection: string
  readonly browserLookup: boolean
  /** The project's own logic reads it. */
  readonly resolver: boolean
  readonly identity?: {readonly namespace: string; readonly normalised: string}
}

/** The configuration, compiled once. */
export type Rules = {
  /** First kind in the order of the configuration that takes the id, or the named one; undefined where there is none. */
  readonly route: (id: string, kind: string | undefined) => Route | undefined
  readonly isBlocked: (id: string) => boolean
  readonly hasKind: (kind: string) => boolean
  /** Where attributes of a kind come from, as answers say it. */
  readonly source: (kind: string | null) => 'firestore' | 'resolver'
  /** Attributes that the destination may see; empty where the kind has no list. The empty path is everything. */
  readonly allowed: (kind: string, destination: Destination) => readonly FieldPath[]
  /** Every attribute path of a kind that the configuration names anywhere. */
  readonly known: (kind: string) => readonly FieldPath[]
}

/** Compiles patterns and lists. */
export function createRules(config: FunctionsConfig): Rules {
  const kinds = Object.entries(config.kinds).map(([kind, entry]) => compileKind(kind, entry))
  const byName = new Map(kinds.map((entry) => [entry.kind, entry]))
  const blocked = config.blockedValues.map((pattern) => compile(pattern, 'iu'))
  const lists = {
    browser: compileLists(config.destinations.browser),
    server: compileLists(config.destinations.server),
    sensitive: compileLists(config.sensitive),
  }
  return {
    route(id, kind) {
      if (kind !== undefined) return byName.get(kind)?.route(id, true)
      for (const entry of kinds) {
        const route = entry.route(id, false)
        if (route) return route
      }
      return undefined
    },
    isBlocked: (id) => id.length <= LONGEST_MATCHED && blocked.some((pattern) => pattern.test(id.trim())),
    hasKind: (kind) => byName.has(kind),
    source: (kind) => (kind !== null && config.kinds[kind]?.resolver ? 'resolver' : 'firestore'),
    allowed: (kind, destination) => lists[destination].get(kind) ?? [],
    known: (kind) =>
      [lists.browser, lists.server, lists.sensitive]
        .flatMap((list) => list.get(kind) ?? [])
        .filter((path) => path.length > 0),
  }
}

type CompiledKind = {readonly kind: string; readonly route: (id: string, named: boolean) => Route | undefined}

function compileKind(kind: string, entry: KindConfig): CompiledKind {
  const match = entry.match === undefined ? undefined : compile(entry.match, 'u')
  const namespaces = Object.entries(entry.namespaces).map(([name, namespace]) => ({
    name,
    namespace,
    match: compile(namespace.match, 'u'),
  }))
  const {collection, browserLookup, resolver} = entry
  const base = {kind, collection, browserLookup, resolver}
  return {
    kind,
    route(id, named) {
      const isLong = id.length > LONGEST_MATCHED
      if (!named && match && (isLong || !match.test(id))) return undefined
      if (!entry.graph) return named || match ? base : undefined
      const found = isLong ? undefined : namespaces.find((candidate) => candidate.match.test(id))
      return found && {...base, ...identify(found.name, found.namespace, id)}
    },
  }
}

/** The namespace's own flag decides for graph kinds. */
function identify(namespace: string, {normalise, browserLookup}: NamespaceConfig, id: string) {
  return {browserLookup, identity: {namespace, normalised: normaliseValue(id, normalise)}}
}

/** The whole id must match, whatever alternatives the pattern has. */
function compile(pattern: string, flags: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, flags)
}

function compileLists(lists: Readonly<Record<string, readonly string[]>>): Map<string, readonly FieldPath[]> {
  return new Map(
    Object.entries(lists).map(([kind, paths]) => [
      kind,
      paths.flatMap((path) => (path === '*' ? [[]] : [parseFieldPath(path) ?? ['']])),
    ]),
  )
}
