import {StitchError} from '#runtime/kernel/errors.ts'
import type {SourceLocation} from '#runtime/kernel/errors.ts'

/** The error of a container that cannot be started as it is described. */
export function invalid(message: string, hints: readonly string[], at?: SourceLocation, cause?: unknown): StitchError {
  return new StitchError(message, {
    code: 'STITCH_CONTAINER_INVALID',
    exit: 'config',
    hints,
    ...(at ? {at} : {}),
    ...(cause === undefined ? {} : {cause}),
  })
}
