import {dirname, relative, resolve, sep} from 'node:path'

/** Where a project's parts lie. */
export type WatchedPlaces = {
  /** The configuration's file. */
  readonly config: string
  /** Folder of the fixtures. */
  readonly fixtures: string
  /** File of the container; its templates lie beside it, unless it is an export, which has them in itself. */
  readonly container: string
  readonly isExport: boolean
  /** File of the rules for requests of templates, which are read with the container. */
  readonly outbound?: string
  /** Files of recorded exchanges, which are written while stitch runs and read at each request: never a change. */
  readonly recordings: readonly string[]
  /** Folder of the handlers' sources. */
  readonly handlers: string
  /** Files of the project's own that are bundled with the handlers. */
  readonly ownSources: readonly string[]
}

/** What a change asks for. */
export type ReloadPlan = {
  readonly config: boolean
  readonly templates: boolean
  readonly handlers: boolean
  readonly fixtures: boolean
}

/**
 * Which parts the changed files belong to. Fixtures lie in folders of their own within theirs, so that the configuration,
 * a log or a report beside them is none: a log that grows must not start what makes it grow.
 */
export function planReload(
  files: readonly string[],
  {config, fixtures, container, isExport, outbound, recordings, handlers, ownSources}: WatchedPlaces,
): ReloadPlan {
  const isTemplate = (file: string): boolean =>
    (outbound !== undefined && file === resolve(outbound)) ||
    (isExport ? file === resolve(container) : pathWithin(dirname(container), file) !== undefined)
  const recorded = new Set(recordings.map((file) => resolve(file)))
  const all = files.map((file) => resolve(file)).filter((file) => !recorded.has(file))
  const own = new Set(ownSources.map((file) => resolve(file)))
  return {
    config: all.includes(resolve(config)),
    templates: all.some(isTemplate),
    handlers: all.some((file) => pathWithin(handlers, file) !== undefined || own.has(file)),
    fixtures: all.some(
      (file) => !own.has(file) && !isTemplate(file) && (pathWithin(fixtures, file)?.includes(sep) ?? false),
    ),
  }
}

/** The rest of the path below a folder; undefined outside of it. */
function pathWithin(folder: string, file: string): string | undefined {
  const rest = relative(resolve(folder), file)
  return rest === '' || rest.startsWith('..') ? undefined : rest
}
