import type {StitchError} from '#runtime/kernel/errors.ts'
import {ApiError} from '../gcp/api-error.ts'
import type {Spec} from '../specs.ts'
import type {Api, ApiRequest, ApplyContext, CompareContext, DeployClock, Outputs, ReadContext} from '../types.ts'
import type {EmitDeploy, FunctionsExecutor, Kinds, Live, Plan} from './types.ts'

export type ApplyOptions = {
  readonly plan: Plan
  /** Every spec, in the order in which they are made; also those that were the same when the plan was made. */
  readonly desired: readonly Spec[]
  /** What the plan was made from. */
  readonly live: Live
  readonly reading: ReadContext
  readonly stage: string | undefined
  readonly adopt: readonly string[]
  readonly outputsOf: (live: Live) => Outputs
  readonly kinds: Kinds
  readonly executor: FunctionsExecutor
  readonly clock: DeployClock
  readonly random: (bytes: number) => Buffer
  readonly emit: EmitDeploy
  readonly signal: AbortSignal
  /** Turns what an API said into a sentence. */
  readonly explain: (error: unknown, doing: string) => StitchError
  /** What to type to go on: `stitch deploy --stage staging`. */
  readonly again: string
}

/** What is compared with, as far as it is known by now. */
export function compareContext(live: Live, {stage, adopt, outputsOf}: ApplyOptions): CompareContext {
  return {stage, adopt, outputs: outputsOf(live)}
}

/** What a kind gets to make or take away something. */
export function applyContext(live: Live, options: ApplyOptions): Omit<ApplyContext, 'tell'> {
  const {reading, clock, random, outputsOf} = options
  return {...reading, clock, random, outputs: outputsOf(live)}
}

/**
 * An API that was just enabled may say for some minutes that it is not. While a plan is made that means that nothing is
 * there; now it means that it is too early to tell, so it is an error, which is waited out.
 */
export function whileApplying(api: Api): Api {
  return {
    ...api,
    find: async <T>(request: ApiRequest) => {
      try {
        return await api.call<T>(request)
      } catch (error) {
        if (error instanceof ApiError && error.status === 404 && error.reason !== 'SERVICE_DISABLED') return undefined
        throw error
      }
    },
  }
}
