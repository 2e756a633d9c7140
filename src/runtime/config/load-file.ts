import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {findNodeAtLocation, parseTree, type Node, type ParseError} from 'jsonc-parser'
import {StitchError, type SourceLocation} from '#runtime/kernel/errors.ts'
import {describeJsonFault} from '#runtime/kernel/json-words.ts'
import {showPath} from '#runtime/kernel/show-path.ts'

/** A configuration file as it was read, with the way from a key to its place in the text. */
export type LoadedFile = {
  readonly file: string
  readonly value: unknown
  /** The place of the key or value at `path`; only JSON knows lines. */
  readonly locate: (path: readonly PropertyKey[]) => SourceLocation | undefined
}

const NAMES = ['stitch.config.json', 'stitch.config.ts', 'stitch.config.mjs', 'stitch.config.js']

/** The configuration file of a project folder, or undefined where there is none. */
export function findConfigFile(folder: string): string | undefined {
  return NAMES.map((name) => join(folder, name)).find((file) => existsSync(file))
}

/** Reads a configuration file. Throws STITCH_CONFIG_INVALID with file:line:column for text that is not JSON. */
export async function loadConfigFile(file: string): Promise<LoadedFile> {
  if (!existsSync(file)) {
    throw new StitchError(`There is no configuration file ${file}, so no configuration was read.`, {
      code: 'STITCH_CONFIG_MISSING',
      exit: 'config',
      hints: ['stitch simulate --config path/to/stitch.config.json'],
    })
  }
  return file.endsWith('.json') ? loadJson(file) : await loadModule(file)
}

function loadJson(file: string): LoadedFile {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, {allowTrailingComma: true})
  const [first] = errors
  if (first || !tree) {
    throw new StitchError(
      `${showPath(file)} is not valid JSON (${describeJsonFault(first?.error)}), so no configuration was read.`,
      {code: 'STITCH_CONFIG_INVALID', exit: 'config', at: placeOf(file, text, first?.offset ?? 0)},
    )
  }
  return {file, value: valueOf(tree), locate: (path) => locate(file, text, tree, path)}
}

async function loadModule(file: string): Promise<LoadedFile> {
  try {
    const module = (await import(pathToFileURL(file).href)) as {default?: unknown}
    return {file, value: module.default, locate: () => ({file, line: 1, column: 1})}
  } catch (cause) {
    throw new StitchError(`${showPath(file)} could not be loaded (${String(cause)}), so no configuration was read.`, {
      code: 'STITCH_CONFIG_INVALID',
      exit: 'config',
      at: {file, line: 1, column: 1},
      cause,
    })
  }
}

function valueOf(node: Node): unknown {
  if (node.type === 'object') {
    return Object.fromEntries(
      (node.children ?? []).map((p) => [String(p.children?.[0]?.value), p.children?.[1] && valueOf(p.children[1])]),
    )
  }
  if (node.type === 'array') return (node.children ?? []).map(valueOf)
  return node.value as unknown
}

function locate(file: string, text: string, tree: Node, path: readonly PropertyKey[]): SourceLocation {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length) as (string | number)[])
    if (node) return placeOf(file, text, node.parent?.type === 'property' ? node.parent.offset : node.offset)
  }
  return placeOf(file, text, tree.offset)
}

function placeOf(file: string, text: string, offset: number): SourceLocation {
  const before = text.slice(0, offset)
  return {file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n')}
}
