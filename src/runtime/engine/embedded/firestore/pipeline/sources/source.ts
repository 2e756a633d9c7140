import type {Stage} from '../expression.ts'
import type {Run, Scope} from '../scope.ts'

/** What a first stage is, and how many of the stages after it are done with it. */
export type CompiledSource = {readonly run: Run; readonly taken: number}

/** Throws INVALID_ARGUMENT for what no row could make right. */
export type SourceCompiler = (stage: Stage, scope: Scope, next: readonly Stage[]) => CompiledSource
