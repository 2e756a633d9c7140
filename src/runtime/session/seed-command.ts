import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {generateRecords, GENERATED_KINDS, type GeneratedKind} from '#runtime/fixtures/generate.ts'
import {loadFixtures, loadSeedFiles} from '#runtime/fixtures/load.ts'
import {seed, type SeedReport} from '#runtime/fixtures/seed.ts'
import {sourceOf, type SeedSource} from '#runtime/fixtures/seed-plan.ts'
import {openSeedStore} from '#runtime/fixtures/seed-store.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {suggestNearest} from '#runtime/kernel/suggest.ts'
import {atEngine} from './at-engine.ts'
import {loadLocalKeys, type LocalKeys} from './local-keys.ts'
import {documentsOf, identityKeyOf} from './seed-project.ts'

export type SeedCommandOptions = {
  readonly config: ResolvedConfig
  /** Files and folders; none means the project's fixtures. */
  readonly paths: readonly string[]
  /** Kinds as the configuration names them; none means all. */
  readonly kinds: readonly string[]
  readonly generate: {readonly count: number; readonly seed: number} | undefined
  readonly reset: boolean
  readonly dryRun: boolean
  /** Present where a real project is meant. `pepper` is base64; without it the one of this machine is used. */
  readonly real:
    | {readonly confirmed: boolean; readonly database: string; readonly pepper: string | undefined}
    | undefined
  readonly emit: Emit
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What was done, and in words where. */
export type SeedOutcome = {readonly report: SeedReport; readonly target: string}

/**
 * Reads or generates the documents and makes the database hold them: that of a running `stitch dev` in the same data
 * folder, else the configured engine's, started for it, else a real project's.
 */
export async function seedProject(options: SeedCommandOptions): Promise<SeedOutcome> {
  const {config, emit, signal, reset, dryRun, real} = options
  const local = await loadLocalKeys(config.dataDir)
  const keys = {...local, pepper: real?.pepper ?? local.pepper}
  const source = await readSource(options, keys)
  const work = async (host: string | undefined, target: string): Promise<SeedOutcome> => {
    const where = {
      projectId: config.project,
      ...(host === undefined ? {} : {host}),
      ...(real ? {databaseId: real.database} : {}),
    }
    const report = await seed({
      source,
      target: where,
      open: openSeedStore,
      emit,
      signal,
      reset,
      dryRun,
      confirmed: real?.confirmed ?? false,
    })
    return {report, target}
  }
  if (real) return await work(undefined, `the database ${real.database} of the project ${config.project}`)
  const log = (level: 'debug' | 'info' | 'warn' | 'error', text: string) =>
    emit({type: 'log.line', source: 'engine', level, text})
  const forgotten = 'a seed of their own would be lost at once and was not made.'
  return await atEngine({config, command: 'stitch seed', forgotten, log, signal}, async ({firestoreHost, target}) =>
    work(firestoreHost, target),
  )
}

async function readSource({config, paths, kinds, generate}: SeedCommandOptions, keys: LocalKeys): Promise<SeedSource> {
  if (generate) return generateSource(config, kinds, generate, keys)
  const collections = kinds.map((kind) => collectionOf(config, kind))
  const fixtures = paths.length === 0 ? await loadFixtures(config.fixtures) : await loadSeedFiles(paths)
  const documents = documentsOf(fixtures, config, keys)
  return sourceOf(
    collections.length === 0 ? documents : documents.filter(({collection}) => collections.includes(collection)),
  )
}

function generateSource(
  config: ResolvedConfig,
  kinds: readonly string[],
  {count, seed: text}: {readonly count: number; readonly seed: number},
  keys: LocalKeys,
): SeedSource {
  const [name = 'visitor'] = kinds
  const kind = GENERATED_KINDS.find((known) => known === name)
  if (!kind || kinds.length > 1) throw unknownKind(name, GENERATED_KINDS, 'generated')
  return generateRecords({kind: kind satisfies GeneratedKind, count, seed: text}, identityKeyOf(config, keys))
}

/** The collection of a kind; a visitor's identities are seeded with it by their own name. */
function collectionOf({kinds, identities}: ResolvedConfig, name: string): string {
  if (name === 'identity') return identities.collection
  const kind = kinds[name]
  if (!kind) throw unknownKind(name, [...Object.keys(kinds), 'identity'], 'configured')
  if (kind.collection !== undefined) return kind.collection
  throw new StitchError(`The kind ${name} is read by the project's own resolver, so there is nothing to seed.`, {
    code: 'STITCH_KIND_UNKNOWN',
    exit: 'usage',
    hints: [
      `kinds with a collection: ${Object.keys(kinds)
        .filter((each) => kinds[each]?.collection)
        .join(', ')}`,
    ],
  })
}

function unknownKind(name: string, known: readonly string[], how: string): StitchError {
  const nearest = suggestNearest(name, known)
  return new StitchError(`There is no ${how} kind ${name}, so nothing was seeded.`, {
    code: 'STITCH_KIND_UNKNOWN',
    exit: 'usage',
    hints: [...(nearest ? [`did you mean ${nearest}`] : []), `kinds: ${known.join(', ')}`],
  })
}
