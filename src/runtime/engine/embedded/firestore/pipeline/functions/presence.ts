import {NULL} from '../../values/value.ts'
import {fail} from '../outcome.ts'
import type {Evaluate, FunctionCompiler, Outcome} from '../outcome.ts'
import {GIVEN, STRING} from './parameters.ts'
import {truth} from './results.ts'
import {checkCount, strict} from './strict.ts'

/** The first argument that `accepts` an outcome of; errors are accepted by nobody but who looks for them. */
function firstOf(name: string, most: number | undefined, accepts: (outcome: Outcome) => boolean): FunctionCompiler {
  return (args) => {
    checkCount(name, args, 2, most)
    return (row) => {
      let outcome: Outcome = NULL
      for (const [at, evaluate] of args.entries()) {
        outcome = evaluate(row)
        if (at === args.length - 1 || accepts(outcome)) break
      }
      return outcome
    }
  }
}

const isNothing = ({kind}: Outcome): boolean => kind === 'null' || kind === 'absent'

function isError(args: readonly Evaluate[]): Evaluate {
  checkCount('is_error', args, 1, 1)
  return (row) => truth(args[0]!(row).kind === 'error')
}

/**
 * Functions that look at what others pass on: absence, null and errors
 * (https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/debugging_functions). For an absent value
 * `if_null` gives its replacement, which Google's own tests of pipelines expect and the page denies.
 */
export const PRESENCE: Readonly<Record<string, FunctionCompiler>> = {
  exists: strict('exists', [GIVEN], ({kind}) => truth(kind !== 'absent')),
  is_absent: strict('is_absent', [GIVEN], ({kind}) => truth(kind === 'absent')),
  is_error: isError,
  if_absent: firstOf('if_absent', 2, ({kind}) => kind !== 'absent'),
  if_error: firstOf('if_error', 2, ({kind}) => kind !== 'error'),
  if_null: firstOf('if_null', 2, (outcome) => !isNothing(outcome)),
  coalesce: (args) => {
    const first = firstOf('coalesce', undefined, (outcome) => !isNothing(outcome))(args, new Map())
    return (row) => {
      const outcome = first(row)
      return outcome.kind === 'absent' ? NULL : outcome
    }
  },
  error: strict('error', [STRING], fail),
}
