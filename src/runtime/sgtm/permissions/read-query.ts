import {toText} from '../text.ts'
import {isUnlimited, type PermissionAsk} from './ask.ts'
import {strings} from './read-params.ts'

type Options = Readonly<Record<string, unknown>>

/**
 * The ask that the arguments of `queryPermission` describe, or undefined for a permission that does not exist
 * (https://developers.google.com/tag-platform/tag-manager/server-side/permissions, "Query signature").
 */
export function readQuery(permission: string, args: readonly unknown[]): PermissionAsk | undefined {
  const [first, second] = args
  switch (permission) {
    case 'send_http':
    case 'send_pixel_from_browser':
      return {permission, url: toText(first)}
    case 'read_event_data':
      return {permission, ...(first === undefined ? {} : {keyPath: toText(first)})}
    case 'get_cookies':
      return {permission, name: toText(first)}
    case 'set_cookies':
      return {permission, name: toText(first), options: asOptions(second)}
    case 'use_custom_private_keys':
      return {permission, keyId: toText(first)}
    case 'use_google_credentials':
      return {permission, scopes: Array.isArray(first) ? strings(first) : args.map(toText)}
    case 'use_message':
      return first === 'listen' || first === 'send' ? {permission, action: first, type: toText(second)} : undefined
    case 'access_bigquery':
      return first === 'write' ? {permission, operation: first, ...readTable(asOptions(second))} : undefined
    case 'access_firestore':
      return first === 'read' || first === 'write' || first === 'read_write'
        ? {permission, operation: first, ...readDocument(asOptions(second))}
        : undefined
    case 'read_request':
      return readPart(permission, args[0] === 'read' ? args.slice(1) : args)
    case 'access_response':
      return readPart(permission, args[0] === 'write' ? args.slice(1) : args)
    default: {
      const ask = {permission}
      return isUnlimited(ask) ? ask : undefined
    }
  }
}

/** The part of a request or response, and where that is a list, which one of it. */
function readPart(
  permission: 'read_request' | 'access_response',
  [part, name]: readonly unknown[],
): PermissionAsk | undefined {
  const of = name === undefined ? {} : {name: toText(name)}
  const word = toText(part).replace(/_?parameters?$/, '')
  if (permission === 'access_response') {
    return word === 'status' || word === 'header' || word === 'body' ? {permission, part: word, ...of} : undefined
  }
  const isPart = word === 'header' || word === 'body' || word === 'path' || word === 'query'
  if (isPart) return {permission, part: word, ...of}
  return word === 'remote_address' ? {permission, part: word} : undefined
}

function readTable({projectId, datasetId, tableId}: Options) {
  return {...optional('projectId', projectId), datasetId: toText(datasetId), tableId: toText(tableId)}
}

function readDocument({projectId, databaseId, path}: Options) {
  return {...optional('projectId', projectId), ...optional('databaseId', databaseId), path: toText(path)}
}

function optional<Key extends string>(key: Key, value: unknown): {readonly [K in Key]?: string} {
  return (value === undefined || value === null ? {} : {[key]: toText(value)}) as {readonly [K in Key]?: string}
}

function asOptions(value: unknown): Options {
  return typeof value === 'object' && value !== null ? (value as Options) : {}
}
