import {readFile} from 'node:fs/promises'
import {findPackageJSON} from 'node:module'
import {dirname, join, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {StitchError} from '#runtime/kernel/errors.ts'

/** The version that this way is tested with; another major may have other files and other questions. */
export const TESTED_FIREBASE_TOOLS = '15.34.2'

export type FirebaseTools = {
  /** The module that a program requires. */
  readonly main: string
  readonly version: string
  /** Set where it is not of the tested major. */
  readonly warning: string | undefined
}

/**
 * firebase-tools of the user's project, or else the one beside this package. Nothing of it is loaded.
 * Throws STITCH_FIREBASE_TOOLS_MISSING.
 * @param bases folders or modules (as URL) from which it is looked for, as Node does
 */
export async function findFirebaseTools(bases: readonly string[]): Promise<FirebaseTools> {
  for (const base of bases) {
    const manifest = find(base.startsWith('file:') ? base : pathToFileURL(join(base, 'package.json')).href)
    if (manifest === undefined) continue
    const {version, main} = JSON.parse(await readFile(manifest, 'utf8')) as {version: string; main?: string}
    return {main: resolve(dirname(manifest), main ?? 'index.js'), version, warning: warnOf(version)}
  }
  throw new StitchError('firebase-tools is not installed, so the functions were not deployed with it.', {
    code: 'STITCH_FIREBASE_TOOLS_MISSING',
    exit: 'deploy',
    hints: [
      `npm install --save-dev firebase-tools@${TESTED_FIREBASE_TOOLS}`,
      'stitch deploy   (the default way needs no firebase-tools)',
    ],
  })
}

function find(base: string): string | undefined {
  try {
    return findPackageJSON('firebase-tools', base)
  } catch {
    return undefined
  }
}

function warnOf(version: string): string | undefined {
  return version.split('.')[0] === TESTED_FIREBASE_TOOLS.split('.')[0]
    ? undefined
    : `firebase-tools ${version} is used; tested is ${TESTED_FIREBASE_TOOLS}`
}
