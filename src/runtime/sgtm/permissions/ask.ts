/** What an API is about to do, in the words of the permission that must allow it. */
export type PermissionAsk =
  | {readonly permission: 'logging'}
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
  | {
      readonly permission:
        | 'access_template_storage'
        | 'read_container_data'
        | 'read_event_metadata'
        | 'return_response'
        | 'run_container'
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
    default:
      return `use ${ask.permission}`
  }
}
