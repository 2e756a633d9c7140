import {invalidArgument} from '../../errors.ts'
import type {Value} from '../../values/value.ts'
import type {Stage} from '../expression.ts'
import {isValue} from '../outcome.ts'
import type {Evaluate, Row} from '../outcome.ts'
import type {Scope} from '../scope.ts'

/** Rows that come in, and those that go out; `outer` is the row around the pipeline. */
export type Transform = (rows: Iterable<Row>, outer: Row) => Iterable<Row>

export type CompiledStage = {
  readonly transform: Transform
  /** Names that later stages may use besides. */
  readonly variables?: readonly string[]
}

/** Throws INVALID_ARGUMENT for what no row could make right. */
export type StageCompiler = (stage: Stage, scope: Scope) => CompiledStage

/** A stage that makes one row of each. */
export function mapRows(change: (row: Row) => Row): CompiledStage {
  return {
    transform: function* (rows) {
      for (const row of rows) yield change(row)
    },
  }
}

/** The value of an expression that a row must have right: undefined for nothing. Throws INVALID_ARGUMENT for an error. */
export function evaluateOrThrow(evaluate: Evaluate, row: Row): Value | undefined {
  const outcome = evaluate(row)
  if (isValue(outcome)) return outcome
  if (outcome.kind === 'error') throw invalidArgument(outcome.message)
  return undefined
}
