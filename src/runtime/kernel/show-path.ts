import {relative} from 'node:path'

/** A path as a person here would type it: relative to the folder they are in, absolute where that would lead out of it. */
export function showPath(file: string, cwd: string = process.cwd()): string {
  const short = relative(cwd, file)
  return short.startsWith('..') || short === '' ? file : short
}
