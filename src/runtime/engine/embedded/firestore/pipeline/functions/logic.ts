import {NULL} from '../../values/value.ts'
import {fail} from '../outcome.ts'
import type {Evaluate, FunctionCompiler, Outcome, Row} from '../outcome.ts'
import {BOOLEAN, NOTHING} from './parameters.ts'
import {truth} from './results.ts'
import {checkCount, strict, strictMany, wrongType} from './strict.ts'

/** Undefined for null and absent, which is what is not known. */
type Condition = boolean | undefined

/** True, false or unknown; an error, also of a wrong type, as itself. */
function readCondition(name: string, evaluate: Evaluate, row: Row): Condition | Outcome {
  const outcome = evaluate(row)
  if (outcome.kind === 'error') return outcome
  const value = BOOLEAN.read(outcome)
  if (value === undefined) return wrongType(name, BOOLEAN.wants, outcome)
  return value === NOTHING ? undefined : value
}

/**
 * Three-valued logic from left to right: the first argument that `settles` the matter ends it, whatever comes after, an
 * error too. So an error counts only where nothing before it has decided.
 */
function connective(name: string, settles: boolean, results: {readonly settled: boolean}): FunctionCompiler {
  return (args) => {
    checkCount(name, args, 1)
    return (row) => {
      let isUnknown = false
      for (const evaluate of args) {
        const condition = readCondition(name, evaluate, row)
        if (typeof condition === 'object') return condition
        if (condition === settles) return truth(results.settled)
        isUnknown ||= condition === undefined
      }
      return isUnknown ? NULL : truth(!results.settled)
    }
  }
}

function conditional(args: readonly Evaluate[]): Evaluate {
  checkCount('conditional', args, 3, 3)
  return (row) => {
    const condition = readCondition('conditional', args[0]!, row)
    if (typeof condition === 'object') return condition
    return condition === true ? args[1]!(row) : args[2]!(row)
  }
}

/** Pairs of a condition and a result, and a last argument without a partner for when no condition is true. */
function switchOn(args: readonly Evaluate[]): Evaluate {
  checkCount('switch_on', args, 2)
  const fallback = args.length % 2 === 1 ? args.at(-1) : undefined
  return (row) => {
    for (let at = 0; at + 1 < args.length; at += 2) {
      const condition = readCondition('switch_on', args[at]!, row)
      if (typeof condition === 'object') return condition
      if (condition === true) return args[at + 1]!(row)
    }
    return fallback ? fallback(row) : fail('all switch cases evaluate to false')
  }
}

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/logical_functions */
export const LOGIC: Readonly<Record<string, FunctionCompiler>> = {
  and: connective('and', false, {settled: false}),
  or: connective('or', true, {settled: true}),
  nor: connective('nor', true, {settled: false}),
  xor: strictMany('xor', BOOLEAN, 1, (values) => truth(values.filter(Boolean).length % 2 === 1)),
  not: strict('not', [BOOLEAN], (value) => truth(!value)),
  conditional,
  switch_on: switchOn,
}
