import {readdir, stat} from 'node:fs/promises'
import {resolve} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import {pack} from '#runtime/sgtm/pack/pack.ts'
import {isUnpacked, readFolder, readText} from '#runtime/sgtm/pack/read-folder.ts'
import {unpack} from '#runtime/sgtm/pack/unpack.ts'
import {writeFolder, writeTemplateFile} from '#runtime/sgtm/pack/write-folder.ts'

/**
 * Makes a file of a folder. @param to the folder's name with `.tpl` unless given
 * @throws {StitchError} STITCH_TEMPLATE_FOLDER_INVALID, STITCH_WOULD_OVERWRITE
 */
export async function packTemplate(
  from: string,
  to: string | undefined,
  force: boolean,
): Promise<{readonly file: string; readonly bytes: number}> {
  const folder = resolve(from)
  const names = await readdir(folder).catch((cause: unknown) => {
    throw missing(from, 'folder', cause)
  })
  if (!isUnpacked(names)) throw missing(from, 'unpacked template')
  const {text} = pack(from, await readFolder(folder))
  const file = to === undefined ? `${folder}.tpl` : resolve(to)
  await writeTemplateFile(file, text, {force})
  return {file, bytes: Buffer.byteLength(text)}
}

/**
 * Makes a folder of a file. @param to the file's name without `.tpl` unless given
 * @throws {StitchError} STITCH_TEMPLATE_INVALID, STITCH_WOULD_OVERWRITE
 */
export async function unpackTemplate(
  from: string,
  to: string | undefined,
  force: boolean,
): Promise<{readonly folder: string; readonly files: readonly string[]}> {
  const file = resolve(from)
  const kind = await stat(file).catch((cause: unknown) => {
    throw missing(from, 'file', cause)
  })
  if (!kind.isFile()) throw missing(from, 'file')
  const text = await readText(file)
  const files = unpack(text)
  if (!('info.json' in files)) {
    throw new StitchError(`The file ${from} has no ___INFO___ section, so it is no template and was not unpacked.`, {
      code: 'STITCH_TEMPLATE_INVALID',
      exit: 'config',
    })
  }
  const folder = to === undefined ? (file.endsWith('.tpl') ? file.slice(0, -4) : `${file}.unpacked`) : resolve(to)
  await writeFolder(folder, files, {force})
  return {folder, files: Object.keys(files).sort()}
}

function missing(path: string, what: string, cause?: unknown): StitchError {
  return new StitchError(`There is no ${what} at ${path}, so nothing was written.`, {
    code: 'STITCH_USAGE',
    exit: 'usage',
    hints: ['stitch template --help'],
    cause,
  })
}
