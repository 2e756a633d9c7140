import type {SpecType} from '../specs.ts'
import type {Note} from '../types.ts'
import type {Blocked, Kept, Mark, Summary} from './types.ts'

/** A plan as `--json` prints it. Fields are only ever added; `version` changes with their meaning. */
export type PlanDocument = {
  readonly version: 1
  readonly of: 'deploy' | 'rollback' | 'destroy'
  readonly project: string
  readonly region: string
  /** `default` for the stage without a suffix. */
  readonly stage: string
  /** Of the bundle that would be deployed. */
  readonly sha256?: string
  /** Whether the last simulation stands behind bundle and configuration. */
  readonly verified?: boolean
  readonly summary: Summary
  /** In the order in which they are carried out. */
  readonly changes: readonly {
    readonly symbol: Mark
    readonly id: string
    readonly type: SpecType
    readonly title: string
    readonly why: string
    readonly reasons: readonly string[]
    readonly notes: readonly Note[]
  }[]
  /** Not empty where the plan cannot be carried out. */
  readonly blocked: readonly Blocked[]
  readonly kept: readonly Kept[]
}
