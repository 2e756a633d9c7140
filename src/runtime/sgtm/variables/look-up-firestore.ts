import type {Condition, OpenDatabase} from '../apis/firestore/database.ts'
import type {Parameters} from '../types.ts'
import {toText} from '../text.ts'
import {readPath} from './read-path.ts'

/** What a Firestore Lookup variable reads from. */
export type LookUpSource = {
  readonly firestore?: OpenDatabase | undefined
  /** Where the variable names no project. */
  readonly project?: string | undefined
}

/**
 * The value of a Firestore Lookup: a key of one document, or of the first that a query finds; all of its data where no
 * key is named. Undefined where there is no such document or key.
 */
export async function lookUpFirestore(parameters: Parameters, {firestore, project}: LookUpSource): Promise<unknown> {
  if (!firestore) throw new Error('there is no Firestore behind this container')
  const named = textOf(parameters, 'projectId')
  const projectId = parameters['setProjectId'] === false || named === '' ? project : named
  if (projectId === undefined) throw new Error('neither the variable nor GOOGLE_CLOUD_PROJECT names a project')
  const databaseId = textOf(parameters, 'databaseId') || undefined
  const database = await firestore(projectId, databaseId)
  const isQuery = parameters['operation'] === 'query'
  const found = isQuery
    ? (await database.query(pathOf(parameters, ['collectionPath']), conditionsOf(parameters), 1))[0]
    : await database.read(pathOf(parameters, ['documentPath', 'path', 'collectionPath']))
  const keyPath = textOf(parameters, 'keyPath')
  const value = keyPath === '' ? found?.data : readPath(found?.data, keyPath)
  return value === undefined && parameters['setDefaultValue'] === true ? parameters['defaultValue'] : value
}

function textOf(parameters: Parameters, key: string): string {
  const value = parameters[key]
  return value === undefined || value === null ? '' : toText(value)
}

/** The first of the parameters that says where to read; an empty segment, left by a missing value, leads nowhere. */
function pathOf(parameters: Parameters, keys: readonly string[]): string {
  const path = keys.map((key) => textOf(parameters, key)).find((text) => text !== '') ?? ''
  const trimmed = path.replaceAll(/^\/|\/$/g, '')
  if (!/^[^/]+(?:\/[^/]+)*$/.test(trimmed)) throw new Error(`"${path}" is no path in Firestore`)
  return trimmed
}

function conditionsOf(parameters: Parameters): readonly Condition[] {
  const rows = parameters['queriesSimpleTable']
  if (!Array.isArray(rows)) return []
  return (rows as readonly Parameters[]).map((row) => [
    textOf(row, 'queryKey'),
    textOf(row, 'queryOperator') || '==',
    row['queryValue'],
  ])
}
