import {execFile} from 'node:child_process'
import {readdir, readFile, realpath} from 'node:fs/promises'
import {homedir} from 'node:os'
import {delimiter, join} from 'node:path'
import {promisify} from 'node:util'

/** What the search for Java and the Google Cloud CLI asks of a machine. Nothing throws: what is not there is undefined. */
export type Machine = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** The path with links resolved, if there is such a file or folder. */
  readonly resolve: (path: string) => Promise<string | undefined>
  /** Names in a folder; none where there is no folder. */
  readonly list: (folder: string) => Promise<readonly string[]>
  readonly read: (file: string) => Promise<string | undefined>
  /** Standard output and error together of a command that ended with 0 within 15 s. */
  readonly run: (command: string, args: readonly string[]) => Promise<string | undefined>
}

/** This machine, as the given variables describe it. */
export function createMachine(environment: Machine['environment']): Machine {
  return {
    environment,
    home: environment['HOME'] || homedir(),
    resolve: (path) => realpath(path).catch(() => undefined),
    list: (folder) => readdir(folder).catch(() => []),
    read: (file) => readFile(file, 'utf8').catch(() => undefined),
    run: async (command, args) => {
      try {
        const {stdout, stderr} = await promisify(execFile)(command, args, {
          env: environment,
          timeout: 15_000,
          windowsHide: true,
        })
        return stdout + stderr
      } catch {
        return undefined
      }
    },
  }
}

/** The file behind a command's name on PATH, links resolved. */
export async function findOnPath(name: string, machine: Machine): Promise<string | undefined> {
  for (const folder of (machine.environment['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const found = await machine.resolve(join(folder, name))
    if (found !== undefined) return found
  }
  return undefined
}
