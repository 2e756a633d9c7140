import {parseFieldPath} from './field-path.ts'
import {NORMALISERS, type Normaliser} from './identity-key.ts'
import {findExposed} from './exposure.ts'
import {createReader, type Reader} from './config-reader.ts'

/** How ids of one space are recognised and made comparable. */
export type NamespaceConfig = {
  readonly match: string
  readonly normalise: readonly Normaliser[]
  /** True where ids are unguessable, so that a browser may look them up without a signed token. */
  readonly browserLookup: boolean
}

/**
 * One kind of entity. Without `graph` the id is the document id; with it, `namespaces` lead to the document. With
 * `resolver` the project's own logic finds the attributes, and there is no collection (it is empty).
 */
export type KindConfig = {
  readonly match?: string
  readonly collection: string
  readonly resolver: boolean
  readonly graph: boolean
  readonly namespaces: Readonly<Record<string, NamespaceConfig>>
  readonly browserLookup: boolean
}

/** Attribute paths per kind; a kind without a list gets nothing. `*` is everything, and is refused for browsers. */
export type AllowLists = Readonly<Record<string, readonly string[]>>

/** What both functions are told, in the variable STITCH_CONFIG as JSON, the same locally and deployed. */
export type FunctionsConfig = {
  readonly project: string
  /** The Firestore database's id. */
  readonly database: string
  readonly kinds: Readonly<Record<string, KindConfig>>
  /** Patterns of placeholder ids, matched against the whole id without regard to case. */
  readonly blockedValues: readonly string[]
  readonly destinations: {readonly browser: AllowLists; readonly server: AllowLists}
  /** Attributes per kind that must never stand on a browser's list. */
  readonly sensitive: AllowLists
  readonly identities: {readonly collection: string}
  readonly requests: {readonly collection: string; readonly ttlSeconds: number}
  readonly topic: string
  readonly callback: {readonly baseUrl: string; readonly path: string; readonly allowPrivate: boolean}
  readonly deadlines: {readonly functionMs: number; readonly firestoreMs: number; readonly callbackMs: number}
  readonly limits: {readonly bodyBytes: number; readonly batch: number; readonly idBytes: number}
}

/** The configuration is wrong, so the functions do not start. One problem per entry, each with its path. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`STITCH_CONFIG is not valid, so the function did not start: ${problems.join('; ')}.`)
    this.problems = problems
  }
}

/**
 * Reads STITCH_CONFIG (its text, or the parsed value), fills in defaults and checks all of it, including that no
 * sensitive attribute is on a browser's list. Unknown keys are errors. Throws ConfigFault with every problem found.
 */
export function parseFunctionsConfig(json: unknown): FunctionsConfig {
  const problems: string[] = []
  const root = createReader(typeof json === 'string' ? parseText(json) : json, 'the configuration', problems)
  const config = readConfig(root)
  problems.push(...findUnlisted(config), ...findExposed(config))
  if (problems.length > 0) throw new ConfigFault(problems)
  return config
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigFault(['it is not JSON'])
  }
}

function readConfig(root: Reader): FunctionsConfig {
  const {identities, requests, callback, deadlines, limits, destinations} = root.sections()
  const config = {
    project: root.text('project'),
    database: root.text('database', '(default)'),
    kinds: root.map('kinds', readKind),
    blockedValues: root.patterns('blockedValues'),
    destinations: {browser: readLists(destinations, 'browser'), server: readLists(destinations, 'server')},
    sensitive: readLists(root, 'sensitive'),
    identities: {collection: identities.collection('collection', 'identities')},
    requests: {
      collection: requests.collection('collection', 'requests'),
      ttlSeconds: requests.count('ttlSeconds', 3600, Number.MAX_SAFE_INTEGER),
    },
    topic: root.text('topic'),
    callback: {
      baseUrl: callback.text('baseUrl'),
      path: callback.text('path', '/stitch/callback'),
      allowPrivate: callback.flag('allowPrivate'),
    },
    deadlines: {
      functionMs: deadlines.count('functionMs', 1200, 600_000),
      firestoreMs: deadlines.count('firestoreMs', 800, 600_000),
      callbackMs: deadlines.count('callbackMs', 2000, 600_000),
    },
    limits: {
      bodyBytes: limits.count('bodyBytes', 65_536, 1_048_576),
      batch: limits.count('batch', 50, 50),
      idBytes: limits.count('idBytes', 1500, 1500),
    },
  }
  callback.check('baseUrl', describeCallback(config.callback))
  for (const section of [root, identities, requests, callback, deadlines, limits, destinations]) section.finish()
  return config
}

function readKind(kind: Reader): KindConfig {
  const match = kind.pattern('match')
  const resolver = kind.flag('resolver')
  const result = {
    ...(match === undefined ? {} : {match}),
    collection: resolver ? '' : kind.collection('collection'),
    resolver,
    graph: kind.flag('graph'),
    namespaces: kind.map('namespaces', readNamespace),
    browserLookup: kind.flag('browserLookup'),
  }
  const named = Object.keys(result.namespaces).length > 0
  if (result.graph !== named) kind.check('namespaces', 'must be there for a graph kind, and only for one')
  if (resolver && result.graph) kind.check('graph', 'cannot be where a resolver is')
  kind.finish()
  return result
}

function readNamespace(namespace: Reader): NamespaceConfig {
  const result = {
    match: namespace.pattern('match') ?? '^$',
    normalise: namespace.choices('normalise', Object.keys(NORMALISERS) as Normaliser[]),
    browserLookup: namespace.flag('browserLookup'),
  }
  namespace.require('match')
  namespace.finish()
  return result
}

function readLists(owner: Reader, key: string): AllowLists {
  return owner.mapOfLists(key, (path) => path === '*' || parseFieldPath(path) !== undefined)
}

/** Lists for kinds that do not exist: most likely a slip that would silently deny, or expose after a rename. */
function findUnlisted({kinds, destinations, sensitive}: FunctionsConfig): string[] {
  const lists = {'destinations.browser': destinations.browser, 'destinations.server': destinations.server, sensitive}
  return Object.entries(lists).flatMap(([name, list]) =>
    Object.keys(list)
      .filter((kind) => !Object.hasOwn(kinds, kind))
      .map((kind) => `${name}.${kind} names a kind that does not exist`),
  )
}

/** What is wrong with the callback target, or undefined. */
function describeCallback({baseUrl, path, allowPrivate}: FunctionsConfig['callback']): string | undefined {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (!url || !['https:', 'http:'].includes(url.protocol)) return 'must be a URL'
  if (url.protocol === 'http:' && !allowPrivate) return 'must be https'
  if (url.username || url.password || url.search || url.hash) return 'must have no user, query or fragment'
  return path.startsWith('/') && !path.startsWith('//') ? undefined : 'needs a path that begins with one slash'
}
