import {GrpcStatus} from '../../../grpc/status.ts'
import {invalidArgument} from '../../errors.ts'
import {parsePipelinePath} from '../../paths/field-path.ts'
import type {FieldPath} from '../../paths/field-path.ts'
import {deleteField} from '../../values/fields.ts'
import type {Fields, Value} from '../../values/value.ts'
import {requireEntries, requireField, requireText, takeArguments} from '../arguments.ts'
import {compileExpression} from '../compile-expression.ts'
import type {Entries} from '../expression.ts'
import type {Evaluate, Row} from '../outcome.ts'
import {assignField, rowWith} from '../row.ts'
import type {Scope} from '../scope.ts'
import {evaluateOrThrow, mapRows} from './stage.ts'
import type {StageCompiler} from './stage.ts'

export type Selection = readonly {readonly name: string; readonly path: FieldPath; readonly evaluate: Evaluate}[]

/** An alias with dots is a path into maps, in every stage that has aliases. */
export function compileSelection(entries: Entries, scope: Scope): Selection {
  return [...entries].map(([name, expression]) => ({
    name,
    path: parseAlias(name),
    evaluate: compileExpression(expression, scope),
  }))
}

/** What is no path is a name as it is. */
export function parseAlias(name: string): FieldPath {
  try {
    return parsePipelinePath(name)
  } catch (error) {
    if (error instanceof GrpcStatus && name !== '') return [name]
    throw error
  }
}

/** What a selection comes to for a row, alias by alias; undefined for what is absent. Throws INVALID_ARGUMENT for an error. */
export function evaluateSelection(row: Row, selection: Selection): readonly (Value | undefined)[] {
  return selection.map(({evaluate}) => evaluateOrThrow(evaluate, row))
}

/** A row with a selection's values; what is absent is left out. */
export function placeSelection(values: readonly (Value | undefined)[], selection: Selection, to: Row): Row {
  return selection.reduce((changed, {path}, at) => {
    const value = values[at]
    return value ? assignField(changed, path, value) : changed
  }, to)
}

/** A row of nothing but a selection's values. Throws INVALID_ARGUMENT for an error. */
export function selectInto(row: Row, selection: Selection): Row {
  return placeSelection(evaluateSelection(row, selection), selection, rowWith(new Map(), row))
}

/** `select`. */
export const select: StageCompiler = (stage, scope) => {
  const [selections] = takeArguments(stage, 1)
  const selection = compileSelection(requireEntries(selections, 'The selections'), scope)
  return mapRows((row) => selectInto(row, selection))
}

/** `add_fields` (https://firebase.google.com/docs/firestore/pipelines/stages/transformation/add-fields). */
export const addFields: StageCompiler = (stage, scope) => {
  const [fields] = takeArguments(stage, 1)
  return mapRows(compileAdditions(requireEntries(fields, 'The fields to add'), scope))
}

/** Adds fields to rows; all are worked out before the first is added. */
export function compileAdditions(entries: Entries, scope: Scope): (row: Row) => Row {
  const selection = compileSelection(entries, scope)
  return (row) => placeSelection(evaluateSelection(row, selection), selection, row)
}

/** `remove_fields`; what is not there is passed over. */
export const removeFields: StageCompiler = ({args}) => {
  const paths = args.map((arg) => requireField(arg, 'A field to remove'))
  if (paths.length === 0) throw invalidArgument("Stage 'remove_fields' takes at least one field.")
  return mapRows((row) => paths.reduce(removeField, row))
}

function removeField(row: Row, path: FieldPath): Row {
  if (path.length === 1 && path[0] === '__name__') return {...row, name: undefined}
  if (path.length === 1 && path[0] === '__create_time__') return {...row, createTime: undefined}
  if (path.length === 1 && path[0] === '__update_time__') return {...row, updateTime: undefined}
  const fields = deleteField(row.fields, path)
  return fields === row.fields ? row : {...row, fields}
}

type Merge = (row: Row, replacement: Fields) => Row

/** https://firebase.google.com/docs/firestore/pipelines/stages/transformation/replace-with */
const MODES: Readonly<Record<string, Merge>> = {
  full_replace: (row, replacement) => rowWith(replacement, row),
  merge_overwrite_existing: (row, replacement) => ({...row, fields: new Map([...row.fields, ...replacement])}),
  merge_keep_existing: (row, replacement) => ({...row, fields: new Map([...replacement, ...row.fields])}),
}

/** `replace_with`: nothing counts as an empty map, anything but a map is refused. */
export const replaceWith: StageCompiler = (stage, scope) => {
  const [map, mode] = takeArguments(stage, 2)
  const evaluate = compileExpression(map!, scope)
  const name = requireText(mode, 'The mode of replace_with')
  const merge = Object.hasOwn(MODES, name) ? MODES[name] : undefined
  if (!merge) throw invalidArgument(`Unknown mode of replace_with: ${name}`)
  return mapRows((row) => {
    const value = evaluateOrThrow(evaluate, row)
    if (value && value.kind !== 'map') throw invalidArgument('replace_with needs a map.')
    return merge(row, value?.fields ?? new Map())
  })
}

/** `let`: names for values, which later stages and pipelines within them use. */
export const define: StageCompiler = (stage, scope) => {
  const [variables] = takeArguments(stage, 1)
  const definitions = compileSelection(requireEntries(variables, 'The variables'), scope)
  const {transform} = mapRows((row) => ({
    ...row,
    variables: new Map([...row.variables, ...definitions.map(({name, evaluate}) => [name, evaluate(row)] as const)]),
  }))
  return {transform, variables: definitions.map(({name}) => name)}
}
