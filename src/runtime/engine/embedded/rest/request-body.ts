import type {IncomingMessage} from 'node:http'
import {gunzipSync} from 'node:zlib'
import {GrpcStatus, STATUS} from '../grpc/status.ts'

/** A request of 10 MiB, its bytes as base64, and some room for names and blanks. */
const MOST_BYTES = 20 * 1024 * 1024

/**
 * The whole body as text. Throws RESOURCE_EXHAUSTED for one that is larger than any request may be; that is read to its
 * end all the same, so that the caller comes to read the refusal.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= MOST_BYTES) chunks.push(chunk)
  }
  if (length > MOST_BYTES) throw tooLarge()
  const bytes = Buffer.concat(chunks)
  return (request.headers['content-encoding'] === 'gzip' ? unzip(bytes) : bytes).toString()
}

function unzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, {maxOutputLength: MOST_BYTES})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new GrpcStatus(STATUS.invalidArgument, 'The body is not what its content-encoding says.')
  }
}

function tooLarge(): GrpcStatus {
  return new GrpcStatus(STATUS.resourceExhausted, `The request is larger than ${MOST_BYTES} bytes.`)
}
