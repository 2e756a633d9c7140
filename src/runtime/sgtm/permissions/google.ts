import type {Permission} from '../tpl/template.ts'
import {toText} from '../text.ts'
import type {PermissionAsk} from './ask.ts'
import {fitsWildcards} from './patterns.ts'
import {rows, strings} from './read-params.ts'

type Params = Permission['params']
type AskFor<Id> = Extract<PermissionAsk, {permission: Id}>

/** Every scope that is asked for must be declared. */
export function useGoogleCredentials(params: Params, {scopes}: AskFor<'use_google_credentials'>): boolean {
  const allowed = strings(params['allowedScopes'])
  return scopes.length > 0 && scopes.every((scope) => allowed.includes(scope))
}

/** A row names a type of message and what may be done with it, one word for both included. */
export function useMessage(params: Params, {action, type}: AskFor<'use_message'>): boolean {
  if (params['allowedActions'] === 'any') return true
  return rows(params['messageTypes']).some((row) => {
    if (!fitsWildcards(toText(row['type'] ?? ''), type)) return false
    const declared = toText(row['action'] ?? '')
    return action === undefined || declared === 'any' || declared.includes(action)
  })
}

/** Whether a row of `allowedTables` allows a write. */
export function accessBigQuery(row: Params, {projectId, datasetId, tableId}: AskFor<'access_bigquery'>): boolean {
  return (
    fitsProject(row, projectId) &&
    fits(row['datasetId'], datasetId) &&
    fits(row['tableId'], tableId) &&
    fits(row['operation'] ?? 'write', 'write')
  )
}

/** Whether a row of `allowedOptions` allows an operation; rows without a database mean the default one. */
export function accessFirestore(row: Params, ask: AskFor<'access_firestore'>): boolean {
  const {operation, projectId, databaseId = defaultDatabase, path} = ask
  const declared = toText(row['operation'] ?? '')
  return (
    fitsProject(row, projectId) &&
    fits(toText(row['databaseId'] ?? '') || defaultDatabase, databaseId) &&
    fits(row['path'], path) &&
    (declared === 'read_write' || declared === operation)
  )
}

const defaultDatabase = '(default)'

/**
 * A call without a project means that of GOOGLE_CLOUD_PROJECT, which a row must allow by that name or by `*`
 * (https://developers.google.com/tag-platform/tag-manager/server-side/permissions).
 */
function fitsProject(row: Params, projectId: string | undefined): boolean {
  const declared = toText(row['projectId'] ?? '')
  return projectId === undefined ? declared === '*' || declared === 'GOOGLE_CLOUD_PROJECT' : fits(declared, projectId)
}

function fits(pattern: unknown, text: string): boolean {
  return fitsWildcards(toText(pattern ?? ''), text)
}
