import {invalidArgument} from '../errors.ts'
import {checkId} from './segments.ts'

/** A resource name taken apart. `segments` alternate collection and document ids below `…/documents`. */
export type ResourceName = {
  /** `projects/{project}/databases/{database}`. */
  readonly database: string
  readonly segments: readonly string[]
}

const PROJECT = 'projects/'
const DATABASES = 'databases'

/** Checks `projects/{project}/databases/{database}` and returns it. Throws INVALID_ARGUMENT. */
export function parseDatabase(name: string): string {
  const rest = readDatabase(name, 'Database name')
  if (rest.after !== '') throw invalidArgument(`Database name "${name}" has extra text after the database id.`)
  return rest.database
}

/** The name of a document: `{database}/documents/{collection}/{id}…`. Throws INVALID_ARGUMENT. */
export function parseDocumentName(name: string, label = 'Document name'): ResourceName {
  const {database, after} = readDatabase(name, label)
  const segments = readSegments(name, after, label)
  if (segments.length === 0 || segments.length % 2 === 1) throw lacks(name, '"/"', name.length, label)
  return {database, segments}
}

/** A document's name or the root `{database}/documents`, below which collections lie. Throws INVALID_ARGUMENT. */
export function parseParent(name: string): ResourceName {
  const label = 'Document parent name'
  const {database, after} = readDatabase(name, label)
  if (after === '') throw lacks(name, '"/"', name.length, label)
  const segments = readSegments(name, after, label)
  if (segments.length % 2 === 1) throw lacks(name, '"/"', name.length, label)
  return {database, segments}
}

/** The name that `parse…` takes apart. */
export function formatName({database, segments}: ResourceName): string {
  return segments.length === 0 ? `${database}/documents` : `${database}/documents/${segments.join('/')}`
}

/** The collection's name and the id of a document in it; both are parts of the document's name. */
export function splitName(name: string): {readonly collection: string; readonly id: string} {
  const slash = name.lastIndexOf('/')
  return {collection: name.slice(0, slash), id: name.slice(slash + 1)}
}

function readDatabase(name: string, label: string): {readonly database: string; readonly after: string} {
  if (!name.startsWith(PROJECT)) throw lacks(name, '"projects"', 0, label)
  const parts = name.split('/', 4)
  const [, project, databases, id] = parts
  if (!project) throw lacks(name, 'a project id', PROJECT.length, label)
  if (databases !== DATABASES) throw lacks(name, '"databases"', PROJECT.length + project.length + 1, label)
  if (!id) throw lacks(name, 'a database id', parts.slice(0, 3).join('/').length + 1, label)
  const database = parts.join('/')
  return {database, after: name.slice(database.length)}
}

function readSegments(name: string, after: string, label: string): readonly string[] {
  const start = name.length - after.length
  if (after !== '/documents' && !after.startsWith('/documents/')) throw lacks(name, '"documents"', start + 1, label)
  if (after === '/documents') return []
  const segments = after.slice('/documents/'.length).split('/')
  let index = start + '/documents/'.length
  for (const [at, segment] of segments.entries()) {
    if (segment === '') {
      if (at === segments.length - 1) throw invalidArgument(`${label} "${name}" has invalid trailing "/".`)
      throw lacks(name, at % 2 === 0 ? 'a collection id' : 'a resource id', index, label)
    }
    if (segment === '.' || segment === '..') {
      throw invalidArgument(`${label} "${name}" contains a resource id "${segment}" at index ${index}.`)
    }
    checkId(segment, at % 2 === 0 ? 'Collection id' : 'Resource id')
    index += segment.length + 1
  }
  return segments
}

function lacks(name: string, what: string, index: number, label: string): Error {
  return invalidArgument(`${label} "${name}" lacks ${what} at index ${index}.`)
}
