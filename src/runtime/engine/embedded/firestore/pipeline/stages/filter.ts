import {compileExpression} from '../compile-expression.ts'
import {takeArguments} from '../arguments.ts'
import type {Row} from '../outcome.ts'
import type {Scope} from '../scope.ts'
import type {Stage} from '../expression.ts'
import type {StageCompiler} from './stage.ts'

/** `where`: rows for which the condition is true; an error or nothing is not. */
export const where: StageCompiler = (stage, scope) => {
  const test = compileCondition(stage, scope)
  return {
    transform: function* (rows) {
      for (const row of rows) if (test(row)) yield row
    },
  }
}

/** The test that a `where` is. */
export function compileCondition(stage: Stage, scope: Scope): (row: Row) => boolean {
  const [condition] = takeArguments(stage, 1)
  const evaluate = compileExpression(condition!, scope)
  return (row) => {
    const outcome = evaluate(row)
    return outcome.kind === 'boolean' && outcome.value
  }
}
