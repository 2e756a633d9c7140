import {StitchError} from '#runtime/kernel/errors.ts'

/** How a function's process ended, and the last it said on stderr. */
export type Death = {
  readonly code: number | null
  readonly signal: string | null
  readonly lastWords: readonly string[]
}

/** `exit code 1` or `signal SIGKILL`. */
export function describeDeath({code, signal}: Death): string {
  return signal ? `signal ${signal}` : `exit code ${code}`
}

/**
 * The process never listened. That it ended by itself is a fault of the bundle we built, that it takes too long one of
 * the machine.
 */
export function notStarted(target: string, why: Death | {readonly afterMs: number}): StitchError {
  if ('afterMs' in why) {
    return new StitchError(`The function ${target} did not listen within ${why.afterMs} ms, so it was not started.`, {
      code: 'STITCH_FUNCTION_NOT_STARTED',
      exit: 'environment',
    })
  }
  return new StitchError(
    `The function ${target} ended with ${describeDeath(why)} before it listened, so it was not started.`,
    {
      code: 'STITCH_FUNCTION_NOT_STARTED',
      exit: 'bug',
      hints: why.lastWords,
    },
  )
}

/** The operating system refused the process. */
export function notSpawned(target: string, cause: Error): StitchError {
  return new StitchError(
    `A process for the function ${target} cannot be made (${cause.message}), so it was not started.`,
    {
      code: 'STITCH_FUNCTION_NOT_STARTED',
      exit: 'environment',
      cause,
    },
  )
}

/**
 * The process died, was started again and died again. The handlers are ours, so that is a bug of ours; unless it was
 * killed from outside, which is how a machine short of memory shows itself.
 */
export function died(target: string, death: Death): StitchError {
  return new StitchError(
    `The function ${target} ended with ${describeDeath(death)} right after a restart, so the run was stopped.`,
    {
      code: 'STITCH_FUNCTION_DIED',
      exit: death.signal ? 'environment' : 'bug',
      hints: death.lastWords,
    },
  )
}
