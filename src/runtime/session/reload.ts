import {dirname} from 'node:path'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {rebuildBundle} from '#runtime/functions/bundle.ts'
import type {Bundle, BundleFiles} from '#runtime/functions/types.ts'
import {loadFixtures} from '#runtime/fixtures/load.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import type {OutboundRule} from '#runtime/sgtm/types.ts'
import {readContainer, readRules} from './open-container.ts'
import type {Session} from './open-session.ts'
import {planReload, type ReloadPlan} from './plan-reload.ts'
import {seedIfNeeded} from './seed-project.ts'
import {watchFiles} from './watch-files.ts'

export type ReloadOptions = {
  readonly config: ResolvedConfig
  readonly session: Session
  /** The handlers' sources are watched where they are: stitch's own in a clone, a project's always. */
  readonly files: BundleFiles
  readonly emit: Emit
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What was reloaded for which files, and the bundle that runs now. */
export type Reloaded = {readonly files: readonly string[]; readonly bundle: Bundle}

/**
 * Watches the project and brings every change into the running session: templates into the container, fixtures into
 * Firestore, handlers into new processes that take over without losing a request. A broken file is told and the old
 * state is kept. Yields after each reload that worked. Changes of the configuration are told: they need a new start.
 */
export async function* reloadOnChange(options: ReloadOptions): AsyncGenerator<Reloaded> {
  const {config, session, emit, clock, signal} = options
  let {bundle} = session
  let rules: readonly OutboundRule[] | undefined
  const paths = () => [
    config.fixtures,
    session.container.isExport() ? config.container : dirname(config.container),
    options.files.handlers,
    config.file,
    ...(config.outbound === undefined ? [] : [config.outbound]),
    ...(bundle.sources ?? []),
  ]
  for await (const files of watchFiles(paths, signal)) {
    const began = clock.now()
    try {
      rules ??= await readRules({config, functions: session.functions})
      const plan = planReload(files, {
        config: config.file,
        fixtures: config.fixtures,
        container: config.container,
        ...(config.outbound === undefined ? {} : {outbound: config.outbound}),
        isExport: session.container.isExport(),
        recordings: rules.flatMap((rule) => ('file' in rule ? [rule.file] : [])),
        handlers: options.files.handlers,
        ownSources: bundle.sources ?? [],
      })
      if (plan.handlers) bundle = await reloadHandlers(options)
      const reloaded = [
        ...(plan.handlers ? [`handlers ${bundle.sha256.slice(0, 12)}`] : []),
        ...(await reloadOthers(options, plan)),
      ]
      // They were read with the templates, and may name other files now.
      if (plan.templates) rules = undefined
      for (const what of reloaded) {
        emit({type: 'reload.done', what, files: [...files], durationMs: clock.now() - began})
      }
      if (reloaded.length > 0) yield {files, bundle}
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

/** New processes with the changed handlers take over; when they do not start, those before them go on. */
async function reloadHandlers({config, session, files}: ReloadOptions): Promise<Bundle> {
  const bundle = await rebuildBundle(config, files)
  await session.functions.reload({bundle})
  return bundle
}

/** Reloads what else is to be; returns what that was. */
async function reloadOthers(
  {config, session, emit, clock, signal}: ReloadOptions,
  plan: ReloadPlan,
): Promise<string[]> {
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
    await session.container.reload(
      await readContainer({config, keys: session.keys, functions: session.functions, emit}),
      await readRules({config, functions: session.functions}),
    )
    done.push('templates')
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
