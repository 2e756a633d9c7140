import {StitchError} from '#runtime/kernel/errors.ts'
import {showPath} from '#runtime/kernel/show-path.ts'

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
 * The process never listened. That it ended by itself is a fault of the bundle we built, or of the project's own file in
 * it, that it takes too long one of the machine.
 */
export function notStarted(
  target: string,
  why: Death | {readonly afterMs: number},
  own: string | undefined,
): StitchError {
  if ('afterMs' in why) {
    return new StitchError(`The function ${target} did not listen within ${why.afterMs} ms, so it was not started.`, {
      code: 'STITCH_FUNCTION_NOT_STARTED',
      exit: 'environment',
    })
  }
  if (own !== undefined) return notFitting(target, why, own)
  return new StitchError(
    `The function ${target} ended with ${describeDeath(why)} before it listened, so it was not started.`,
    {
      code: 'STITCH_FUNCTION_NOT_STARTED',
      exit: 'bug',
      hints: why.lastWords,
    },
  )
}

/** What the handlers say of a project's file that does not fit its configuration, and else the error as Node tells it. */
function notFitting(target: string, {lastWords}: Death, own: string): StitchError {
  const told = lastWords.map((line) => /(?:^|: )((?:\w*Error|HandlersFault): .+)$/.exec(line)?.[1]).find(Boolean)
  const why = told?.replace(/^HandlersFault: /, '').replace(/\.$/, '') ?? 'it ended while it was loaded'
  return new StitchError(`${showPath(own)} cannot be used (${why}), so the function ${target} was not started.`, {
    code: 'STITCH_HANDLERS_INVALID',
    exit: 'config',
    hints: told ? [] : lastWords,
  })
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
 * The process died, was started again and died again. The handlers are ours, so that is a bug of ours; unless a project's
 * own file is among them, or it was killed from outside, which is how a machine short of memory shows itself.
 */
export function died(target: string, death: Death, own: string | undefined): StitchError {
  return new StitchError(
    `The function ${target} ended with ${describeDeath(death)} right after a restart, so the run was stopped.`,
    {
      code: 'STITCH_FUNCTION_DIED',
      exit: death.signal ? 'environment' : own === undefined ? 'bug' : 'config',
      hints: death.lastWords,
    },
  )
}
