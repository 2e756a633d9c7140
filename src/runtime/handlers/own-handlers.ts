import type {FunctionsConfig} from './config.ts'
import type {Enricher, Resolver} from './handlers-file.ts'

/** A project's own logic, by kind. */
export type OwnHandlers = {
  readonly resolvers: ReadonlyMap<string, Resolver>
  readonly enrich: ReadonlyMap<string, Enricher>
}

/** The project's file does not fit its configuration, so the functions do not start. */
export class HandlersFault extends Error {
  override readonly name = 'HandlersFault'

  constructor(problems: readonly string[]) {
    super(problems.join('; '))
  }
}

/**
 * Checks what a project's file exports: functions by kind, for kinds that exist, and a resolver for exactly those kinds
 * that say so. Throws HandlersFault with every problem; undefined where a project has no logic of its own.
 */
export function readOwnHandlers(exported: unknown, {kinds}: Pick<FunctionsConfig, 'kinds'>): OwnHandlers | undefined {
  const problems: string[] = []
  const root = readObject(exported, 'the default export', problems)
  const {resolvers, enrich, ...others} = root
  problems.push(...Object.keys(others).map((name) => `the default export has the unknown part ${name}`))
  const own = {
    resolvers: readFunctions<Resolver>(resolvers, 'resolvers', problems),
    enrich: readFunctions<Enricher>(enrich, 'enrich', problems),
  }
  for (const kind of own.enrich.keys()) {
    if (!Object.hasOwn(kinds, kind)) problems.push(`enrich.${kind} is for a kind that does not exist`)
  }
  for (const kind of own.resolvers.keys()) {
    if (!Object.hasOwn(kinds, kind)) problems.push(`resolvers.${kind} is for a kind that does not exist`)
    else if (!kinds[kind]!.resolver) problems.push(`resolvers.${kind} is for a kind without "resolver": true`)
  }
  for (const [kind, {resolver}] of Object.entries(kinds)) {
    if (resolver && !own.resolvers.has(kind)) problems.push(`resolvers.${kind} is missing`)
  }
  if (problems.length > 0) throw new HandlersFault(problems)
  return own.resolvers.size + own.enrich.size > 0 ? own : undefined
}

function readObject(value: unknown, what: string, problems: string[]): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return {...value}
  problems.push(`${what} must be an object`)
  return {}
}

function readFunctions<F>(value: unknown, what: string, problems: string[]): ReadonlyMap<string, F> {
  const entries = Object.entries(value === undefined ? {} : readObject(value, what, problems))
  for (const [kind, entry] of entries) {
    if (typeof entry !== 'function') problems.push(`${what}.${kind} must be a function`)
  }
  return new Map(entries.map(([kind, entry]) => [kind, entry as F]))
}
