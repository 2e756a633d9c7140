import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {lockDataDir, readDataDirOwner} from '#runtime/engine/project-lock.ts'
import {startEngine} from '#runtime/engine/start.ts'
import type {EngineOptions} from '#runtime/engine/types.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {configuredEngine} from './plan-hosts.ts'

/** Where an engine answers, and in words which one it is. */
export type EnginePlace = {
  readonly firestoreHost: string
  readonly pubsubHost: string
  readonly projectId: string
  /** `the embedded engine`, `the engine of the running stitch dev`. */
  readonly target: string
}

export type AtEngineOptions = {
  readonly config: ResolvedConfig
  /** `stitch seed`, as another command that finds the data folder taken will read it. */
  readonly command: string
  /** What did not happen where official emulators would forget it at once, as the end of a sentence. */
  readonly forgotten: string
  readonly log: EngineOptions['log']
  readonly signal: AbortSignal
}

/**
 * Does some work at the engine of a data folder: that of a running `stitch dev` or `stitch engine start`, else the
 * configured one, started for it. An external engine that a flag or a variable names goes before both.
 */
export async function atEngine<T>(options: AtEngineOptions, work: (place: EnginePlace) => Promise<T>): Promise<T> {
  const {config, command, log, signal} = options
  const owner = isExternalMeant(config) ? undefined : await readDataDirOwner(config.dataDir)
  if (owner?.engine) return await work({...owner.engine, target: `the engine of the running ${owner.command}`})
  if (config.engine === 'gcloud' || config.engine === 'firebase') throw forgets(config.engine, options.forgotten)
  await using stack = new AsyncDisposableStack()
  if (config.engine !== 'external') stack.use(await lockDataDir(config.dataDir, {command}))
  // Nobody else is to find it, so it keeps no port from anybody.
  const anyPort = {port: 0, explicit: false}
  const engine = stack.use(
    await startEngine({
      ...configuredEngine(config),
      firestorePort: anyPort,
      pubsubPort: anyPort,
      // Whom the messages are for does not run now: attempts would be counted, and messages become dead letters.
      push: false,
      log,
      signal,
    }),
  )
  const {name, firestoreHost, pubsubHost} = engine
  return await work({firestoreHost, pubsubHost, projectId: config.project, target: `the ${name} engine`})
}

function isExternalMeant({engine, origins}: ResolvedConfig): boolean {
  return engine === 'external' && /^(flag |STITCH_)/.test(origins['engine'] ?? '')
}

/** They would end with this command, and with them all it did. */
function forgets(engine: string, what: string): StitchError {
  return new StitchError(`The official emulators keep everything in memory, so ${what}`, {
    code: 'STITCH_ENGINE_FORGETS',
    exit: 'usage',
    hints: [
      `stitch engine start --engine ${engine}   and then, beside it, this command again`,
      '--engine embedded keeps documents and messages',
    ],
  })
}
