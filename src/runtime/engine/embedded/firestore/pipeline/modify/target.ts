import {invalidArgument} from '../../errors.ts'
import {newDocumentId} from '../../paths/document-id.ts'
import {formatName, splitName} from '../../paths/names.ts'
import {checkId} from '../../paths/segments.ts'
import {compileExpression} from '../compile-expression.ts'
import type {Stage} from '../expression.ts'
import type {Row} from '../outcome.ts'
import type {Scope} from '../scope.ts'
import {readPath} from '../sources/collections.ts'
import {evaluateOrThrow} from '../stages/stage.ts'

/** The name of the document that a row stands for. Throws INVALID_ARGUMENT where it stands for none. */
export function requireName({name}: Row, stage: string): string {
  if (name !== undefined) return name
  throw invalidArgument(`Stage '${stage}' needs documents with a __name__.`)
}

/**
 * Where `insert` and `upsert` write a row: by the collection and the id that their options give, and for what they leave
 * out where the row is from. In a collection of its own, a row that is from nowhere gets an id of its own too.
 */
export function compileTarget(stage: Stage, scope: Scope): (row: Row) => string {
  const {options} = stage
  const collection = options.has('collection') ? readCollection(stage, scope) : undefined
  const id = options.get('document_id')
  const evaluate = id && compileExpression(id, scope)
  return (row) => {
    if (!collection && !evaluate) return requireName(row, stage.name)
    const known = row.name === undefined ? undefined : splitName(row.name)
    const parent = collection ?? splitName(requireName(row, stage.name)).collection
    if (!evaluate) return `${parent}/${known?.id ?? newDocumentId()}`
    const value = evaluateOrThrow(evaluate, row)
    if (value?.kind !== 'string') throw invalidArgument(`The document_id of ${stage.name} must be a string.`)
    checkId(value.value, 'Resource id')
    return `${parent}/${value.value}`
  }
}

function readCollection({name, options}: Stage, {database}: Scope): string {
  const segments = readPath(options.get('collection'), name)
  if (segments.length % 2 === 0) throw invalidArgument(`"${segments.join('/')}" is no path of a collection.`)
  return formatName({database, segments})
}
