import type {Overrides, ResolvedConfig} from '#runtime/config/resolve.ts'
import {packageFiles} from './package-files.ts'

/** The flags that override a configuration key, by flag name. */
const KEYS: Readonly<Record<string, {readonly key: string; readonly env: string}>> = {
  engine: {key: 'engine', env: 'STITCH_ENGINE'},
  project: {key: 'project', env: 'STITCH_PROJECT'},
  'data-dir': {key: 'dataDir', env: 'STITCH_DATA_DIR'},
  container: {key: 'container', env: 'STITCH_CONTAINER'},
  'sgtm-port': {key: 'ports.sgtm', env: 'STITCH_SGTM_PORT'},
  'firestore-port': {key: 'ports.firestore', env: 'STITCH_FIRESTORE_PORT'},
  'pubsub-port': {key: 'ports.pubsub', env: 'STITCH_PUBSUB_PORT'},
  'page-port': {key: 'ports.page', env: 'STITCH_PAGE_PORT'},
}

/** What oclif's parser gives: values, and the tokens as they were typed. */
export type Parsed = {
  readonly flags: Readonly<Record<string, unknown>>
  readonly raw: readonly {readonly type: string; readonly flag?: string; readonly input?: string}[]
}

/** The arguments in the order in which they were typed: oclif's own list is sorted, which moves one that comes twice. */
export function argumentsOf({raw}: Parsed): string[] {
  return raw.flatMap((token) => (token.type === 'arg' && token.input !== undefined ? [token.input] : []))
}

/** Resolves the project's configuration for a command: its flags over STITCH_* over the file over defaults. */
export async function resolveProject(parsed: Parsed): Promise<ResolvedConfig> {
  const {resolveConfig} = await import('#runtime/config/resolve.ts')
  return await resolveConfig({
    cwd: process.cwd(),
    file: parsed.flags['config'] as string | undefined,
    demoFile: packageFiles.demoConfig,
    overrides: overridesOf(parsed),
  })
}

/** Which settings flags or variables override, and which of the two it was. */
function overridesOf(parsed: Parsed): Overrides {
  const typed = new Set(parsed.raw.filter((token) => token.type === 'flag').map((token) => token.flag))
  return Object.fromEntries(
    Object.entries(KEYS).map(([flag, {key, env}]) => [
      key,
      {value: parsed.flags[flag] as string | number | undefined, from: typed.has(flag) ? `flag --${flag}` : env},
    ]),
  )
}
