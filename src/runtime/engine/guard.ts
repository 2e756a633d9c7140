import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, openSync} from 'node:fs'
import {dirname, extname} from 'node:path'
import {createInterface} from 'node:readline'
import type {Readable} from 'node:stream'
import {fileURLToPath} from 'node:url'
import {notWritable} from './project-folder.ts'

/** How a guarded process ended: by itself, by a signal, or because it could not be started (`error`). */
export type GuardedExit = {readonly code?: number | null; readonly signal?: string | null; readonly error?: string}

/** A process that cannot outlive this one. Disposing ends it and everything it started, then returns. */
export type Guarded = AsyncDisposable & {
  /** Of the guarded process itself, once it runs; its process group has the same number. */
  readonly pid: Promise<number | undefined>
  /** Settles when the process ended, for whatever reason. */
  readonly exited: Promise<GuardedExit>
  /** Ends the group at once, without asking it. */
  readonly kill: () => void
}

export type GuardOptions = {
  readonly command: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working folder; this process's own unless given. */
  readonly cwd?: string
  /** Takes standard output and error; written anew. */
  readonly logFile: string
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number
}

/** The helper beside this file, with this file's own ending: `.ts` in the source tree, `.js` in the build. */
const helper = fileURLToPath(new URL(`guard-process${extname(import.meta.url)}`, import.meta.url))

/**
 * Starts a command behind a guard process (`guard-process.ts`). The guard holds one end of a pipe whose other end is
 * here; the kernel closes it when this process goes, even by SIGKILL, and the guard then ends the command's group.
 * The guard runs in a session of its own, so that Ctrl-C in a terminal reaches this process only.
 * Throws STITCH_DATA_DIR_NOT_WRITABLE for a log file that cannot be opened; a command that cannot be started settles `exited` with `error`.
 */
export function startGuarded(options: GuardOptions): Guarded {
  const log = openLog(options.logFile)
  const guard = spawn(process.execPath, [helper, String(options.graceMs), options.command, ...options.args], {
    detached: true,
    env: options.environment,
    cwd: options.cwd,
    stdio: ['pipe', log, log, 'pipe'],
  })
  closeSync(log)
  // Writing never happens; a guard that died first makes the pipe fail, which `exited` tells better.
  guard.stdin?.on('error', () => {})

  const pid = Promise.withResolvers<number | undefined>()
  const exited = Promise.withResolvers<GuardedExit>()
  const facts = readFacts(guard, (fact) => {
    if (fact.pid !== undefined) pid.resolve(fact.pid)
    else exited.resolve(fact)
  })
  const cleanUp = async (): Promise<void> => {
    const killed = await wasKilled(guard)
    await facts
    pid.resolve(undefined)
    exited.resolve({error: 'its guard process ended'})
    const number = await pid.promise
    // A guard that was itself killed leaves its group to us; otherwise the group is empty and its number free again.
    if (killed && number !== undefined) killGroup(number)
  }
  const gone = cleanUp()

  return {
    pid: pid.promise,
    exited: exited.promise,
    kill: () => void pid.promise.then((number) => number !== undefined && killGroup(number)),
    [Symbol.asyncDispose]: async () => {
      guard.stdin?.destroy()
      await gone
    },
  }
}

/** The log lies in the data folder. */
function openLog(file: string): number {
  try {
    return openSync(file, 'w')
  } catch (error) {
    throw notWritable(dirname(file), error)
  }
}

/** Settles when the guard is gone; true when a signal ended it. */
async function wasKilled(guard: ChildProcess): Promise<boolean> {
  try {
    const [, signal] = (await once(guard, 'exit')) as [number | null, string | null]
    return signal !== null
  } catch {
    return false
  }
}

async function readFacts(
  guard: ChildProcess,
  tell: (fact: GuardedExit & {readonly pid?: number}) => void,
): Promise<void> {
  const facts = guard.stdio[3] as Readable | null
  if (!facts) return
  for await (const line of createInterface({input: facts}))
    tell(JSON.parse(line) as GuardedExit & {readonly pid?: number})
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group is empty, as it is whenever the guard could do its work.
  }
}
