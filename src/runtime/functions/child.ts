import {spawn} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {dirname} from 'node:path'
import {createInterface} from 'node:readline'
import type {Emit} from '#runtime/kernel/events.ts'
import {planChildEnvironment} from './child-environment.ts'
import {notSpawned, notStarted} from './failures.ts'
import type {Death} from './failures.ts'
import {planFrameworkArguments} from './framework.ts'
import {readLogLine} from './log-lines.ts'
import type {Bundle} from './types.ts'

/** What a function's process is made from. */
export type Launch = {readonly bundle: Bundle; readonly env: Readonly<Record<string, string>>}

/** One process that runs one function. */
export type Child = {
  readonly pid: number
  /** Where it listens, on 127.0.0.1. */
  readonly port: number
  /** Resolves when the process has ended and its last line was read. */
  readonly ended: Promise<Death>
  readonly hasEnded: () => boolean
  /** Ends it: SIGTERM, after a grace SIGKILL. Resolves when it is gone and its last line was read. */
  readonly stop: () => Promise<void>
}

const START_WITHIN_MS = 15_000
const GRACE_MS = 2_000
const LAST_WORDS = 12

export type ChildOptions = Launch & {readonly target: string; readonly emit: Emit; readonly signal: AbortSignal}

/**
 * Starts functions-framework with the bundle in a process group of its own, so that Ctrl-C in the terminal reaches the
 * parent alone. Its output becomes facts. Resolves when it listens; throws STITCH_FUNCTION_NOT_STARTED, or the signal's
 * reason. The environment, with its secrets, is not on the command line.
 */
export async function startChild({target, bundle, env, emit, signal}: ChildOptions): Promise<Child> {
  signal.throwIfAborted()
  const process_ = spawn(process.execPath, planFrameworkArguments(target, bundle.file), {
    cwd: dirname(bundle.file),
    env: planChildEnvironment(process.env, env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const ended = followToEnd(process_, target, emit)
  const hasEnded = (): boolean => process_.exitCode !== null || process_.signalCode !== null
  const stop = async (): Promise<void> => {
    process_.kill('SIGTERM')
    const impatience = setTimeout(() => killAll(process_), GRACE_MS)
    await ended
    clearTimeout(impatience)
  }
  try {
    const port = await listening(process_, ended, {target, own: bundle.sources?.[0], signal})
    return {pid: process_.pid!, port, ended, hasEnded, stop}
  } catch (error) {
    killAll(process_)
    await ended
    throw error
  }
}

/** Ends the process and whatever it started itself, which would hold its output open. */
function killAll(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // Gone already.
  }
}

/** Turns each line of the process into facts and says how it ended, after the last line. */
function followToEnd(child: ChildProcess, target: string, emit: Emit): Promise<Death> {
  const lastWords: string[] = []
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({input: child[stream]!, crlfDelay: Infinity}).on('line', (text) => {
      if (stream === 'stderr' && lastWords.push(text.slice(0, 300)) > LAST_WORDS) lastWords.shift()
      for (const fact of readLogLine(text, {target, stream})) emit(fact)
    })
  }
  const {promise, resolve} = Promise.withResolvers<Death>()
  child.on('close', (code, signal) => resolve({code, signal, lastWords}))
  return promise
}

/** The port that the preload reports once the framework listens. */
async function listening(
  child: ChildProcess,
  ended: Promise<Death>,
  {target, own, signal}: {readonly target: string; readonly own: string | undefined; readonly signal: AbortSignal},
): Promise<number> {
  const {promise, resolve, reject} = Promise.withResolvers<number>()
  const tooLong = setTimeout(() => reject(notStarted(target, {afterMs: START_WITHIN_MS}, own)), START_WITHIN_MS)
  const abort = (): void => reject(signal.reason)
  child.on('message', (message) => {
    const port = (message as {readonly listening?: unknown} | null)?.listening
    if (typeof port === 'number') resolve(port)
  })
  child.on('error', (error) => reject(notSpawned(target, error)))
  ended.then((death) => reject(notStarted(target, death, own)), reject)
  signal.addEventListener('abort', abort, {once: true})
  try {
    return await promise
  } finally {
    clearTimeout(tooLong)
    signal.removeEventListener('abort', abort)
  }
}
