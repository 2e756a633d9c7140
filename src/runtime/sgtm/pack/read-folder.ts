import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import {showPath} from '#runtime/kernel/show-path.ts'
import {findInvalidUtf8} from '#runtime/kernel/utf8.ts'
import {layoutFile, sectionFiles} from './folder.ts'
import type {Folder} from './folder.ts'

/** Whether a folder's own files say that a template was unpacked there. */
export function isUnpacked(names: readonly string[]): boolean {
  return names.includes('info.json') && (names.includes('template.js') || names.includes('template-web.js'))
}

/** The files of an unpacked template; others in the folder are nobody's business. */
export async function readFolder(path: string): Promise<Folder> {
  const own = [...sectionFiles.map(({file}) => file), layoutFile].filter((file) => file !== 'tests/')
  const tests = (await namesIn(join(path, 'tests'))).map((name) => `tests/${name}`)
  const names = new Set(await namesIn(path))
  const wanted = [...own.filter((file) => names.has(file)), ...tests]
  return Object.fromEntries(await Promise.all(wanted.map(async (file) => [file, await readText(join(path, file))])))
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, {withFileTypes: true})
    return entries.filter((entry) => entry.isFile()).map(({name}) => name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** A text file's content. @throws {StitchError} STITCH_TEMPLATE_INVALID for bytes that are no UTF-8 */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file)
  const place = findInvalidUtf8(bytes)
  if (!place) return bytes.toString('utf8')
  throw new StitchError(`The file ${showPath(file)} is not UTF-8 here, so it was not read.`, {
    code: 'STITCH_TEMPLATE_INVALID',
    exit: 'config',
    hints: [`file '${showPath(file)}'`],
    at: {file, ...place},
  })
}
