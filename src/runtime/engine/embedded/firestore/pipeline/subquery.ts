import {invalidArgument} from '../errors.ts'
import {NULL} from '../values/value.ts'
import type {Value} from '../values/value.ts'
import type {Stage} from './expression.ts'
import type {Evaluate, Row} from './outcome.ts'
import {mapOf} from './row.ts'
import type {Run, Scope} from './scope.ts'

/**
 * A pipeline as a value of the row around it, whose variables it sees: all its results as an array, or its only result
 * (https://firebase.google.com/docs/firestore/pipelines/perform-joins-with-sub-pipelines).
 */
export function compileSubquery(name: string, stages: readonly Stage[], scope: Scope): Evaluate {
  const wrap = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined
  if (!wrap) throw invalidArgument(`${name} does not take a pipeline.`)
  return wrap(scope.compilePipeline(stages, {...scope, nested: true, ofSearch: undefined}).run)
}

const WRAPPERS: Readonly<Record<string, (run: Run) => Evaluate>> = {
  array: (run) => (row) => ({kind: 'array', values: [...run(row)].map(unwrap)}),
  scalar: (run) => (row) => {
    const [only, ...others] = run(row)
    if (others.length > 0) throw invalidArgument('Subpipeline returned multiple results.')
    return only ? unwrap(only) : NULL
  },
  exists: (run) => (row) => {
    for (const _ of run(row)) return {kind: 'boolean', value: true}
    return {kind: 'boolean', value: false}
  },
}

/** A result with one field is that field's value; others are maps. */
function unwrap(row: Row): Value {
  const map = mapOf(row)
  const [only, ...others] = map.kind === 'map' ? map.fields.values() : []
  return only && others.length === 0 ? only : map
}
