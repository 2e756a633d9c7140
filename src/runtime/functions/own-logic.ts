import {realpathSync} from 'node:fs'
import {resolve} from 'node:path'
import type {Metafile, Plugin} from 'esbuild'

/** The entry's import of the logic that a project may bring; by default there is none. */
const DEFAULT = /^\.\/extension\.(?:ts|js)$/

/** Puts a project's file in the place of the default logic, wherever the entry imports that. */
export function withOwnLogic(entry: string, file: string): Plugin {
  return {
    name: 'with-own-logic',
    setup(build) {
      const importedBy = realpathSync(entry)
      build.onResolve({filter: DEFAULT}, ({importer}) => (importer === importedBy ? {path: file} : undefined))
    },
  }
}

/** The files that belong to a project's logic, itself first, without what came from packages; absolute. */
export function listOwnSources({inputs}: Metafile, file: string): readonly string[] {
  const byPath = new Map(Object.entries(inputs).map(([path, input]) => [resolve(path), input]))
  const found = new Set<string>([resolve(file)])
  for (const source of found) {
    for (const {path, external} of byPath.get(source)?.imports ?? []) {
      if (!external && !/[\\/]node_modules[\\/]/.test(path)) found.add(resolve(path))
    }
  }
  return [...found].filter((source) => byPath.has(source))
}
