import {readFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {zipSync, type Zippable} from 'fflate'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {Source} from '../types.ts'

/** Beside the bundle, as the build lays them; the lock file only where there is one. */
const COMPANIONS = [
  {name: 'package.json', optional: false},
  {name: 'package-lock.json', optional: true},
]

/**
 * The archive that is uploaded: the bundle, and what the build in the cloud needs beside it. The same bytes for the same
 * files, wherever and whenever it is made. Throws STITCH_BUNDLE_MISSING.
 * @param bundle what was simulated; its file's folder has the rest
 */
export async function zipSource(bundle: {readonly file: string; readonly sha256: string}): Promise<Source> {
  const folder = dirname(bundle.file)
  const files: Record<string, Uint8Array> = {'index.js': await read(bundle.file)}
  for (const {name, optional} of COMPANIONS) {
    const contents = await read(join(folder, name)).catch((error: unknown) => {
      if (optional) return undefined
      throw error
    })
    if (contents) files[name] = contents
  }
  return {sha256: bundle.sha256, zip: zipFiles(files)}
}

function zipFiles(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // The first moment that the format knows, as local time: zip has no zone, so it is the same text everywhere.
  const mtime = new Date(1980, 0, 1)
  const entries: Zippable = {}
  for (const name of Object.keys(files).toSorted()) entries[name] = [files[name]!, {mtime, level: 9}]
  return zipSync(entries)
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new StitchError(`${file} cannot be read, so there is nothing to deploy.`, {
      code: 'STITCH_BUNDLE_MISSING',
      exit: 'environment',
      hints: ['npm run build   (in a clone)', 'npm install sgtm-stitch   (elsewhere)'],
      cause,
    })
  }
}
