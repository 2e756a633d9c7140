import type {IncomingMessage} from 'node:http'

/** The whole body of a request; undefined when it has more than `most` bytes, the rest of which stays unread. */
export async function readBody(incoming: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  // Destroying the request would take the connection along, and with it the answer.
  for await (const chunk of incoming.iterator({destroyOnReturn: false}) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > most) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
