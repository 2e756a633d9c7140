import {createHash} from 'node:crypto'
import {readFile, rename, writeFile} from 'node:fs/promises'
import {findPackageJSON} from 'node:module'
import {dirname, join} from 'node:path'
import {build} from 'esbuild'
import {makeFolder} from '#runtime/kernel/make-folder.ts'
import {listOwnSources, withOwnLogic} from './own-logic.ts'
import type {Bundle} from './types.ts'
import {withoutUnusedProtos} from './unused-protos.ts'

export type BundleOptions = {
  readonly entry: string
  readonly outFile: string
  /** The file with a project's own logic; its packages are those of the project. */
  readonly own?: string | undefined
}

/**
 * Builds the handlers as they are deployed: `entry` and all it needs as one minified CommonJS file, and the package.json
 * that says so to Node and to the buildpack. The same sources give the same bytes in whatever folder they lie.
 * CommonJS, because the Google clients read `__dirname` at load; functions-framework stays outside, because its registry
 * of functions is a module singleton. Rejects with esbuild's BuildFailure. Imports nothing that needs a build itself.
 */
export async function writeBundle({entry, outFile, own}: BundleOptions): Promise<Bundle> {
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    charset: 'utf8',
    legalComments: 'none',
    external: ['@google-cloud/functions-framework'],
    plugins: [withoutUnusedProtos, ...(own === undefined ? [] : [withOwnLogic(entry, own)])],
    outfile: outFile,
    tsconfigRaw: {},
    metafile: own !== undefined,
    write: false,
    logLevel: 'silent',
  })
  const contents = built.outputFiles[0]!.contents
  makeFolder(dirname(outFile))
  await Promise.all([
    replaceFile(outFile, contents),
    replaceFile(join(dirname(outFile), 'package.json'), await describePackage(outFile)),
  ])
  const sha256 = createHash('sha256').update(contents).digest('hex')
  const sources = built.metafile && own !== undefined ? {sources: listOwnSources(built.metafile, own)} : {}
  return {file: outFile, bytes: contents.length, sha256, ...sources}
}

/** Nobody ever reads half a file: another run may be starting from the same folder. */
async function replaceFile(file: string, contents: Uint8Array | string): Promise<void> {
  const draft = `${file}.${process.pid}.part`
  await writeFile(draft, contents)
  await rename(draft, file)
}

/** The deployed package.json: CommonJS by its lack of `type`, and the framework pinned to the version simulated with. */
async function describePackage(outFile: string): Promise<string> {
  const installed = findPackageJSON('@google-cloud/functions-framework', import.meta.url)!
  const {version} = JSON.parse(await readFile(installed, 'utf8')) as {version: string}
  const description = {
    name: 'stitch-functions',
    private: true,
    main: outFile.slice(dirname(outFile).length + 1),
    engines: {node: '24'},
    dependencies: {'@google-cloud/functions-framework': version},
  }
  return `${JSON.stringify(description, null, 2)}\n`
}
