import {join, relative, sep} from 'node:path'
import {applyEdits, modify, parse} from 'jsonc-parser'
import {writeGithubWorkflow, writeGitlabJob} from './ci-text.ts'
import {writeConfigText} from './config-text.ts'
import type {InitChoices, InitPlan, PlannedFile, Surroundings} from './types.ts'

/** Names of configurations of which a folder has one at most. */
const CONFIGS = ['stitch.config.json', 'stitch.config.ts', 'stitch.config.mjs', 'stitch.config.js']
const IGNORED = '.stitch/'

export type InitInput = {
  readonly surroundings: Surroundings
  readonly choices: InitChoices
  /** Texts of the starting files by their path below the fixtures' folder. */
  readonly fixtures: ReadonlyMap<string, string>
  /** Text of the example of own logic; used where it is asked for. */
  readonly handlers: string
  readonly exists: (path: string) => boolean
}

/** Decides what is written, what stands in the way of it, and what comes next. Writes nothing. */
export function planInit({surroundings, choices, fixtures, handlers, exists}: InitInput): InitPlan {
  const {folder, packageJson, gitignore} = surroundings
  // Fixtures of somebody else's tests would be taken for documents.
  const home = surroundings.hasFixtures ? 'stitch-fixtures' : 'fixtures'
  const made: readonly PlannedFile[] = [
    {path: join(folder, 'stitch.config.json'), text: writeConfigText(choices, home)},
    ...(choices.withHandlers ? [{path: join(folder, 'stitch.handlers.ts'), text: handlers}] : []),
    ...[...fixtures].map(([path, text]) => ({path: join(folder, home, path), text})),
    planCi(surroundings, choices),
    ...(gitignore === undefined ? [{path: join(folder, '.gitignore'), text: `${IGNORED}\n`}] : []),
  ]
  const changed = [
    changeOf(join(folder, '.gitignore'), gitignore, ignoreData),
    changeOf(join(folder, 'package.json'), packageJson, addScript),
  ].filter((file) => file !== undefined)
  const others = CONFIGS.slice(1).map((name) => join(folder, name))
  return {
    files: [...made, ...changed],
    conflicts: [...made.map(({path}) => path), ...others].filter(exists),
    next: planNext(surroundings, choices),
  }
}

/** At the root of the repository, where the host looks; a pipeline of GitLab's that is there already is left alone. */
function planCi({folder, gitRoot, host, packageJson, hasLockFile, hasGitlabCi}: Surroundings, {version}: InitChoices) {
  const root = gitRoot ?? folder
  const below = relative(root, folder).split(sep).join('/')
  const input = {folder: below, hasPackage: packageJson !== undefined, hasLockFile, version}
  if (host !== 'gitlab') return {path: join(root, '.github/workflows/stitch.yml'), text: writeGithubWorkflow(input)}
  return {path: join(root, hasGitlabCi ? '.gitlab/stitch.yml' : '.gitlab-ci.yml'), text: writeGitlabJob(input)}
}

function changeOf(path: string, before: string | undefined, change: (text: string) => string): PlannedFile | undefined {
  if (before === undefined) return undefined
  const text = change(before)
  return text === before ? undefined : {path, text, before}
}

/** With the data folder in it, once. */
function ignoreData(text: string): string {
  if (text.split(/\r?\n/).some((line) => /^\/?\.stitch\/?$/.test(line.trim()))) return text
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${IGNORED}\n`
}

/** With a script, unless one of that name is there; everything else stays as it is written. */
function addScript(text: string): string {
  const {scripts} = readPackage(text)
  if (scripts !== undefined && Object.hasOwn(scripts, 'simulate')) return text
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
  const formattingOptions = {insertSpaces: !indent.includes('\t'), tabSize: indent.length, eol: '\n'}
  return applyEdits(text, modify(text, ['scripts', 'simulate'], 'stitch simulate --async', {formattingOptions}))
}

type PackageJson = {
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

function readPackage(text: string): PackageJson {
  const value = parse(text) as PackageJson | undefined
  return typeof value === 'object' ? value : {}
}

function planNext({packageJson, host, hasGitlabCi}: Surroundings, choices: InitChoices): InitPlan['next'] {
  const {dependencies, devDependencies} = readPackage(packageJson ?? '{}')
  const isInstalled = 'sgtm-stitch' in {...dependencies, ...devDependencies}
  const stitch = packageJson === undefined ? 'stitch' : 'npx stitch'
  const missing = [
    ...(choices.sgtmUrl === undefined ? ['deploy.sgtmUrl'] : []),
    ...(choices.project === undefined ? ['project'] : []),
  ]
  const before =
    missing.length > 0
      ? `once ${missing.join(' and ')} stand${missing.length > 1 ? '' : 's'} in the configuration: `
      : ''
  return [
    ...(packageJson !== undefined && !isInstalled
      ? [{command: 'npm install --save-dev sgtm-stitch', what: 'the same version for everybody, and for CI'}]
      : []),
    ...(host === 'gitlab' && hasGitlabCi
      ? [{command: 'include: {local: .gitlab/stitch.yml}', what: 'a line for your .gitlab-ci.yml'}]
      : []),
    {command: `${stitch} simulate --async`, what: 'every request through the whole path'},
    {command: `${stitch} dev`, what: 'keeps it running for your own requests'},
    {command: `${stitch} deploy --plan`, what: `${before}what a deployment would do`},
  ]
}
