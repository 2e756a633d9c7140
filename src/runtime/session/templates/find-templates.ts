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
  /** Why it could not be read. */
  readonly problem?: StitchError
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
    const isMissing = error.code === 'ENOENT' || error.code === 'ENOTDIR'
    const what = isMissing ? `There is no ${showPath(path)}` : `${showPath(path)} cannot be read (${error.code})`
    throw none(`${what}, so nothing was read.`)
  })
  const name = showPath(path)
  if (kind.isFile()) {
    if (!isNamed && !path.endsWith('.tpl')) return []
    return [await readSource(name, path, async () => ({text: await readText(path), parts: undefined}))]
  }
  if (!kind.isDirectory()) return []
  const entries = await readdir(path, {withFileTypes: true})
  if (isUnpacked(entries.map((entry) => entry.name)))
    return [await readSource(name, path, async () => pack(name, await readFolder(path), {plain: true}))]
  // A link may lead back to where it stands.
  const below = entries.filter((entry) => !/^\.|^node_modules$/.test(entry.name) && !entry.isSymbolicLink())
  const lists: (readonly TemplateSource[])[] = []
  for (const each of below.map((entry) => entry.name).sort()) lists.push(await find(join(path, each), false))
  return lists.flat()
}

type Read = {readonly text: string; readonly parts: readonly PackedPart[] | undefined}

/** What cannot be read is told where the others are told of. */
async function readSource(name: string, path: string, read: () => Promise<Read>): Promise<TemplateSource> {
  try {
    const {text, parts} = await read()
    return {name, path, text, locate: (at) => (parts ? locate(name, parts, at) : {...at, file: name})}
  } catch (error) {
    if (!(error instanceof StitchError)) throw error
    return {name, path, text: '', problem: error, locate: (at) => ({...at, file: name})}
  }
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
