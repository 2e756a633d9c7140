import type {FieldPath} from '../paths/field-path.ts'
import type {Value} from '../values/value.ts'

/** A `Value` of a pipeline as it was sent: a constant, or what has to be worked out row by row. */
export type Expression =
  | {readonly kind: 'constant'; readonly value: Value}
  | {readonly kind: 'field'; readonly path: FieldPath}
  | {readonly kind: 'variable'; readonly name: string}
  | {readonly kind: 'array'; readonly elements: readonly Expression[]}
  | {readonly kind: 'map'; readonly entries: Entries}
  | FunctionCall
  | {readonly kind: 'pipeline'; readonly stages: readonly Stage[]}

/** Expressions by name: the options of a stage or a function, the aliases of a selection. */
export type Entries = ReadonlyMap<string, Expression>

export type FunctionCall = {
  readonly kind: 'function'
  readonly name: string
  readonly args: readonly Expression[]
  readonly options: Entries
}

export type Stage = {readonly name: string; readonly args: readonly Expression[]; readonly options: Entries}

/** Every expression inside one, itself first; pipelines in it are not looked into. */
export function* walkExpressions(expression: Expression): Generator<Expression> {
  yield expression
  for (const inner of innerExpressions(expression)) yield* walkExpressions(inner)
}

function innerExpressions(expression: Expression): Iterable<Expression> {
  if (expression.kind === 'array') return expression.elements
  if (expression.kind === 'map') return expression.entries.values()
  return expression.kind === 'function' ? [...expression.args, ...expression.options.values()] : []
}
