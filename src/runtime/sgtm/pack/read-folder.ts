import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {StitchError, type SourceLocation} from '#runtime/kernel/errors.ts'
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
    // What stands in its place as a file is none of the template's.
    const {code = ''} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw unreadable(path, `cannot be read (${code})`)
  }
}

/** A text file's content. @throws {StitchError} STITCH_TEMPLATE_INVALID for one that cannot be read or is not UTF-8 */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(file, `cannot be read (${error.code})`)
  })
  const place = findInvalidUtf8(bytes)
  if (!place) return bytes.toString('utf8')
  throw unreadable(file, 'is not UTF-8 here', {file, ...place})
}

function unreadable(path: string, what: string, at?: SourceLocation): StitchError {
  return new StitchError(`${showPath(path)} ${what}, so it was not read.`, {
    code: 'STITCH_TEMPLATE_INVALID',
    exit: 'config',
    hints: [`file '${showPath(path)}'`],
    ...(at ? {at} : {}),
  })
}
