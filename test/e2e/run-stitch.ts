import {spawn, type ChildProcess} from 'node:child_process'
import {
  accessSync,
  constants,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join, resolve} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

/** The package's own root. */
export const packageRoot = resolve(import.meta.dirname, '../..')
const entry = join(packageRoot, 'bin/run.js')

/** What a finished process left. */
export type Finished = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export type StitchOptions = {
  /** Added to a small, clean environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The Node that runs it; by default that of the tests. */
  readonly node?: string
  /** Another copy's `bin/run.js`. */
  readonly entry?: string
  /** Written to stdin, which is then closed. */
  readonly input?: string
}

/** A process under way. */
export type Running = {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  readonly stdout: () => string
  readonly stderr: () => string
}

/** A fresh folder that is gone, with whatever still runs in it, at the end of the test. */
export function makeFolder(): Disposable & {readonly path: string; readonly file: (name: string) => string} {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'stitch-e2e-')))
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => {
      for (const {pid} of processesOf(path)) endProcess(pid)
      rmSync(path, {recursive: true, force: true, maxRetries: 5})
    },
  }
}

/** Kills a process that may just have ended by itself. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * The environment of a user's shell that knows nothing of the tests: no CI, no colours forced, and every port any free
 * one, so that runs beside each other never meet.
 */
export function cleanEnvironment(folder: string): Record<string, string | undefined> {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    LANG: 'C.UTF-8',
    // Everything that is started inherits this one, which is how it is found again; compiled code is shared all the same.
    TMPDIR: folder,
    NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
    STITCH_SGTM_PORT: '0',
    STITCH_FIRESTORE_PORT: '0',
    STITCH_PUBSUB_PORT: '0',
    STITCH_PAGE_PORT: '0',
  }
}

/** Starts `stitch ARGS` in a folder, by the file that the package's `bin` names. */
export function startStitch(folder: string, args: readonly string[], options: StitchOptions = {}): Running {
  const child = spawn(options.node ?? process.execPath, [options.entry ?? entry, ...args], {
    cwd: folder,
    env: {...cleanEnvironment(folder), ...options.env},
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return follow(child, options.input ?? '')
}

/** Runs `stitch ARGS` in a folder to its end. */
export async function runStitch(
  folder: string,
  args: readonly string[],
  options: StitchOptions = {},
): Promise<Finished> {
  return await startStitch(folder, args, options).finished
}

/** Runs any other program to its end. */
export async function runProgram(
  folder: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Finished> {
  return await follow(spawn(command, args, {cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe']}), '').finished
}

/** Whoever is still running when the tests are given up must not outlive them. */
const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

function follow(child: ChildProcess, input: string): Running {
  alive.add(child)
  let stdout = ''
  let stderr = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin!.on('error', () => undefined).end(input)
  const {promise, resolve: end, reject} = Promise.withResolvers<Finished>()
  child.on('error', reject)
  child.on('close', (code, signal) => {
    alive.delete(child)
    end({code, signal, stdout, stderr})
  })
  return {child, finished: promise, stdout: () => stdout, stderr: () => stderr}
}

/** Long enough for anything that comes at all, in milliseconds. */
const PATIENCE_MS = 30_000

/** Asks again until there is an answer. */
export async function until<T>(ask: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const began = Date.now(); Date.now() - began < PATIENCE_MS; await delay(10)) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
  }
  throw new Error(`nothing came of it: ${ask.toString()}`)
}

/** One event of a recorded log. */
export type LoggedEvent = {readonly type: string; readonly [key: string]: unknown}

/** The whole lines of an event log so far; none where there is no file yet. */
export function readEvents(file: string): LoggedEvent[] {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LoggedEvent)
}

/** A process that belongs to a folder: it works there, or the folder stands in its arguments or environment. */
export type OwnProcess = {readonly pid: number; readonly command: string}

/** Everything alive that a run in `folder` has started, itself included; Linux only, elsewhere nothing is found. */
export function processesOf(folder: string): OwnProcess[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
        const isOurs =
          command.includes(folder) ||
          environment.includes(folder) ||
          readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
        return isOurs && command !== '' ? [{pid: Number(pid), command}] : []
      } catch {
        // Gone in the meantime, or another user's.
        return []
      }
    })
}

/** Every descendant of a process. */
export function descendantsOf(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return undefined
  }
}

/** True while the process is there and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** The first program of this name on PATH. */
export function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** The demo project as a person's own: a folder with `stitch.config.json`, fixtures and templates to change. */
export function copyDemo(folder: string): void {
  cpSync(join(packageRoot, 'fixtures'), folder, {recursive: true})
}

/**
 * A demo whose deadlines a busy machine meets too: what is tested there is what comes, and not how soon. The page's own
 * patience stays.
 */
export function copyPatientDemo(folder: string): void {
  copyDemo(folder)
  const patient = '"deadlines": {"functionMs": 8000, "firestoreMs": 7000, "callbackMs": 9000}, "kinds": {'
  editFile(join(folder, 'stitch.config.json'), '"kinds": {', patient)
  editFile(join(folder, 'container/container.json'), '"keyId":', '"timeoutMs": "9000", "keyId":')
}

/** Changes one file of a project; what is to be replaced must be there, and `line` is where it was (1-based). */
export function editFile(file: string, from: string, to: string): {readonly line: number} {
  const text = readFileSync(file, 'utf8')
  const at = text.indexOf(from)
  if (at === -1) throw new Error(`${file} does not contain ${from}`)
  writeFileSync(
    file,
    text.replace(from, () => to),
  )
  return {line: text.slice(0, at).split('\n').length}
}
