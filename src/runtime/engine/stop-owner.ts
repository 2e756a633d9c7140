import {setTimeout as delay} from 'node:timers/promises'
import {StitchError} from '#runtime/kernel/errors.ts'
import {checkLife} from './project-lock-process.ts'
import type {DataDirOwner} from './project-lock.ts'

/**
 * Closing an engine takes milliseconds, ending the official emulators up to a few seconds; where they write their class
 * archives first they get half a minute for it (`gcloud/start-emulator.ts`).
 */
const PATIENCE_MS = 45_000

/**
 * Ends the process that holds a data folder, in order, and resolves when it is gone. Only the very process is meant:
 * one that has its number by now is left alone. Throws STITCH_ENGINE_STUCK (exit environment) for one that does not end.
 */
export async function stopOwner(owner: DataDirOwner, signal: AbortSignal, patienceMs = PATIENCE_MS): Promise<void> {
  const given = Date.now() + patienceMs
  if (!send(owner)) return
  while (checkLife(owner) === 'alive') {
    signal.throwIfAborted()
    if (Date.now() > given) {
      throw new StitchError(`${owner.command} (process ${owner.pid}) was told to stop and has not.`, {
        code: 'STITCH_ENGINE_STUCK',
        exit: 'environment',
        hints: [`kill -9 ${owner.pid} loses nothing that was confirmed`],
      })
    }
    await delay(20)
  }
}

/** False where there is nobody any more. */
function send(owner: DataDirOwner): boolean {
  if (checkLife(owner) !== 'alive') return false
  try {
    process.kill(owner.pid, 'SIGTERM')
    return true
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ESRCH') return false
    if (code !== 'EPERM') throw error
    throw new StitchError(`Process ${owner.pid} belongs to another user, so it was not stopped.`, {
      code: 'STITCH_ENGINE_NOT_OURS',
      exit: 'environment',
      cause: error,
    })
  }
}
