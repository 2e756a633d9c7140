import {invalidArgument} from '../../errors.ts'
import type {Value} from '../../values/value.ts'
import {AGGREGATES} from '../aggregates/aggregates.ts'
import {requireEntries, takeArguments} from '../arguments.ts'
import {compileExpression} from '../compile-expression.ts'
import type {Entries, Expression} from '../expression.ts'
import {fingerprint} from '../fingerprint.ts'
import type {Outcome, Row} from '../outcome.ts'
import {assignField, rowWith} from '../row.ts'
import type {Scope} from '../scope.ts'
import {compileSelection, evaluateSelection, parseAlias, placeSelection} from './project.ts'
import {evaluateOrThrow} from './stage.ts'
import type {StageCompiler} from './stage.ts'

type Fold = {readonly add: (row: Row) => void; readonly result: () => Outcome}
type Accumulator = {readonly alias: string; readonly open: () => Fold}

/** `distinct`: each combination of values once, in the order in which they first come. */
export const distinct: StageCompiler = (stage, scope) => {
  const [groups] = takeArguments(stage, 1)
  const selection = compileSelection(requireEntries(groups, 'The groups'), scope)
  return {
    transform: function* (rows) {
      const seen = new Set<string>()
      for (const row of rows) {
        const values = evaluateSelection(row, selection)
        const key = keyOf(values)
        if (seen.has(key)) continue
        seen.add(key)
        const selected = placeSelection(values, selection, rowWith(new Map(), row))
        scope.hold(selected)
        yield selected
      }
    },
  }
}

/** `aggregate`: one row of all, or one of each combination of the groups' values. */
export const aggregate: StageCompiler = (stage, scope) => {
  const [aggregates, groups] = stage.args.length === 1 ? [...stage.args, undefined] : takeArguments(stage, 2)
  const accumulators = compileAccumulators(requireEntries(aggregates, 'The aggregates'), scope)
  const entries: Entries = groups ? requireEntries(groups, 'The groups') : new Map<string, Expression>()
  const selection = compileSelection(entries, scope)
  if (accumulators.length === 0) throw invalidArgument('An aggregate needs at least one accumulator.')
  for (const {alias} of accumulators) {
    if (entries.has(alias)) throw invalidArgument(`Duplicate alias: ${alias}`)
  }
  return {
    transform: function* (rows, outer) {
      const found = new Map<string, {readonly row: Row; readonly folds: readonly Fold[]}>()
      const open = (key: string, row: Row) => {
        const group = {row, folds: accumulators.map((each) => each.open())}
        scope.hold(row)
        found.set(key, group)
        return group
      }
      if (selection.length === 0) open(keyOf([]), rowWith(new Map(), outer))
      for (const row of rows) {
        const values = evaluateSelection(row, selection)
        const key = keyOf(values)
        const group = found.get(key) ?? open(key, placeSelection(values, selection, rowWith(new Map(), row)))
        for (const fold of group.folds) fold.add(row)
      }
      for (const {row, folds} of found.values()) yield closeGroup(row, folds, accumulators)
    },
  }
}

function closeGroup(row: Row, folds: readonly Fold[], accumulators: readonly Accumulator[]): Row {
  return accumulators.reduce((filled, {alias}, at) => {
    const value = evaluateOrThrow(() => folds[at]!.result(), row)
    return value ? assignField(filled, parseAlias(alias), value) : filled
  }, row)
}

function compileAccumulators(entries: Entries, scope: Scope): readonly Accumulator[] {
  return [...entries].map(([alias, expression]) => {
    if (expression.kind !== 'function') throw invalidArgument(`${alias} must be an aggregate function.`)
    const {name, args} = expression
    const compile = Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name] : undefined
    if (!compile) throw invalidArgument(`Unknown aggregate function: ${name}`)
    return {alias, open: compile(args.map((arg) => compileExpression(arg, scope)))}
  })
}

/** Tells combinations of values apart. */
function keyOf(values: readonly (Value | undefined)[]): string {
  return values.map((value) => (value ? fingerprint(value) : '')).join()
}
