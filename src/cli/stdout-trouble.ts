import {StitchError} from '#runtime/kernel/errors.ts'

let lost: NodeJS.ErrnoException | undefined

/**
 * Notes when stdout takes no more, as a file on a full disk, instead of ending the process amid everything, as oclif's
 * listener does: what runs is closed in order, and told at the end. That a reader has enough (EPIPE) is no trouble.
 * To be called when oclif's `command` is loaded, which is what listens.
 */
export function watchStdout(): void {
  process.stdout.removeAllListeners('error')
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost ??= error
  })
}

/** STITCH_OUTPUT_NOT_WRITABLE (exit environment) where stdout did not take all of the output. */
export function stdoutTrouble(): StitchError | undefined {
  return (
    lost &&
    new StitchError(`stdout cannot be written (${lost.message}), so the output is incomplete.`, {
      code: 'STITCH_OUTPUT_NOT_WRITABLE',
      exit: 'environment',
      hints: ['df -h .'],
      cause: lost,
    })
  )
}
