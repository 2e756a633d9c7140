import {invalidArgument} from '../../errors.ts'
import {NULL, vectorElements} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {fail} from '../outcome.ts'
import type {Evaluate, FunctionCompiler, Outcome, Row} from '../outcome.ts'
import {NOTHING} from './parameters.ts'
import type {Given, Parameter} from './parameters.ts'

type Values<P> = {[K in keyof P]: P[K] extends Parameter<infer T> ? T : never}

/**
 * A function that computes from all of its arguments. An error among them is the result, then an error for one of a wrong
 * type, and then null for one that is null or absent; only otherwise is `apply` asked.
 */
export function strict<const P extends readonly Parameter<unknown>[]>(
  name: string,
  parameters: P,
  apply: (...values: Values<P>) => Outcome,
): FunctionCompiler {
  const least = parameters.filter((parameter) => !parameter.optional).length
  return (args) => {
    checkCount(name, args, least, parameters.length)
    return (row) => {
      const values = readArguments(name, args, parameters, row)
      return Array.isArray(values) ? apply(...(values as Values<P>)) : values
    }
  }
}

/** As `strict`, for any number of arguments of one type. */
export function strictMany<T>(
  name: string,
  parameter: Parameter<T>,
  least: number,
  apply: (values: readonly T[]) => Outcome,
): FunctionCompiler {
  return (args) => {
    checkCount(name, args, least)
    const parameters = args.map(() => parameter)
    return (row) => {
      const values = readArguments(name, args, parameters, row)
      return Array.isArray(values) ? apply(values as T[]) : values
    }
  }
}

/** The arguments' values, or what the function comes to without them. */
function readArguments(
  name: string,
  args: readonly Evaluate[],
  parameters: readonly Parameter<unknown>[],
  row: Row,
): unknown[] | Outcome {
  const given = evaluateAll(args, row)
  if (!Array.isArray(given)) return given
  row.spend(countSteps(given))
  const values: unknown[] = []
  let isNothing = false
  for (const [at, one] of given.entries()) {
    const value = parameters[at]!.read(one)
    if (value === undefined) return wrongType(name, parameters[at]!.wants, one)
    isNothing ||= value === NOTHING
    values.push(value)
  }
  return isNothing ? NULL : values
}

/** Functions go through what they are given, many characters in the time of one element. */
function countSteps(given: readonly Given[]): number {
  let steps = 1
  for (const value of given) {
    if (value.kind === 'array') steps += value.values.length
    else if (value.kind === 'map') steps += value.fields.size
    else if (value.kind === 'string' || value.kind === 'bytes') steps += value.value.length >>> 4
  }
  return steps
}

/** What the arguments come to, or the first error among them. */
export function evaluateAll(args: readonly Evaluate[], row: Row): Given[] | Outcome {
  const given: Given[] = []
  for (const evaluate of args) {
    const outcome = evaluate(row)
    if (outcome.kind === 'error') return outcome
    given.push(outcome)
  }
  return given
}

/** Throws INVALID_ARGUMENT for a call with too few or too many arguments. */
export function checkCount(
  name: string,
  args: readonly Evaluate[],
  least: number,
  most = Number.POSITIVE_INFINITY,
): void {
  if (args.length >= least && args.length <= most) return
  const wanted = least === most ? `${least}` : Number.isFinite(most) ? `${least} to ${most}` : `at least ${least}`
  throw invalidArgument(`The function ${name}(...) requires ${wanted} arguments but got ${args.length}.`)
}

/** The error for an argument of a wrong type. */
export function wrongType(name: string, wants: string, given: Given): Outcome {
  return fail(`The function ${name}(...) requires \`${wants}\` but got \`${nameType(given)}\`.`)
}

function nameType(given: Given): string {
  if (given.kind === 'absent') return 'NULL'
  const special: Partial<Record<Value['kind'], string>> = {integer: 'LONG', geopoint: 'GEO_POINT'}
  return vectorElements(given) ? 'VECTOR' : (special[given.kind] ?? given.kind.toUpperCase())
}
