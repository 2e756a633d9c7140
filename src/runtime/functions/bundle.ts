import {createHash} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import type {BuildFailure} from 'esbuild'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {Bundle} from './types.ts'

/**
 * Builds the handlers' bundle from sources: `outFile` and a package.json beside it.
 * Throws STITCH_BUNDLE_NOT_BUILT, with the place in the source, when it does not compile.
 */
export async function buildBundle(options: {entry: string; outFile: string}): Promise<Bundle> {
  // esbuild is started only where handlers are developed; an installed stitch reads the bundle it came with.
  const {writeBundle} = await import('./write-bundle.ts')
  try {
    return await writeBundle(options)
  } catch (cause) {
    const [first] = (cause as Partial<BuildFailure>).errors ?? []
    const {text, location} = first ?? {text: String(cause), location: null}
    throw new StitchError(`The handlers do not compile (${text}), so no bundle was built from ${options.entry}.`, {
      code: 'STITCH_BUNDLE_NOT_BUILT',
      exit: 'bug',
      cause,
      ...(location ? {at: {file: location.file, line: location.line, column: location.column + 1}} : {}),
    })
  }
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
