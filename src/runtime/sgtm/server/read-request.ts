import type {IncomingMessage} from 'node:http'
import type {IncomingRequest} from '../apis/api.ts'

/** Bytes of a request body beyond which the container answers 413; the image's own limit is not published. */
export const bodyLimit = 1_048_576

/** Reads a whole request; undefined when its body is over the limit. */
export async function readRequest(message: IncomingMessage): Promise<IncomingRequest | undefined> {
  if (Number(message.headers['content-length'] ?? 0) > bodyLimit) return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimit) return undefined
    chunks.push(chunk)
  }
  const target = message.url ?? '/'
  const mark = target.indexOf('?')
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: joinHeaders(message.headersDistinct),
    body: size === 0 ? undefined : Buffer.concat(chunks),
    remoteAddress: message.socket.remoteAddress ?? '',
  }
}

/** Repeated headers joined as `getRequestHeader` gives them; cookies by their own rule (RFC 6265, section 4.2.1). */
function joinHeaders(distinct: NodeJS.Dict<string[]>): Record<string, string> {
  const headers = Object.create(null) as Record<string, string>
  for (const [name, values = []] of Object.entries(distinct))
    headers[name] = values.join(name === 'cookie' ? '; ' : ', ')
  return headers
}
