import {fork, type ChildProcess} from 'node:child_process'
import {extname} from 'node:path'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import type {FromChild, ToChild} from './messages.ts'

/** How it ended: `messages` of the error, the outermost first; empty where it said that all went well. */
export type ToolsEnd = {readonly messages: readonly string[]}

export type RunToolsOptions = Omit<Extract<ToChild, {type: 'deploy'}>, 'type' | 'token'> & {
  /** A valid access token; asked for again while it runs. */
  readonly token: () => Promise<string>
  readonly environment: Readonly<Record<string, string>>
  /** Of Node, before the script: those of this process, so that what is preloaded here is preloaded there. */
  readonly execArgv: readonly string[]
  readonly onLine: (level: string, text: string) => void
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** The script beside this file, with this file's own ending: `.ts` in the source tree, `.js` in the build. */
const script = fileURLToPath(new URL(`child${extname(import.meta.url)}`, import.meta.url))
const TOKEN_EVERY_MS = 60_000

/**
 * Runs firebase-tools in a child in a process group of its own, which is ended whatever happens. Resolves however the
 * child ended, also by the deadline; rejects with the signal's reason, and with what `token` rejects with.
 */
export async function runTools(options: RunToolsOptions): Promise<ToolsEnd> {
  const {main, project, only, folder, email, token, signal, deadlineMs} = options
  signal.throwIfAborted()
  const first = await token()
  signal.throwIfAborted()
  const child = fork(script, [], {
    cwd: folder,
    env: options.environment,
    execArgv: [...options.execArgv],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
  })
  const gone = followToEnd(child, options.onLine)
  const renewing = setInterval(() => void renew(child, token), TOKEN_EVERY_MS)
  const deadline = AbortSignal.timeout(deadlineMs)
  try {
    const ended = Promise.race([
      answerOf(child, options.onLine),
      gone,
      aborted(deadline, () => ({messages: [`it did not finish within ${Math.round(deadlineMs / 1000)} s`]})),
      aborted(signal, () => ({messages: []})),
    ])
    send(child, {type: 'deploy', main, project, only, folder, email, token: first})
    const end = await ended
    signal.throwIfAborted()
    return end
  } finally {
    clearInterval(renewing)
    endGroup(child)
    await gone
  }
}

async function renew(child: ChildProcess, token: () => Promise<string>): Promise<void> {
  try {
    send(child, {type: 'token', token: await token()})
  } catch {
    // The one it has may do; if not, it says so.
  }
}

function send(child: ChildProcess, message: ToChild): void {
  // A child that is gone already is told of by its end.
  if (child.connected) child.send(message, () => undefined)
}

async function answerOf(child: ChildProcess, onLine: RunToolsOptions['onLine']): Promise<ToolsEnd> {
  return await new Promise((resolve) => {
    child.on('message', (message: FromChild) => {
      if (message.type === 'line') onLine(message.level, message.text)
      else resolve({messages: message.type === 'done' ? [] : message.messages})
    })
  })
}

/** Settles when the process is gone and its last line was read. */
async function followToEnd(child: ChildProcess, onLine: RunToolsOptions['onLine']): Promise<ToolsEnd> {
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({input: stream, crlfDelay: Infinity}).on('line', (text) => onLine('debug', text))
  return await new Promise((resolve) => {
    child.on('error', (error) => resolve({messages: [error.message]}))
    child.on('close', (code, signal) =>
      resolve({messages: [`its process ended with ${signal ?? `exit code ${code}`}`]}),
    )
  })
}

async function aborted<T>(signal: AbortSignal, value: () => T): Promise<T> {
  return await new Promise((resolve) => {
    if (signal.aborted) resolve(value())
    else signal.addEventListener('abort', () => resolve(value()), {once: true})
  })
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // Gone already.
  }
}
