import {invalidArgument} from '../../errors.ts'
import {NULL} from '../../values/value.ts'
import type {Value} from '../../values/value.ts'
import {ROW_STEPS} from '../outcome.ts'
import type {Evaluate, FunctionCompiler, Outcome, Row} from '../outcome.ts'
import {ARRAY, BOOLEAN, NOTHING} from './parameters.ts'
import {list} from './results.ts'
import {checkCount, wrongType} from './strict.ts'

const NO_ROW: Row = {name: undefined, fields: new Map(), variables: new Map(), now: 0, spend: () => undefined}

/** The name that a lambda gives to what it is called with. Throws INVALID_ARGUMENT for all but a constant string. */
function readAlias(name: string, evaluate: Evaluate): string {
  const alias = evaluate(NO_ROW)
  if (alias.kind !== 'string')
    throw invalidArgument(`The function ${name}(...) requires a constant name of a variable.`)
  return alias.value
}

function bind(row: Row, bindings: readonly (readonly [string, Value])[]): Row {
  const variables = new Map(row.variables)
  for (const [name, value] of bindings) variables.set(name, value)
  return {...row, variables}
}

/** Gives `each` the elements one by one, as variables of its row; the first error is the result. */
function forEach(
  name: string,
  array: Evaluate,
  row: Row,
  each: (element: Value, index: number) => Outcome | undefined,
): Outcome {
  const outcome = array(row)
  if (outcome.kind === 'error') return outcome
  const values = ARRAY.read(outcome)
  if (values === undefined) return wrongType(name, ARRAY.wants, outcome)
  if (values === NOTHING) return NULL
  const results: Value[] = []
  row.spend(values.length * (ROW_STEPS + row.variables.size))
  for (const [index, element] of values.entries()) {
    const result = each(element, index)
    if (result?.kind === 'error') return result
    // What a transformation does not find is null, since its result is as long as its array.
    if (result) results.push(result.kind === 'absent' ? NULL : result)
  }
  return list(results)
}

/** Keeps the elements for which the predicate is true; it must be a condition, so false, null and absent leave them out. */
function filter(args: readonly Evaluate[]): Evaluate {
  const name = 'array_filter'
  checkCount(name, args, 3, 3)
  const [array, alias, predicate] = args as readonly [Evaluate, Evaluate, Evaluate]
  const variable = readAlias(name, alias)
  return (row) =>
    forEach(name, array, row, (element) => {
      const outcome = predicate(bind(row, [[variable, element]]))
      if (outcome.kind === 'error') return outcome
      const keeps = BOOLEAN.read(outcome)
      if (keeps === undefined) return wrongType(name, BOOLEAN.wants, outcome)
      return keeps === true ? element : undefined
    })
}

/** Between the array and the expression stand the names of the element and, if it is wanted, of its index. */
function transform(args: readonly Evaluate[]): Evaluate {
  const name = 'array_transform'
  checkCount(name, args, 3, 4)
  const [array, alias] = args as readonly [Evaluate, Evaluate]
  const expression = args.at(-1)!
  const variable = readAlias(name, alias)
  const indexVariable = args.length === 4 ? readAlias(name, args[2]!) : undefined
  return (row) =>
    forEach(name, array, row, (element, at) => {
      const index: Value = {kind: 'integer', value: BigInt(at)}
      const bindings = [[variable, element] as const]
      return expression(bind(row, indexVariable === undefined ? bindings : [...bindings, [indexVariable, index]]))
    })
}

/** Functions that evaluate an expression once per element of an array. */
export const LAMBDAS: Readonly<Record<string, FunctionCompiler>> = {array_filter: filter, array_transform: transform}
