import {request} from 'node:http'

export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The text as JSON. */
  readonly json: unknown
}

export type Asked = {readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown}

/** One request as curl makes it: the path as it is given, a body as JSON. */
export function ask(host: string, verb: string, path: string, {headers = {}, body}: Asked = {}): Promise<Reply> {
  const {promise, resolve, reject} = Promise.withResolvers<Reply>()
  const [hostname, port] = host.split(':')
  const outgoing = request({
    hostname,
    port,
    method: verb,
    path,
    headers: {'content-type': 'application/json', ...headers},
  })
  outgoing.on('error', reject)
  outgoing.on('response', (incoming) => {
    let text = ''
    incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    incoming.on('end', () => {
      const json = incoming.headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : undefined
      resolve({status: incoming.statusCode ?? 0, headers: incoming.headers, text, json})
    })
  })
  outgoing.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  return promise
}
