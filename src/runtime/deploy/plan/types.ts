import type {Spec} from '../specs.ts'
import type {ApplyContext, CompareContext, Comparison, Note, ReadContext, StepProgress, Target} from '../types.ts'
import type {FunctionSpec} from '../specs.ts'

/** What is there, by spec id; absent is not there. */
export type Live = ReadonlyMap<string, unknown>

/** The table of kinds as a plan and its application use it; tests hand in their own. */
export type Kinds = {
  readonly readSpec: (spec: Spec, context: ReadContext) => Promise<unknown>
  readonly compareSpec: (spec: Spec, live: unknown, context: CompareContext) => Comparison
  readonly applySpec: (spec: Spec, live: unknown, context: ApplyContext) => Promise<void>
  readonly removeSpec: (spec: Spec, live: unknown, context: ApplyContext) => Promise<void>
}

/** A resource that bears this stage's mark and is no longer part of it. */
export type Surplus = {
  /** As much of a spec as reading and removing it take. */
  readonly spec: Spec
  /** Where it is, if it is a function; the stage's region may have been another one. */
  readonly region: string
  readonly live: unknown
}

export type Mark = '+' | '~' | '-' | '='

/** One line of a plan. */
export type Change = {
  readonly symbol: Mark
  readonly id: string
  readonly spec: Spec
  /** `topic stitch-requests`. */
  readonly title: string
  readonly why: string
  /** What differs, each as `ackDeadlineSeconds 10 -> 20`; never a secret. */
  readonly reasons: readonly string[]
  readonly notes: readonly Note[]
  /** Set on removals: what is there, and where. */
  readonly surplus?: Surplus
}

/** Why a plan cannot be carried out. */
export type Blocked = {
  readonly id: string
  readonly title: string
  readonly code: `STITCH_${string}`
  readonly reason: string
  readonly hints: readonly string[]
}

/** What stays although it is no longer part of the stage, and what would take it away. */
export type Kept = {readonly id: string; readonly title: string; readonly reason: string}

/** What would be done; a pure function of what is wanted and what is there. */
export type Plan = {
  readonly target: Target
  /** In the order in which they are carried out; removals come last. */
  readonly changes: readonly Change[]
  readonly blocked: readonly Blocked[]
  readonly kept: readonly Kept[]
  readonly summary: Summary
}

export type Summary = {
  readonly create: number
  readonly update: number
  readonly delete: number
  readonly same: number
}

/** How functions are deployed; all that differ are handed over at once, since they do not need each other. */
export type FunctionsExecutor = (
  changes: readonly {
    readonly spec: FunctionSpec
    readonly live: unknown
    readonly tell: (progress: StepProgress) => void
  }[],
  context: ApplyContext,
) => Promise<void>

/** What goes on while a plan is carried out. Times in milliseconds since the epoch. */
export type DeployEvent =
  /** Something slow begins that is no step: `reading 38 resources`. */
  | {readonly type: 'phase'; readonly at: number; readonly text: string}
  | {
      readonly type: 'step.started'
      readonly at: number
      readonly id: string
      readonly symbol: Mark
      readonly title: string
      /** 1-based, of `total` changes. */
      readonly index: number
      readonly total: number
    }
  | {
      readonly type: 'step.progress'
      readonly at: number
      readonly id: string
      readonly title: string
      readonly text: string
      readonly link?: string
    }
  | {
      readonly type: 'step.done'
      readonly at: number
      readonly id: string
      readonly symbol: Mark
      readonly title: string
      readonly durationMs: number
    }
  | {readonly type: 'step.failed'; readonly at: number; readonly id: string; readonly title: string}

export type EmitDeploy = (event: DeployEvent) => void
