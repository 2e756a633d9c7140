import {ApiError} from '../gcp/api-error.ts'

/** How often a step looks again after a failure that may heal, before it gives up. */
export const ROUNDS = 4
/** New accounts and newly enabled APIs take up to a few minutes until every API knows them. */
const PROPAGATION_ROUNDS = 12

/** How often a step has failed so far, by the two ways in which it may still succeed. */
export type Patience = {readonly looked: number; readonly waited: number}

/**
 * What to do after a failure: milliseconds to wait before looking again, and the new count; undefined is giving up.
 * Pure. An unclear failure may have changed something, and a conflict says that somebody else has: both are settled by
 * reading, never by sending the same once more.
 */
export function retryAfter(
  error: unknown,
  {looked, waited}: Patience,
): {readonly ms: number; readonly patience: Patience; readonly why: string} | undefined {
  if (!(error instanceof ApiError)) return undefined
  if (isPropagating(error)) {
    if (waited >= PROPAGATION_ROUNDS) return undefined
    const why = 'waiting until Google knows what was just made'
    return {ms: Math.min(1000 * 2 ** waited, 15_000), patience: {looked, waited: waited + 1}, why}
  }
  if (looked + 1 >= ROUNDS || !isWorthALook(error)) return undefined
  return {ms: 1000 * 2 ** looked, patience: {looked: looked + 1, waited}, why: 'looking again'}
}

/** `true` where reading tells more than the error does. */
export function isWorthALook(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    (error.isUnclear || error.status === 409 || error.status === 412 || error.reason === 'ABORTED')
  )
}

/** A resource that is there and not known everywhere yet. */
function isPropagating({status, reason, message}: ApiError): boolean {
  if (reason === 'SERVICE_DISABLED') return true
  return (status === 400 || status === 404) && /service account.*(does not exist|not found)/is.test(message)
}
