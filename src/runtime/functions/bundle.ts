import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import type {BuildFailure, Message} from 'esbuild'
import {StitchError} from '#runtime/kernel/errors.ts'
import {showPath} from '#runtime/kernel/show-path.ts'
import type {Bundle, BundleFiles, BundleProject} from './types.ts'
import type {BundleOptions} from './write-bundle.ts'

/**
 * The bundle of a project, the very bytes that are simulated and deployed: the packaged one, or one built around the
 * project's own logic. Throws STITCH_HANDLERS_INVALID with the place in the project's file, and STITCH_BUNDLE_MISSING.
 */
export async function resolveBundle(project: BundleProject, files: BundleFiles): Promise<Bundle> {
  return project.handlers === undefined ? await readBundle(files.bundle) : await rebuildBundle(project, files)
}

/** The same, built anew where it lies, after a change of its sources. */
export async function rebuildBundle({handlers, dataDir}: BundleProject, files: BundleFiles): Promise<Bundle> {
  const sources = join(files.handlers, 'gcp.ts')
  if (handlers === undefined) return await buildBundle({entry: sources, outFile: files.bundle})
  if (!existsSync(handlers)) {
    throw new StitchError(
      `There is no file ${showPath(handlers)}, which the configuration names as handlers, so nothing was built.`,
      {
        code: 'STITCH_HANDLERS_INVALID',
        exit: 'config',
        hints: ['stitch init --with-handlers   (shows how such a file looks, in a new folder)'],
      },
    )
  }
  const entry = existsSync(sources) ? sources : join(files.builtHandlers, 'gcp.js')
  return await buildBundle({entry, outFile: join(dataDir, 'functions', 'index.js'), own: handlers})
}

/**
 * Builds the handlers' bundle from sources: `outFile` and a package.json beside it. What does not compile is told with
 * its place: STITCH_HANDLERS_INVALID where a project's own file is in it, else STITCH_BUNDLE_NOT_BUILT.
 */
export async function buildBundle(options: BundleOptions): Promise<Bundle> {
  // esbuild is started only where handlers are developed; otherwise the bundle is read that stitch came with.
  const {writeBundle} = await import('./write-bundle.ts')
  try {
    return await writeBundle(options)
  } catch (cause) {
    const [first] = (cause as Partial<BuildFailure>).errors ?? []
    if (!first) throw notBuilt(cause)
    throw options.own === undefined ? ourFault(first, options.entry, cause) : ownFault(first, options.own, cause)
  }
}

/** esbuild's program is missing where optional dependencies were left out; or the folder cannot be written. */
function notBuilt(cause: unknown): StitchError {
  const [sentence = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
  return new StitchError(`The bundle cannot be built here (${sentence}), so no function was started.`, {
    code: 'STITCH_BUNDLE_NOT_BUILT',
    exit: 'environment',
    hints: sentence.includes('esbuild') ? ['npm install --include=optional'] : [],
    cause,
  })
}

function ourFault(message: Message, entry: string, cause: unknown): StitchError {
  return new StitchError(`The handlers do not compile (${message.text}), so no bundle was built from ${entry}.`, {
    code: 'STITCH_BUNDLE_NOT_BUILT',
    exit: 'bug',
    cause,
    ...placeOf(message),
  })
}

/** The project's file was put into sources that compile, so whatever is wrong is wrong with it. */
function ownFault(message: Message, own: string, cause: unknown): StitchError {
  const options = {code: 'STITCH_HANDLERS_INVALID', exit: 'config', cause} as const
  // esbuild tells it of the import, which is ours.
  if (/^No matching export in .* for import "default"/.test(message.text)) {
    return new StitchError(`The file ${showPath(own)} has no default export, so the functions were not built.`, {
      ...options,
      hints: ['export default {resolvers: {}, enrich: {}}'],
      at: {file: own, line: 1, column: 1},
    })
  }
  const [, path] = /^Could not resolve "([^"./][^"]*)"/.exec(message.text) ?? []
  const name = path?.split('/', path.startsWith('@') ? 2 : 1).join('/')
  return new StitchError(
    `The project's own handlers do not compile (${message.text}), so the functions were not built.`,
    {...options, hints: name === undefined ? [] : [`npm install ${name}`], ...placeOf(message)},
  )
}

function placeOf({location}: Message) {
  return location ? {at: {file: resolve(location.file), line: location.line, column: location.column + 1}} : {}
}

/** Reads what a prebuilt bundle is. Throws STITCH_BUNDLE_MISSING when `file` cannot be read. */
export async function readBundle(file: string): Promise<Bundle> {
  try {
    const contents = await readFile(file)
    return {file, bytes: contents.length, sha256: createHash('sha256').update(contents).digest('hex')}
  } catch (cause) {
    throw new StitchError(`The handlers' bundle ${file} cannot be read, so no function was started.`, {
      code: 'STITCH_BUNDLE_MISSING',
      exit: 'environment',
      hints: ['npm run build   (in a clone)', 'npm install sgtm-stitch   (elsewhere)'],
      cause,
    })
  }
}
