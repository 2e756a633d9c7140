import {spawn, type ChildProcess} from 'node:child_process'
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {createInterface} from 'node:readline'
import {unzipSync} from 'fflate'
import {planChildEnvironment} from '#runtime/functions/child-environment.ts'
import {planFrameworkArguments} from '#runtime/functions/framework.ts'

export type InstanceOptions = {
  /** The archive as it was uploaded. */
  readonly zip: Uint8Array
  /** The function's name in the source. */
  readonly target: string
  readonly env: Readonly<Record<string, string>>
  readonly onLine: (text: string, stream: 'stdout' | 'stderr') => void
}

/** One process that runs a function as Cloud Run would, out of a folder of its own. */
export type Instance = AsyncDisposable & {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number
}

/**
 * Unpacks an archive and starts functions-framework in it. The framework finds the code by the archive's package.json,
 * as it does in the cloud. Rejects with what the process said where it does not listen. Disposing ends the process,
 * waits for its last line and removes the folder; the process also ends when its parent does.
 */
export async function startInstance({zip, target, env, onLine}: InstanceOptions): Promise<Instance> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'stitch-cloud-'))
  stack.defer(async () => await rm(folder, {recursive: true, force: true}))
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    await mkdir(dirname(join(folder, name)), {recursive: true})
    if (!name.endsWith('/')) await writeFile(join(folder, name), bytes)
  }
  const child = spawn(process.execPath, planFrameworkArguments(target, folder), {
    cwd: folder,
    env: planChildEnvironment(process.env, env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const words: string[] = []
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({input: child[stream]!, crlfDelay: Infinity}).on('line', (text) => {
      words.push(text)
      onLine(text, stream)
    })
  }
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  stack.defer(async () => {
    child.kill('SIGKILL')
    await closed
  })
  const port = await listening(child, closed, () => words.slice(-5).join('\n'))
  const opened = stack.move()
  return {port, [Symbol.asyncDispose]: () => opened.disposeAsync()}
}

/** The port that the preload tells. */
async function listening(child: ChildProcess, closed: Promise<void>, words: () => string): Promise<number> {
  const {promise, resolve, reject} = Promise.withResolvers<number>()
  child.once('message', (message) => resolve((message as {listening: number}).listening))
  child.once('error', reject)
  void closed.then(() => reject(new Error(`The function's process ended before it listened: ${words()}`)))
  return await promise
}
