import {StitchError} from '#runtime/kernel/errors.ts'
import {ApiError} from '../gcp/api-error.ts'
import type {ApiRequest} from '../types.ts'
import type {ToolsEnd} from './run-tools.ts'

/** What is not as wanted, the log, and the call that a function is read with. */
export type FailureFacts = {readonly wrong: readonly string[]; readonly file: string; readonly request: ApiRequest}

/**
 * What was just made is not known everywhere at once: an account, for which firebase-tools waits only if it has made it
 * itself, and an API that was enabled.
 */
const PROPAGATING =
  /service account.*(?:does not exist|not found)|has not been used in project \S+ before or it is disabled/is

/**
 * The error for functions that are not as wanted after firebase-tools has run: STITCH_FIREBASE_DEPLOY_FAILED, or, where
 * waiting helps, the ApiError that says so to whoever applies a plan. Pure.
 */
export function failureOf({messages}: ToolsEnd, {wrong, file, request}: FailureFacts): StitchError | ApiError {
  const propagating = messages.find((message) => PROPAGATING.test(message))
  if (propagating !== undefined) {
    const isService = /has not been used/.test(propagating)
    const code = isService ? {status: 403, reason: 'SERVICE_DISABLED'} : {status: 400, reason: 'INVALID_ARGUMENT'}
    return new ApiError(propagating, {...code, request})
  }
  // The innermost message is what happened; those around it say that something did.
  const innermost = messages.at(-1)?.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '')
  const why =
    innermost === undefined ? 'ended without an error, but not all is as wanted' : `ended with an error (${innermost})`
  return new StitchError(`firebase-tools ${why}, so the functions are not deployed as planned.`, {
    code: 'STITCH_FIREBASE_DEPLOY_FAILED',
    exit: 'deploy',
    hints: [...wrong, `${file}   (has all that firebase-tools said)`],
  })
}
