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

/** The one message of a unary or server-streaming request, as soon as it is whole; what follows it is dropped. */
export function readRequest(stream: ServerHttp2Stream, most: number): Promise<Buffer> {
  const {promise, resolve, reject} = Promise.withResolvers<Buffer>()
  const cutter = createMessageCutter(most)
  let isOver = false
  // An error is only made where it is told: it costs more than all the rest here, and every call comes to its close.
  const fail = (code: number, message: string): void => {
    if (!isOver) reject(new GrpcStatus(code, message))
    isOver = true
  }
  stream.on('data', (chunk: Buffer) => {
    if (isOver) return
    try {
      const [message] = cutter.push(chunk)
      if (!message) return
      resolve(message)
    } catch (error) {
      reject(error)
    }
    isOver = true
  })
  stream.on('end', () => fail(STATUS.internal, 'The request has no message.'))
  stream.on('close', () => fail(STATUS.cancelled, 'The call was cancelled.'))
  return promise
}
