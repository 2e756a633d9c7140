import {invalidArgument} from '../../errors.ts'
import {compareValues} from '../../values/compare.ts'
import {NULL} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {constantOf, requireCount, requireEntries, requireText, takeArguments} from '../arguments.ts'
import {compileExpression} from '../compile-expression.ts'
import type {Expression, Stage} from '../expression.ts'
import {holdRows} from '../budget.ts'
import {isValue} from '../outcome.ts'
import type {Evaluate, Row} from '../outcome.ts'
import type {Scope} from '../scope.ts'
import type {StageCompiler} from './stage.ts'

export type Ordering = {readonly expression: Expression; readonly descending: boolean}

/** The orderings of a `sort`. Throws INVALID_ARGUMENT. */
export function readOrderings({args}: Pick<Stage, 'args'>): readonly Ordering[] {
  if (args.length === 0) throw invalidArgument('Sort requires at least one ordering.')
  return args.map((arg) => {
    const entries = requireEntries(arg, 'An ordering')
    const expression = entries.get('expression')
    const direction = requireText(entries.get('direction'), 'The direction of an ordering')
    if (!expression) throw invalidArgument('An ordering needs an expression.')
    if (direction !== 'ascending' && direction !== 'descending') {
      throw invalidArgument(`Unknown direction of an ordering: ${direction}`)
    }
    return {expression, descending: direction === 'descending'}
  })
}

/** `sort`. What is absent or an error sorts as null does; equal rows stay in the order in which they came. */
export const sort: StageCompiler = (stage, scope) => {
  const arrange = compileOrder(readOrderings(stage), scope)
  return {transform: (rows) => arrange([...holdRows(rows, scope.hold)])}
}

export function compileOrder(orderings: readonly Ordering[], scope: Scope): (rows: readonly Row[]) => readonly Row[] {
  const keys = orderings.map(({expression, descending}) => ({
    evaluate: compileExpression(expression, scope),
    sign: descending ? -1 : 1,
  }))
  return (rows) => {
    const entries = rows.map((row) => ({row, values: keys.map(({evaluate}) => evaluateKey(evaluate, row))}))
    entries.sort((left, right) => {
      for (const [at, {sign}] of keys.entries()) {
        const order = compareValues(left.values[at]!, right.values[at]!)
        if (order !== 0) return order * sign
      }
      return 0
    })
    return entries.map(({row}) => row)
  }
}

function evaluateKey(evaluate: Evaluate, row: Row): Value {
  const outcome = evaluate(row)
  return isValue(outcome) ? outcome : NULL
}

/** `offset`: what comes after the first rows. */
export const offset: StageCompiler = (stage) => {
  const count = requireCount(takeArguments(stage, 1)[0], 'offset')
  return {
    transform: function* (rows) {
      let skipped = 0
      for (const row of rows) if (skipped++ >= count) yield row
    },
  }
}

/** `limit`: the first rows. */
export const limit: StageCompiler = (stage) => {
  const count = requireCount(takeArguments(stage, 1)[0], 'limit')
  return {
    transform: function* (rows) {
      if (count === 0) return
      let taken = 0
      for (const row of rows) {
        yield row
        if (++taken >= count) return
      }
    },
  }
}

/** `sample`: so many rows picked by chance, or each row with the same chance; in the order in which they came. */
export const sample: StageCompiler = (stage, scope) => {
  const [rate, mode] = takeArguments(stage, 2)
  const name = requireText(mode, 'The mode of sample')
  if (name === 'documents') {
    const count = requireCount(rate, 'sample')
    return {transform: (rows) => pickSome([...holdRows(rows, scope.hold)], count)}
  }
  if (name !== 'percent') throw invalidArgument(`Unknown mode of sample: ${name}`)
  const value = constantOf(rate)
  const chance = value?.kind === 'double' || value?.kind === 'integer' ? Number(value.value) : Number.NaN
  if (!(chance >= 0 && chance <= 1)) throw invalidArgument('The rate of sample must be between 0 and 1.')
  return {
    transform: function* (rows) {
      for (const row of rows) if (Math.random() < chance) yield row
    },
  }
}

/** Goes through the rows once, each with the chance that what is still missing has among what is left. */
function pickSome(rows: readonly Row[], count: number): readonly Row[] {
  let missing = Math.min(count, rows.length)
  return rows.filter((_, at) => {
    const isPicked = Math.random() * (rows.length - at) < missing
    if (isPicked) missing--
    return isPicked
  })
}
