import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import {readGcloud} from './read-gcloud.ts'
import type {Surroundings} from './types.ts'

export type LookOptions = {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where gcloud keeps its settings. */
  readonly home?: string
}

/**
 * Finds out what need not be asked: the repository, where it is hosted, package.json, gcloud's project and region.
 * Reads files only. Throws STITCH_INIT_CONFLICT where the folder's place is taken by a file.
 */
export function lookAround(folder: string, {env, home}: LookOptions = {}): Surroundings {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new StitchError(`${folder} is a file, so no project was made there.`, {
      code: 'STITCH_INIT_CONFLICT',
      exit: 'usage',
      hints: ['stitch init another-folder'],
    })
  }
  const gitRoot = findUp(folder, '.git')
  const root = gitRoot ?? folder
  return {
    folder,
    gitRoot,
    host: findHost(root),
    packageJson: readText(join(folder, 'package.json')),
    hasLockFile: existsSync(join(folder, 'package-lock.json')),
    gitignore: readText(join(folder, '.gitignore')),
    hasFixtures: holdsSomething(join(folder, 'fixtures')),
    hasGitlabCi: existsSync(join(root, '.gitlab-ci.yml')),
    ...readGcloud(env, home),
  }
}

/** The nearest folder, this one or above, that holds `name`. */
function findUp(folder: string, name: string): string | undefined {
  if (existsSync(join(folder, name))) return folder
  const above = dirname(folder)
  return above === folder ? undefined : findUp(above, name)
}

/** By the remotes of the repository, else by the files that only one of them reads. */
function findHost(root: string): Surroundings['host'] {
  const remotes = readText(join(root, '.git/config')) ?? ''
  if (/url\s*=.*\bgithub\./.test(remotes)) return 'github'
  if (/url\s*=.*\bgitlab\./.test(remotes)) return 'gitlab'
  if (existsSync(join(root, '.github'))) return 'github'
  return existsSync(join(root, '.gitlab-ci.yml')) ? 'gitlab' : undefined
}

function holdsSomething(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0
  } catch {
    return existsSync(folder)
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
