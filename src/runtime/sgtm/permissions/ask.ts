/** Permissions that are given as a whole: there is nothing in a call that they could depend on. */
const UNLIMITED = [
  'logging',
  'access_template_storage',
  'read_container_data',
  'read_event_metadata',
  'return_response',
  'run_container',
] as const

export type UnlimitedAsk = {readonly permission: (typeof UNLIMITED)[number]}

/** Whether a permission is one of those that are given as a whole. */
export function isUnlimited(ask: {readonly permission: string}): ask is UnlimitedAsk {
  return (UNLIMITED as readonly string[]).includes(ask.permission)
}

/** What an API is about to do, in the words of the permission that must allow it. */
export type PermissionAsk =
  | UnlimitedAsk
  | {readonly permission: 'send_http'; readonly url: string}
  | {readonly permission: 'read_event_data'; readonly keyPath?: string}
  | {
      readonly permission: 'read_request'
      readonly part: 'header' | 'body' | 'path' | 'query' | 'remote_address'
      /** A header's or query parameter's name; without it, all of them. */
      readonly name?: string
    }
  | {readonly permission: 'access_response'; readonly part: 'status' | 'header' | 'body'; readonly name?: string}
  | {readonly permission: 'get_cookies'; readonly name: string}
  | {readonly permission: 'set_cookies'; readonly name: string; readonly options: Readonly<Record<string, unknown>>}
  | {readonly permission: 'use_custom_private_keys'; readonly keyId: string}
  | {readonly permission: 'send_pixel_from_browser'; readonly url: string}
  | {readonly permission: 'use_google_credentials'; readonly scopes: readonly string[]}
  | {
      readonly permission: 'use_message'
      /** Without it, either of the two will do. */
      readonly action?: 'listen' | 'send'
      readonly type: string
    }
  | {
      readonly permission: 'access_bigquery'
      readonly operation: 'write'
      /** Absent where the call names none and so means the container's own project. */
      readonly projectId?: string
      readonly datasetId: string
      readonly tableId: string
    }
  | {
      readonly permission: 'access_firestore'
      readonly operation: 'read' | 'write' | 'read_write'
      readonly projectId?: string
      readonly databaseId?: string
      readonly path: string
    }

/** The ask in a few words, for the log line of a denial. Values of headers, cookies and parameters never appear. */
export function describeAsk(ask: PermissionAsk): string {
  switch (ask.permission) {
    case 'send_http':
      return `send to ${ask.url.split('?')[0]}`
    case 'read_event_data':
      return ask.keyPath === undefined ? 'read all event data' : `read event data "${ask.keyPath}"`
    case 'read_request':
      return `read the request's ${ask.part.replace('_', ' ')}${ask.name === undefined ? '' : ` "${ask.name}"`}`
    case 'access_response':
      return `write the response's ${ask.part}${ask.name === undefined ? '' : ` "${ask.name}"`}`
    case 'get_cookies':
      return `read the cookie "${ask.name}"`
    case 'set_cookies':
      return `set the cookie "${ask.name}"`
    case 'use_custom_private_keys':
      return `sign with the key "${ask.keyId}"`
    case 'send_pixel_from_browser':
      return `have the browser load ${ask.url.split('?')[0]}`
    case 'use_google_credentials':
      return `use Google credentials for ${ask.scopes.join(' and ') || 'no scope'}`
    case 'use_message':
      return `${ask.action === 'send' ? 'send' : 'listen to'} messages of the type "${ask.type}"`
    case 'access_bigquery':
      return `write to the table ${ask.projectId ?? 'GOOGLE_CLOUD_PROJECT'}.${ask.datasetId}.${ask.tableId}`
    case 'access_firestore':
      // A document's id may be a person's.
      return `${ask.operation.replace('_', ' and ')} documents of ${ask.projectId ?? 'GOOGLE_CLOUD_PROJECT'} below "${ask.path.split('/')[0]}"`
    default:
      return `use ${ask.permission}`
  }
}
