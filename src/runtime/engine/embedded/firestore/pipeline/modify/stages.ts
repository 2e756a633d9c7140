import {invalidArgument} from '../../errors.ts'
import {parseDocumentName} from '../../paths/names.ts'
import type {Precondition, Write} from '../../writes/write.ts'
import {requireEntries, takeArguments} from '../arguments.ts'
import type {Expression, Stage} from '../expression.ts'
import type {Row} from '../outcome.ts'
import type {Scope} from '../scope.ts'
import {compileAdditions} from '../stages/project.ts'
import type {Modification} from './modification.ts'
import {compileTarget, requireName} from './target.ts'

type ModificationCompiler = (stage: Stage, scope: Scope, source: string) => Modification

const EMPTY: Expression = {kind: 'map', entries: new Map()}

/** `delete`: the documents that the rows stand for. */
const remove: ModificationCompiler = (stage, {database}) => {
  takeArguments(stage, 0)
  return {
    atomicOnly: false,
    toWrite: (row) => {
      const name = requireName(row, stage.name)
      return {kind: 'delete', name, target: readTarget(name, database), precondition: {kind: 'exists', exists: true}}
    },
  }
}

/** `update`: existing documents become what their rows are, with further fields added at last. */
const update: ModificationCompiler = (stage, scope) => {
  const add = compileAdditions(requireEntries(stage.args[0] ?? EMPTY, 'The fields of update'), scope)
  return {
    atomicOnly: false,
    toWrite: (row) =>
      replace(requireName(row, stage.name), add(row), {scope, precondition: {kind: 'exists', exists: true}}),
  }
}

/** `insert`: new documents of the rows. */
const insert: ModificationCompiler = (stage, scope) => {
  takeArguments(stage, 0)
  const target = compileTarget(stage, scope)
  return {
    atomicOnly: false,
    toWrite: (row) => replace(target(row), row, {scope, precondition: {kind: 'exists', exists: false}}),
  }
}

/** `upsert`: documents of the rows, with further fields added at last, whether they were there or not. */
const upsert: ModificationCompiler = (stage, scope, source) => {
  const add = compileAdditions(requireEntries(stage.args[0] ?? EMPTY, 'The fields of upsert'), scope)
  const target = compileTarget(stage, scope)
  return {
    atomicOnly: source === 'literals',
    toWrite: (row) => replace(target(row), add(row), {scope, precondition: undefined}),
  }
}

type Replacement = {readonly scope: Scope; readonly precondition: Precondition | undefined}

function replace(name: string, {fields}: Row, {scope, precondition}: Replacement): Write {
  const target = readTarget(name, scope.database)
  return {kind: 'update', name, target, fields, mask: undefined, transforms: [], precondition}
}

/** A name may come from a literal or out of a field, so it may be any. */
function readTarget(name: string, database: string): Write['target'] {
  const target = parseDocumentName(name)
  if (target.database === database) return target
  throw invalidArgument(`A pipeline of the database ${database} cannot modify ${name}.`)
}

const MODIFICATIONS: Readonly<Record<string, ModificationCompiler>> = {delete: remove, update, insert, upsert}

/** Whether a pipeline ends in a stage that modifies documents. */
export function endsInModification(stages: readonly Stage[]): boolean {
  return stages.length > 1 && Object.hasOwn(MODIFICATIONS, stages.at(-1)!.name)
}

/** The modification that a pipeline ends in; undefined where it only reads. Throws INVALID_ARGUMENT. */
export function compileModification(stages: readonly Stage[], scope: Scope): Modification | undefined {
  if (!endsInModification(stages)) return undefined
  const last = stages.at(-1)!
  return MODIFICATIONS[last.name]!(last, scope, stages[0]!.name)
}
