import {invalidArgument} from '../errors.ts'
import type {Value} from '../values/value.ts'
import type {Entries, Expression, FunctionCall} from './expression.ts'
import {FUNCTIONS} from './functions/functions.ts'
import {ABSENT} from './outcome.ts'
import type {Evaluate} from './outcome.ts'
import {compileField, mapOf} from './row.ts'
import type {Scope} from './scope.ts'
import {checkSize} from './size.ts'
import {compileSubquery} from './subquery.ts'

/** Compiles an expression into a function of rows. Throws INVALID_ARGUMENT for what no row could make right. */
export function compileExpression(expression: Expression, scope: Scope): Evaluate {
  switch (expression.kind) {
    case 'constant':
      return () => expression.value
    case 'field':
      return compileField(expression.path)
    case 'variable':
      return compileVariable(expression.name, scope)
    case 'array':
      return checkResult(callFunction('array', expression.elements, scope))
    case 'map':
      return checkResult(callFunction('map', argumentsOf(expression.entries), scope))
    case 'pipeline':
      throw invalidArgument('A pipeline is no value by itself: wrap it in array(...) or scalar(...).')
    case 'function':
      return compileFunction(expression, scope)
    default:
      return expression satisfies never
  }
}

function compileVariable(name: string, {variables}: Scope): Evaluate {
  if (!variables.has(name)) throw invalidArgument(`Unknown variable: ${name}`)
  return ({variables: bound}) => bound.get(name) ?? ABSENT
}

/** A map's keys and values in turn, as the function that makes a map takes them. */
function argumentsOf(entries: Entries): readonly Expression[] {
  return [...entries].flatMap(([name, value]): Expression[] => [
    {kind: 'constant', value: {kind: 'string', value: name}},
    value,
  ])
}

function compileFunction(call: FunctionCall, scope: Scope): Evaluate {
  return checkResult(compileCall(call, scope))
}

/** Functions can put together what no process has room for. */
function checkResult(evaluate: Evaluate): Evaluate {
  return (row) => {
    const outcome = evaluate(row)
    const {kind} = outcome
    if (kind === 'array' || kind === 'map' || kind === 'string' || kind === 'bytes') checkSize(outcome)
    return outcome
  }
}

function compileCall({name, args, options}: FunctionCall, scope: Scope): Evaluate {
  const [first] = args
  if (first?.kind === 'pipeline') return compileSubquery(name, first.stages, scope)
  if (name === 'current_document') {
    if (args.length > 0) throw invalidArgument('current_document takes no arguments.')
    return mapOf
  }
  if (SEARCHING.has(name) && !scope.ofSearch) throw invalidArgument(`${name} only works within a search.`)
  return scope.ofSearch?.(name, args) ?? callFunction(name, args, scope, options)
}

const SEARCHING: ReadonlySet<string> = new Set(['document_matches', 'score'])

function callFunction(
  name: string,
  args: readonly Expression[],
  scope: Scope,
  options: Entries = new Map<string, Expression>(),
): Evaluate {
  const compile = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (!compile) throw invalidArgument(`Unknown function: ${name}`)
  const inner = bindNames(name, args, scope)
  return compile(
    args.map((arg, at) => compileExpression(arg, at === args.length - 1 ? inner : scope)),
    new Map([...options].map(([option, value]) => [option, requireConstant(value, `${name}.${option}`)])),
  )
}

/** These call their last argument for each element, under the names that the arguments before it give. */
const CALLING: ReadonlySet<string> = new Set(['array_filter', 'array_transform'])

function bindNames(name: string, args: readonly Expression[], scope: Scope): Scope {
  if (!CALLING.has(name)) return scope
  const names = args
    .slice(1, -1)
    .map((arg) => (arg.kind === 'constant' && arg.value.kind === 'string' ? arg.value.value : undefined))
  return {...scope, variables: new Set([...scope.variables, ...names.filter((each) => each !== undefined)])}
}

function requireConstant(expression: Expression, what: string): Value {
  if (expression.kind === 'constant') return expression.value
  throw invalidArgument(`${what} must be a constant.`)
}
