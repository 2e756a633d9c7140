import {mkdirSync, statSync} from 'node:fs'
import {dirname} from 'node:path'

/**
 * Makes a folder and those above it, and returns the first one that was made; undefined where all were there. Throws
 * what the file system says. Node's own `recursive` never returns where the folder above exists and takes no folders,
 * as in /proc or behind a link that leads nowhere: told ENOENT, it makes the folder above, and tries again
 * (24.16, measured; a thread of it then holds up even the end of the process).
 */
export function makeFolder(path: string): string | undefined {
  try {
    mkdirSync(path)
    return path
  } catch (error) {
    if (isFolder(path)) return undefined
    const parent = dirname(path)
    if (!isMissing(error) || parent === path) throw error
    const first = makeFolder(parent)
    try {
      mkdirSync(path)
    } catch (again) {
      // Somebody else may have been faster.
      if (!isFolder(path)) throw again
    }
    return first ?? path
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
