import {dirname, resolve} from 'node:path'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {buildBundle} from '#runtime/functions/bundle.ts'
import {loadFixtures} from '#runtime/fixtures/load.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {readContainer} from './open-container.ts'
import type {Session} from './open-session.ts'
import {planReload} from './plan-reload.ts'
import {seedIfNeeded} from './seed-project.ts'
import {watchFiles} from './watch-files.ts'

export type ReloadOptions = {
  readonly config: ResolvedConfig
  readonly session: Session
  /** Sources of the handlers, watched where they are (in a clone). */
  readonly handlersFolder: string
  readonly bundleFile: string
  readonly emit: Emit
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Watches the project and brings every change into the running session: templates into the container, fixtures into
 * Firestore, handlers into new processes that take over without losing a request. A broken file is told and the old
 * state is kept. Yields after each reload that worked. Changes of the configuration are told: they need a new start.
 */
export async function* reloadOnChange(options: ReloadOptions): AsyncGenerator<readonly string[]> {
  const {config, emit, clock, handlersFolder, signal} = options
  const container = dirname(config.container)
  for await (const files of watchFiles([config.fixtures, container, handlersFolder, config.file], signal)) {
    const began = clock.now()
    try {
      const reloaded = await reload(options, files)
      for (const what of reloaded) {
        emit({type: 'reload.done', what, files: [...files], durationMs: clock.now() - began})
      }
      if (reloaded.length > 0) yield files
    } catch (error) {
      if (!(error instanceof StitchError)) throw error
      const place = error.at ? `${error.at.file}:${error.at.line}:${error.at.column}: ` : ''
      emit({
        type: 'log.line',
        source: 'reload',
        level: 'error',
        text: `${place}${error.message} What ran before goes on.`,
      })
    }
  }
}

/** Reloads what the changed files belong to; returns what that was. */
async function reload(
  {config, session, handlersFolder, bundleFile, emit, clock, signal}: ReloadOptions,
  files: readonly string[],
): Promise<string[]> {
  const plan = planReload(files, {
    config: config.file,
    fixtures: config.fixtures,
    container: config.container,
    handlers: handlersFolder,
  })
  const done: string[] = []
  if (plan.config) {
    emit({
      type: 'log.line',
      source: 'reload',
      level: 'warn',
      text: `${config.file} has changed; start again to use it.`,
    })
  }
  if (plan.templates) {
    await session.container.reload(await readContainer({config, keys: session.keys, functions: session.functions}))
    done.push('templates')
  }
  if (plan.handlers) {
    const bundle = await buildBundle({entry: resolve(handlersFolder, 'gcp.ts'), outFile: bundleFile})
    await session.functions.reload({bundle})
    done.push(`handlers ${bundle.sha256.slice(0, 12)}`)
  }
  if (plan.fixtures) {
    await seedIfNeeded({
      config,
      fixtures: await loadFixtures(config.fixtures),
      engine: session.engine,
      keys: session.keys,
      emit,
      clock,
      signal,
    })
    done.push('fixtures')
  }
  return done
}
