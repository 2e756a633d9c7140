import type {Evaluate, Outcome, Row} from '../outcome.ts'
import {checkCount} from '../functions/strict.ts'
import {countDistinct, countIf, countRows, countValues} from './counts.ts'
import type {Fold} from './fold.ts'
import {collect, collectDistinct, first, last} from './lists.ts'
import {average, extreme, sum} from './numbers.ts'

/** Compiles a call of an aggregate function: each group of rows gets an accumulator of its own. */
export type AggregateCompiler = (
  args: readonly Evaluate[],
) => () => {readonly add: (row: Row) => void; readonly result: () => Outcome}

/** An aggregate of one expression. An error of it for any row is the result, since a stage cannot do without the value. */
function aggregate(name: string, createFold: () => Fold): AggregateCompiler {
  return (args) => {
    checkCount(name, args, 1, 1)
    const evaluate = args[0]!
    return () => {
      const fold = createFold()
      let error: Outcome | undefined
      return {
        add: (row) => {
          if (error) return
          const outcome = evaluate(row)
          error = outcome.kind === 'error' ? outcome : fold.add(outcome)
        },
        result: () => error ?? fold.result(),
      }
    }
  }
}

const ofRows: AggregateCompiler = () => countRows
const ofValues = aggregate('count', countValues)

/**
 * The aggregate functions of pipelines by their names in requests
 * (https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/aggregate_functions).
 */
export const AGGREGATES: Readonly<Record<string, AggregateCompiler>> = {
  count: (args) => (args.length === 0 ? ofRows : ofValues)(args),
  count_if: aggregate('count_if', countIf),
  count_distinct: aggregate('count_distinct', countDistinct),
  sum: aggregate('sum', sum),
  average: aggregate('average', average),
  minimum: aggregate('minimum', () => extreme(-1)),
  maximum: aggregate('maximum', () => extreme(1)),
  first: aggregate('first', first),
  last: aggregate('last', last),
  array_agg: aggregate('array_agg', collect),
  array_agg_distinct: aggregate('array_agg_distinct', collectDistinct),
}
