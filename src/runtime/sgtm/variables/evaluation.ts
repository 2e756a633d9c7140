import type {Parameters} from '../types.ts'
import {toText} from '../text.ts'
import {fillReferences, referencesIn} from './references.ts'
import {formatValue} from './format-value.ts'
import type {ValueFormat} from '../types.ts'

/** A variable of the running container: how its value is found once its own parameters are known. */
export type LoadedVariable = {
  readonly name: string
  readonly parameters: Parameters
  readonly format: ValueFormat
  /** Found anew each time it is asked for, as a random number is. */
  readonly isFresh: boolean
}

/** A variable that was asked for, with its value as text or why it has none. */
export type UsedVariable = {readonly name: string; readonly value: string; readonly problem?: string}

/** The variables' values for one view of one event, each found at most once. */
export type Evaluation = {
  /** The parameters with values in the place of names; at once unless a variable has to wait. */
  readonly resolve: (parameters: Parameters, use?: (used: UsedVariable) => void) => Parameters | Promise<Parameters>
}

type Found = {readonly value: unknown; readonly problem?: string; readonly uses: readonly UsedVariable[]}

/**
 * @param compute finds a variable's value from its filled parameters; may throw or wait, which both mean undefined when
 * they fail. Cycles are refused when a container is loaded.
 */
export function createEvaluation<Variable extends LoadedVariable>(
  variables: ReadonlyMap<string, Variable>,
  compute: (variable: Variable, parameters: Parameters) => unknown,
): Evaluation {
  const known = new Map<string, Found | Promise<Found>>()

  const find = (name: string): Found | Promise<Found> => {
    const before = known.get(name)
    if (before) return before
    const variable = variables.get(name)
    if (!variable) return {value: undefined, problem: 'there is no such variable', uses: []}
    const uses: UsedVariable[] = []
    const finish = (value: unknown): Found => ({value: formatValue(value, variable.format), uses})
    const fail = (error: unknown): Found => ({
      value: formatValue(undefined, variable.format),
      problem: error instanceof Error ? error.message : toText(error),
      uses,
    })
    let found: Found | Promise<Found>
    try {
      const filled = whenReady(
        resolve(variable.parameters, (used) => uses.push(used)),
        (own) => compute(variable, own),
      )
      found = filled instanceof Promise ? filled.then(finish, fail) : finish(filled)
    } catch (error) {
      found = fail(error)
    }
    if (!variable.isFresh) known.set(name, found)
    return found
  }

  const resolve: Evaluation['resolve'] = (parameters, use) => {
    const names = [...new Set(referencesIn(parameters))]
    if (names.length === 0) return parameters
    const found = names.map(find)
    const finish = (all: readonly Found[]): Parameters => {
      const values = new Map(names.map((name, index) => [name, all[index]!]))
      for (const [name, {value, problem, uses}] of values) {
        for (const inner of uses) use?.(inner)
        use?.({name, value: describeValue(value), ...(problem === undefined ? {} : {problem})})
      }
      return fillReferences(parameters, (name) => values.get(name)?.value) as Parameters
    }
    const waiting = found.filter((one) => one instanceof Promise)
    if (waiting.length === 0) return finish(found as readonly Found[])
    return (async () => {
      const all: Found[] = []
      for (const one of found) all.push(await one)
      return finish(all)
    })()
  }
  return {resolve}
}

/** What comes next, at once where nothing has to be waited for, so that clients may still claim. */
function whenReady<T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? (async () => next(await value))() : next(value)
}

/** A value as one line for a person, whatever it is. */
function describeValue(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return toText(value)
  try {
    return JSON.stringify(value)
  } catch {
    return toText(value)
  }
}
