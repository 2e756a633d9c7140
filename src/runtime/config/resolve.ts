import {dirname, resolve} from 'node:path'
import type {z} from 'zod'
import {StitchError} from '#runtime/kernel/errors.ts'
import {suggestNearest} from '#runtime/kernel/suggest.ts'
import {findConfigFile, loadConfigFile, type LoadedFile} from './load-file.ts'
import {checkOverride, type Override} from './check-override.ts'
import {describeFault, schemaAt, unwrap} from './schema-parts.ts'
import {ConfigFile} from './schema.ts'

/** Settings that a flag or a STITCH_* variable may override, by their key in the file (`ports.sgtm`). */
export type Overrides = Readonly<Record<string, Override>>

/** The configuration with every value decided, and where each of the overridable ones came from. */
export type ResolvedConfig = Omit<ConfigFile, '$schema'> & {
  /** The file that was read. */
  readonly file: string
  /** True where no file was found in the project and the packaged demo is used. */
  readonly isDemo: boolean
  /** `flag --engine`, `STITCH_ENGINE`, `stitch.config.json` or `default`, by dotted key. */
  readonly origins: Readonly<Record<string, string>>
}

/** Keys whose origin is shown; all others come from the file as a whole. */
const OVERRIDABLE = [
  'project',
  'engine',
  'dataDir',
  'fixtures',
  'container',
  'ports.sgtm',
  'ports.firestore',
  'ports.pubsub',
  'ports.page',
]

export type ResolveOptions = {
  /** The project's folder; data and relative overrides are taken from here. */
  readonly cwd: string
  /** `--config`; otherwise `stitch.config.*` in `cwd`, otherwise `demoFile`. */
  readonly file?: string | undefined
  /** The configuration that comes with the package. */
  readonly demoFile: string
  readonly overrides: Overrides
}

/**
 * One configuration out of flag > STITCH_* > file > default. Paths come back absolute: those of the file are relative
 * to the file, overrides and the data folder to `cwd`.
 * Throws STITCH_CONFIG_INVALID (exit config) with file:line:column and, for an unknown key, the nearest known one;
 * STITCH_USAGE (exit usage) for an override that the file could not hold either.
 */
export async function resolveConfig(options: ResolveOptions): Promise<ResolvedConfig> {
  const own = options.file ? resolve(options.cwd, options.file) : findConfigFile(options.cwd)
  const loaded = await loadConfigFile(own ?? options.demoFile)
  const fromFile = parse(loaded)
  const base = dirname(loaded.file)
  const decided: Record<string, unknown> = {
    ...fromFile,
    fixtures: resolve(base, fromFile.fixtures),
    container: resolve(base, fromFile.container),
    ...(fromFile.outbound === undefined ? {} : {outbound: resolve(base, fromFile.outbound)}),
    ...(fromFile.handlers === undefined ? {} : {handlers: resolve(base, fromFile.handlers)}),
    dataDir: resolve(own ? base : options.cwd, fromFile.dataDir),
    ports: {...fromFile.ports},
  }
  const origins: Record<string, string> = {}
  for (const key of OVERRIDABLE) {
    origins[key] = has(loaded.value, key) ? (own ? 'stitch.config' : 'demo') : 'default'
    const override = options.overrides[key]
    if (override === undefined || override.value === undefined) continue
    checkOverride(key, override)
    origins[key] = override.from
    assign(
      decided,
      key,
      ['dataDir', 'fixtures', 'container'].includes(key)
        ? resolve(options.cwd, String(override.value))
        : override.value,
    )
  }
  delete decided['$schema']
  return {...(decided as Omit<ConfigFile, '$schema'>), file: loaded.file, isDemo: own === undefined, origins}
}

function parse(loaded: LoadedFile): ConfigFile {
  const result = ConfigFile.safeParse(loaded.value)
  if (result.success) return result.data
  // A misspelt key is also a missing one: what was typed comes first, what should have been follows from it.
  const issues = result.error.issues.toSorted((a, b) => Number(isUnknownKey(b)) - Number(isUnknownKey(a)))
  const problems = issues.map((issue) => describe(issue, loaded))
  const [first] = problems
  throw new StitchError(`${first?.sentence ?? 'The configuration is not valid'}, so nothing was started.`, {
    code: 'STITCH_CONFIG_INVALID',
    exit: 'config',
    hints: [...(first?.hints ?? []), ...problems.slice(1).map((problem) => `also: ${problem.sentence}`)],
    ...(first?.at ? {at: first.at} : {}),
  })
}

function isUnknownKey(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueUnrecognizedKeys {
  return issue.code === 'unrecognized_keys'
}

function describe(issue: z.core.$ZodIssue, loaded: LoadedFile) {
  if (isUnknownKey(issue)) {
    const [key = ''] = issue.keys
    const nearest = suggestNearest(key, Object.keys(unwrap(schemaAt(issue.path)).shape ?? {}))
    return {
      sentence: `The key ${[...issue.path, key].join('.')} is not known`,
      hints: nearest ? [`did you mean ${nearest}`] : [],
      at: loaded.locate([...issue.path, key]),
    }
  }
  const at = loaded.locate(issue.path)
  const key = issue.path.join('.')
  if (issue.message.endsWith('received undefined')) return {sentence: `The key ${key} is missing`, hints: [], at}
  const name = key === '' ? 'The configuration' : `The value of ${key}`
  return {sentence: `${name} ${describeFault(issue)}`, hints: [], at}
}

function has(value: unknown, key: string): boolean {
  return (
    key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], value) !==
    undefined
  )
}

function assign(target: Record<string, unknown>, key: string, value: unknown): void {
  const parts = key.split('.')
  const last = parts.pop()!
  const owner = parts.reduce((at, part) => at[part] as Record<string, unknown>, target)
  owner[last] = value
}
