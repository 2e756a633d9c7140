/**
 * Runs firebase-tools as it is installed, in a process of its own: it keeps its state in its modules, writes to the
 * streams of the process and stays alive after it is done. Told what to do by messages; see messages.ts. Imports nothing
 * of ours, so that it runs from source and from the build alike. When the parent is gone it ends at once and takes the
 * work folder along, which has a copy of the configuration.
 */
import {rmSync} from 'node:fs'
import {createRequire} from 'node:module'
import {Writable} from 'node:stream'
import type {FromChild, ToChild} from './messages.ts'

type Client = {
  readonly deploy: (options: object) => Promise<unknown>
  readonly logger: {readonly logger: {readonly add: (transport: Writable) => void}}
}

/** Not what Google says about it: it is only asked whether the token has run out, and the parent sees to that. */
const HOUR_MS = 3_600_000
const tokens = {access_token: '', expires_at: 0, scopes: [] as string[]}
let folder: string | undefined

process.on('disconnect', () => {
  if (folder !== undefined) rmSync(folder, {recursive: true, force: true})
  try {
    // Whatever was started here is in the group that this process leads.
    process.kill(-process.pid, 'SIGKILL')
  } catch {
    process.exit(1)
  }
})
process.on('message', (message: ToChild) => {
  tokens.access_token = message.token
  tokens.expires_at = Date.now() + HOUR_MS
  if (message.type === 'deploy') void run(message)
})

async function run({main, project, only, email, ...told}: Extract<ToChild, {type: 'deploy'}>): Promise<void> {
  folder = told.folder
  try {
    const client = createRequire(main)(main) as Client
    client.logger.logger.add(createTransport())
    await client.deploy({
      project,
      only,
      cwd: folder,
      nonInteractive: true,
      force: false,
      user: {email},
      // The object itself is kept and read at every call, so that a newer token takes effect.
      tokens,
    })
    say({type: 'done'})
  } catch (error) {
    say({type: 'failed', messages: messagesOf(error)})
  }
}

/** winston takes any object stream that has a `log`. */
function createTransport(): Writable {
  const splat = Symbol.for('splat')
  const write = (info: Record<string | symbol, unknown>, _encoding: unknown, done: () => void): void => {
    const more = info[splat]
    const parts = [info['message'], ...(Array.isArray(more) ? (more as unknown[]) : [])]
    const text = parts
      .filter((part) => part !== undefined)
      .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
    say({type: 'line', level: String(info['level']), text: text.join(' ')})
    done()
  }
  return Object.assign(new Writable({objectMode: true, write}), {log: () => undefined})
}

/** A FirebaseError hides what happened in `original` and `children`, several levels deep. */
function messagesOf(error: unknown, depth = 0): string[] {
  if (depth > 5 || typeof error !== 'object' || error === null) return depth === 0 ? [String(error)] : []
  const {message, original, children} = error as {message?: unknown; original?: unknown; children?: unknown}
  const below = [original, ...(Array.isArray(children) ? (children as unknown[]) : [])]
  return [
    ...(typeof message === 'string' && message !== '' ? [message] : []),
    ...below.flatMap((one) => messagesOf(one, depth + 1)),
  ]
}

function say(message: FromChild): void {
  if (process.connected) process.send!(message)
}
