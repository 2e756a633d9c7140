import type {ServerHttp2Stream} from 'node:http2'
import {createMessageCutter} from './frames.ts'
import {GrpcStatus, STATUS} from './status.ts'

/**
 * The messages of a request as they come, until the caller half-closes; reading slows the caller down when nobody takes
 * them. A stream that is reset ends the iteration without an error: the call's signal tells.
 */
export async function* readRequests(stream: ServerHttp2Stream, most: number): AsyncGenerator<Buffer> {
  const cutter = createMessageCutter(most)
  try {
    for await (const chunk of stream) yield* cutter.push(chunk as Buffer)
  } catch (error) {
    if (error instanceof GrpcStatus) throw error
    return
  }
  if (cutter.isCut()) throw new GrpcStatus(STATUS.internal, 'The request ended in the middle of a message.')
}

/** The one message of a unary or server-streaming request, without the cost of iterating. */
export function readRequest(stream: ServerHttp2Stream, most: number): Promise<Buffer> {
  const {promise, resolve, reject} = Promise.withResolvers<Buffer>()
  const cutter = createMessageCutter(most)
  let message: Buffer | undefined
  stream.on('data', (chunk: Buffer) => {
    try {
      message ??= cutter.push(chunk)[0]
    } catch (error) {
      reject(error)
    }
  })
  stream.on('end', () => {
    if (message) resolve(message)
    else reject(new GrpcStatus(STATUS.internal, 'The request has no message.'))
  })
  stream.on('close', () => reject(new GrpcStatus(STATUS.cancelled, 'The call was cancelled.')))
  return promise
}
