import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, openSync, readFileSync, renameSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {makeDataFolder, notWritable, readRunningEngine, type RunningEngine} from '#runtime/session/engine-daemon.ts'
import {EXIT, StitchError, type ExitKind} from '#runtime/kernel/errors.ts'

/** What a failed command writes with `--json`. */
type Failure = {
  readonly error: {
    readonly code: `STITCH_${string}`
    readonly message: string
    readonly exit: number
    readonly hints: readonly string[]
  }
}

/**
 * Runs this very command line in a process of its own, without `--detach`, and resolves when that says that its engine
 * answers; from then on it lives by itself. Throws what ended it before; ends it when the signal aborts.
 */
export async function startDetached(dataDir: string, signal: AbortSignal): Promise<RunningEngine> {
  const logs = makeDataFolder(join(dataDir, 'logs'))
  // A file of its own until the engine answers: another one may run here, and still write to the log.
  const file = join(logs, `engine-output.${process.pid}.log`)
  const output = openOutput(file)
  const words = foregroundWords(process.argv.slice(2))
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...words], {
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  ended.catch(() => undefined)
  for (;;) {
    const running = child.pid === undefined ? undefined : await readRunningEngine(dataDir, child.pid)
    if (running) {
      renameSync(file, join(logs, 'engine-output.log'))
      child.unref()
      return running
    }
    const code = await Promise.race([ended, delay(20, 'waiting' as const)])
    if (code !== 'waiting') throw whatEnded(file, code)
    if (!signal.aborted) continue
    child.kill('SIGTERM')
    await ended
    rmSync(file, {force: true})
    throw signal.reason
  }
}

function openOutput(file: string): number {
  try {
    return openSync(file, 'w')
  } catch (error) {
    throw notWritable(dirname(file), error)
  }
}

/** The words of a command line without those that detach, however they are put: one left over would detach for ever. */
export function foregroundWords(words: readonly string[]): string[] {
  return [...words.filter((word) => !/^(--detach|-d+|--json)$/.test(word)), '--json']
}

/** The file goes where all it says is in the error. */
function whatEnded(file: string, code: number | null): Error {
  const text = readFileSync(file, 'utf8')
  try {
    const {error} = JSON.parse(text.slice(text.indexOf('{\n'))) as Failure
    rmSync(file, {force: true})
    const [exit = 'bug'] = Object.entries(EXIT).find(([, number]) => number === error.exit) ?? []
    return new StitchError(error.message, {code: error.code, exit: exit as ExitKind, hints: error.hints})
  } catch {
    return new StitchError(`The engine's process ended with ${code ?? 'a signal'} before it was ready.`, {
      code: 'STITCH_ENGINE_ENDED',
      exit: 'environment',
      hints: [`cat ${file}`],
    })
  }
}
