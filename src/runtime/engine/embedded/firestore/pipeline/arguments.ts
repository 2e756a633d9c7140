import {invalidArgument} from '../errors.ts'
import type {FieldPath} from '../paths/field-path.ts'
import type {Value} from '../values/value.ts'
import type {Entries, Expression, Stage} from './expression.ts'

/** Refuses a stage with another number of arguments. Throws INVALID_ARGUMENT. */
export function takeArguments(stage: Stage, count: number): readonly Expression[] {
  const {name, args} = stage
  if (args.length === count) return args
  throw invalidArgument(`Stage '${name}' takes ${count} argument${count === 1 ? '' : 's'}, not ${args.length}.`)
}

/** Expressions by alias: a map, or a constant that is one. Throws INVALID_ARGUMENT. */
export function requireEntries(expression: Expression | undefined, what: string): Entries {
  if (expression?.kind === 'map') return expression.entries
  if (expression?.kind === 'constant' && expression.value.kind === 'map') {
    const entries = [...expression.value.fields]
    return new Map(entries.map(([name, value]): [string, Expression] => [name, {kind: 'constant', value}]))
  }
  throw invalidArgument(`${what} must be a map.`)
}

export function requireField(expression: Expression | undefined, what: string): FieldPath {
  if (expression?.kind === 'field') return expression.path
  throw invalidArgument(`${what} must be a field reference.`)
}

export function requireText(expression: Expression | undefined, what: string): string {
  const value = constantOf(expression)
  if (value?.kind === 'string') return value.value
  throw invalidArgument(`${what} must be a string.`)
}

/** A whole number that is not negative. */
export function requireCount(expression: Expression | undefined, what: string): number {
  const value = constantOf(expression)
  const count = value?.kind === 'integer' || value?.kind === 'double' ? Number(value.value) : Number.NaN
  if (!Number.isInteger(count)) throw invalidArgument(`${what} must be an integer.`)
  if (count < 0) throw invalidArgument(`${what} must not be negative.`)
  return count
}

export function constantOf(expression: Expression | undefined): Value | undefined {
  return expression?.kind === 'constant' ? expression.value : undefined
}
