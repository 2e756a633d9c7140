import {invalidArgument} from '../../errors.ts'
import {requireField, takeArguments} from '../arguments.ts'
import {compileExpression} from '../compile-expression.ts'
import type {FieldPath} from '../../paths/field-path.ts'
import type {Value} from '../../values/value.ts'
import {ROW_STEPS} from '../outcome.ts'
import type {Row} from '../outcome.ts'
import {assignField} from '../row.ts'
import {evaluateOrThrow} from './stage.ts'
import type {StageCompiler} from './stage.ts'

/**
 * `unnest`: a row for each element of an array, none for an empty one. A row whose value is no array stays as it is, as
 * the types of Google's client say of it.
 */
export const unnest: StageCompiler = (stage, scope) => {
  const [expression, alias] = takeArguments(stage, 2)
  const evaluate = compileExpression(expression!, scope)
  const target = requireField(alias, 'The alias of unnest')
  const index = stage.options.get('index_field')
  const indexField = index && requireField(index, 'index_field')
  return {
    transform: function* (rows) {
      for (const row of rows) {
        const value = evaluateOrThrow(evaluate, row)
        if (value?.kind !== 'array') {
          yield row
          continue
        }
        for (const [at, element] of value.values.entries()) {
          row.spend(ROW_STEPS)
          yield place(row, {target, element, indexField, index: {kind: 'integer', value: BigInt(at)}})
        }
      }
    },
  }
}

type Placement = {
  readonly target: FieldPath
  readonly element: Value
  readonly indexField: FieldPath | undefined
  readonly index: Value
}

function place(row: Row, {target, element, indexField, index}: Placement): Row {
  const placed = assignField(row, target, element)
  return indexField ? assignField(placed, indexField, index) : placed
}

/** `union`: the rows of both pipelines, those of the other last. */
export const union: StageCompiler = (stage, scope) => {
  const [other] = takeArguments(stage, 1)
  if (other?.kind !== 'pipeline') throw invalidArgument('union takes a pipeline.')
  const {run} = scope.compilePipeline(other.stages, scope)
  return {
    transform: function* (rows, outer) {
      yield* rows
      yield* run(outer)
    },
  }
}
