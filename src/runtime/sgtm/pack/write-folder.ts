import {mkdtemp, readdir, rename, rm, stat, writeFile} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import {makeFolder} from '#runtime/kernel/make-folder.ts'
import type {Folder} from './folder.ts'
import {testFiles} from './folder.ts'

/**
 * Writes an unpacked template. A new folder is renamed into its place when it is whole; with `force` the files of an
 * existing one are replaced one by one, tests that are no longer there go, and whatever else lies there stays.
 * @throws {StitchError} STITCH_WOULD_OVERWRITE, STITCH_OUTPUT_NOT_WRITABLE
 */
export async function writeFolder(path: string, files: Folder, {force}: {readonly force: boolean}): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found && !found.isDirectory()) throw wouldOverwrite(path, 'file')
  await refusing(path, async () => {
    const existing = found && (await readdir(path))
    if (existing && existing.length > 0 && !force) throw wouldOverwrite(path, 'folder')
    await writeAll(path, files, existing)
  })
}

async function writeAll(path: string, files: Folder, existing: readonly string[] | undefined): Promise<void> {
  makeFolder(dirname(path))
  const draft = await mkdtemp(join(dirname(path), `.${basename(path)}.`))
  try {
    for (const [file, text] of Object.entries(files)) {
      makeFolder(dirname(join(draft, file)))
      await writeFile(join(draft, file), text)
    }
    if (!existing || existing.length === 0) {
      if (existing) await rm(path, {recursive: true})
      await rename(draft, path)
      return
    }
    await replaceFiles(path, draft, files)
  } finally {
    await rm(draft, {recursive: true, force: true})
  }
}

async function replaceFiles(path: string, draft: string, files: Folder): Promise<void> {
  for (const file of Object.keys(files)) {
    makeFolder(dirname(join(path, file)))
    await rename(join(draft, file), join(path, file))
  }
  const tests = await readdir(join(path, 'tests')).catch(() => [])
  const ours = (file: string): boolean => /^tests\/\d{3,}(-[a-z0-9-]*)?\.js$/.test(file) || isTestFile(file)
  const stale = [...tests.map((name) => `tests/${name}`).filter(ours), ...optional].filter((file) => !(file in files))
  for (const file of stale) await rm(join(path, file), {force: true})
}

/** Files that unpacking may leave out, so that old ones would be taken for the template's. */
const optional = [
  'layout.json',
  'terms.txt',
  'notes.txt',
  'permissions.json',
  'permissions-web.json',
  'template-web.js',
]

function isTestFile(file: string): boolean {
  return Object.values<string>(testFiles).includes(file)
}

/** Writes one file beside its place and puts it there when it is whole. @throws {StitchError} STITCH_WOULD_OVERWRITE, STITCH_OUTPUT_NOT_WRITABLE */
export async function writeTemplateFile(file: string, text: string, {force}: {readonly force: boolean}): Promise<void> {
  await refusing(file, async () => {
    makeFolder(dirname(file))
    const names = await readdir(dirname(file))
    if (names.includes(basename(file)) && !force) throw wouldOverwrite(file, 'file')
    const draft = `${file}.${process.pid}.part`
    try {
      await writeFile(draft, text)
      await rename(draft, file)
    } finally {
      await rm(draft, {force: true})
    }
  })
}

/** What the file system refuses is told of the place that was named. */
async function refusing(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (cause) {
    if (cause instanceof StitchError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StitchError(`${path} cannot be written (${reason}), so it was not.`, {
      code: 'STITCH_OUTPUT_NOT_WRITABLE',
      exit: 'environment',
      hints: ['another place as the second argument'],
      cause,
    })
  }
}

function wouldOverwrite(path: string, kind: 'file' | 'folder'): StitchError {
  const what = kind === 'folder' ? 'is not empty' : 'exists'
  return new StitchError(`The ${kind} ${path} ${what}, so nothing was written.`, {
    code: 'STITCH_WOULD_OVERWRITE',
    exit: 'usage',
    hints: ['--force', 'another place as the second argument'],
  })
}
