import {invalidArgument} from '../../errors.ts'
import {formatName} from '../../paths/names.ts'
import {checkId} from '../../paths/segments.ts'
import {constantOf, requireText, takeArguments} from '../arguments.ts'
import type {Expression} from '../expression.ts'
import {compileRead} from './read.ts'
import type {SourceCompiler} from './source.ts'

/** `collection`: the documents of one collection, given as a path from the root. */
export const collection: SourceCompiler = (stage, scope, next) => {
  const segments = readPath(takeArguments(stage, 1)[0], 'collection')
  if (segments.length % 2 === 0) throw invalidArgument(`"${segments.join('/')}" is no path of a collection.`)
  const collections = {
    parent: formatName({database: scope.database, segments: segments.slice(0, -1)}),
    collectionId: segments.at(-1)!,
    allDescendants: false,
  }
  return compileRead(() => collections, scope, next)
}

/** `collection_group`: the documents of all collections with an id, below a document or anywhere. */
export const collectionGroup: SourceCompiler = (stage, scope, next) => {
  const [ancestor, id] = takeArguments(stage, 2)
  const segments = readPath(ancestor, 'collection_group')
  const collectionId = requireText(id, 'The collection id of collection_group')
  checkId(collectionId, 'Collection id')
  const parent = formatName({database: scope.database, segments})
  return compileRead(() => ({parent, collectionId, allDescendants: true}), scope, next)
}

/** `database`: every document. */
export const database: SourceCompiler = (stage, scope, next) => {
  takeArguments(stage, 0)
  const parent = formatName({database: scope.database, segments: []})
  return compileRead(() => ({parent, collectionId: undefined, allDescendants: true}), scope, next)
}

/** `subcollection`: the documents of a collection below the document that the row around the pipeline stands for. */
export const subcollection: SourceCompiler = (stage, scope, next) => {
  const segments = splitPath(requireText(takeArguments(stage, 1)[0], 'The path of subcollection'))
  if (!scope.nested) throw invalidArgument('subcollection needs a document around its pipeline.')
  if (segments.length % 2 === 0) throw invalidArgument(`"${segments.join('/')}" is no path of a collection.`)
  const collectionId = segments.at(-1)!
  return compileRead(
    (outer) => {
      if (outer.name === undefined) throw invalidArgument('subcollection needs a document around its pipeline.')
      const parent = [outer.name, ...segments.slice(0, -1)].join('/')
      return {parent, collectionId, allDescendants: false}
    },
    scope,
    next,
  )
}

/** The segments of a reference as clients send it in a pipeline: a path from the root, with a slash before it. */
export function readPath(expression: Expression | undefined, what: string): readonly string[] {
  const value = constantOf(expression)
  if (value?.kind !== 'reference') throw invalidArgument(`${what} takes a reference.`)
  return splitPath(value.value)
}

function splitPath(path: string): readonly string[] {
  const relative = path.startsWith('/') ? path.slice(1) : path
  const segments = relative === '' ? [] : relative.split('/')
  for (const [at, segment] of segments.entries()) checkId(segment, at % 2 === 0 ? 'Collection id' : 'Resource id')
  return segments
}
