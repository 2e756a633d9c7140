import {readdir, stat} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {showPath} from '#runtime/kernel/show-path.ts'
import {pack} from '#runtime/sgtm/pack/pack.ts'
import type {PackedPart} from '#runtime/sgtm/pack/pack.ts'
import {isUnpacked, readFolder, readText} from '#runtime/sgtm/pack/read-folder.ts'

/** A template to be read: a file, or a folder that one was unpacked into. */
export type TemplateSource = {
  /** The path as a person here would type it. */
  readonly name: string
  readonly path: string
  readonly text: string
  /** The place of a place in the text: in a folder it is one of its files'. */
  readonly locate: (at: SourceLocation) => SourceLocation
}

/**
 * Finds the templates that paths lead to: `.tpl` files, unpacked folders, and all of both below other folders.
 * @throws {StitchError} STITCH_USAGE for a path that leads to none
 */
export async function findTemplates(paths: readonly string[]): Promise<readonly TemplateSource[]> {
  const found = new Map<string, TemplateSource>()
  for (const path of paths) {
    const sources = await find(resolve(path), true)
    if (sources.length === 0) throw none(`There is no template in ${path}, so nothing was read.`)
    for (const source of sources) found.set(source.path, source)
  }
  return [...found.values()]
}

async function find(path: string, isNamed: boolean): Promise<readonly TemplateSource[]> {
  const kind = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? none(`There is no ${showPath(path)}, so nothing was read.`) : error
  })
  const name = showPath(path)
  if (kind.isFile()) {
    if (!isNamed && !path.endsWith('.tpl')) return []
    return [{name, path, text: await readText(path), locate: (at) => ({...at, file: name})}]
  }
  if (!kind.isDirectory()) return []
  const names = await readdir(path)
  if (isUnpacked(names)) {
    const {text, parts} = pack(name, await readFolder(path), {plain: true})
    return [{name, path, text, locate: (at) => locate(name, parts, at)}]
  }
  const below = names.filter((each) => !each.startsWith('.') && each !== 'node_modules').sort()
  const lists: (readonly TemplateSource[])[] = []
  for (const each of below) lists.push(await find(join(path, each), false))
  return lists.flat()
}

function locate(folder: string, parts: readonly PackedPart[], {line, column}: SourceLocation): SourceLocation {
  const part = parts.find((one) => line >= one.line && line < one.line + one.lines)
  if (!part) return {file: folder, line: 1, column: 1}
  return {file: join(folder, part.file), line: line - part.line + 1, column: Math.max(1, column - part.shift)}
}

function none(message: string): StitchError {
  return new StitchError(message, {
    code: 'STITCH_USAGE',
    exit: 'usage',
    hints: ['name .tpl files, folders with some in them, or folders that stitch template unpack wrote'],
  })
}
