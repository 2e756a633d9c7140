import type {Fields, Value} from '../values/value.ts'

/** What an expression comes to for a row: a value, nothing because a field is not there, or an error of this row. */
export type Outcome = Value | {readonly kind: 'absent'} | {readonly kind: 'error'; readonly message: string}

/** A field that is not there, which is not null. */
export const ABSENT: Outcome = {kind: 'absent'}

/** An error that stays within its row until a stage needs the value; the message is for whoever then gets it. */
export function fail(message: string): Outcome {
  return {kind: 'error', message}
}

export function isValue(outcome: Outcome): outcome is Value {
  return outcome.kind !== 'absent' && outcome.kind !== 'error'
}

/** What passes from stage to stage: a document's fields or what stages made of them. Times are microseconds. */
export type Row = {
  /** The resource name of the document that the row still stands for. */
  readonly name: string | undefined
  readonly fields: Fields
  /** Bound by `let`, by lambdas, and by the pipelines around this one. */
  readonly variables: ReadonlyMap<string, Outcome>
  readonly createTime?: number | undefined
  readonly updateTime?: number | undefined
  /** The time of the request, the same for all its rows. */
  readonly now: number
  /** Counts what is done for the request; a step is about what it takes to look at a value. Throws RESOURCE_EXHAUSTED. */
  readonly spend: (steps: number) => void
}

/** What it takes to make a row, in steps. */
export const ROW_STEPS = 5

/** What rows of one request have in common. */
export type Around = Pick<Row, 'variables' | 'now' | 'spend'>

export type Evaluate = (row: Row) => Outcome

/**
 * Compiles a call of a function, given its arguments and options. Throws INVALID_ARGUMENT for a wrong number of arguments
 * and for constants that it cannot take.
 */
export type FunctionCompiler = (args: readonly Evaluate[], options: ReadonlyMap<string, Value>) => Evaluate
