import type {Api, ApiName, ApiRequest, DeployClock, Operation} from '../types.ts'
import {ApiError} from './api-error.ts'
import {readOperationError} from './read-error.ts'

const FIRST_MS = 1000
const LONGEST_MS = 10_000
/** Builds take minutes, enabling an API seconds; nothing that we start takes longer than this. */
const DEADLINE_MS = 30 * 60_000

export type WaitOptions = {
  readonly call: Api['call']
  readonly clock: DeployClock
  readonly onProgress?: ((operation: Operation) => void) | undefined
}

/**
 * Polls `/{version}/{name}` until the operation is done, at first every second, then every ten. Rejects with ApiError
 * where it ended in an error; after half an hour with an unclear one, since it may still end well.
 */
export async function waitFor(
  api: ApiName,
  version: string,
  operation: Operation,
  {call, clock, onProgress}: WaitOptions,
): Promise<Operation> {
  const path = `/${version}/${operation.name.split('/').map(encodeURIComponent).join('/')}`
  const request: ApiRequest = {api, method: 'GET', path}
  const start = clock.now()
  let state = operation
  for (let delay = FIRST_MS; ; delay = Math.min(LONGEST_MS, delay * 1.5)) {
    onProgress?.(state)
    if (state.done) break
    if (clock.now() - start > DEADLINE_MS) {
      throw new ApiError('the operation did not end within 30 minutes', {
        status: 504,
        reason: 'DEADLINE_EXCEEDED',
        isUnclear: true,
        request,
        operation: state,
      })
    }
    await clock.sleep(delay)
    state = await call<Operation>(request)
  }
  if (state.error) throw readOperationError(state, request)
  return state
}
