import {once} from 'node:events'
import {createServer, type ServerHttp2Session} from 'node:http2'
import type {AddressInfo} from 'node:net'

/** What the stand-in answers to a method: a gRPC status with its message. */
export type StandInAnswer = {readonly status: number; readonly message?: string}

/** A gRPC server without TLS that answers every unary call with a status and an empty message, and remembers the calls. */
export async function startGrpcStandIn(answer: (method: string) => StandInAnswer) {
  const calls: {readonly method: string; readonly request: Buffer}[] = []
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer()
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const method = String(headers[':path']).slice(1)
      calls.push({method, request: Buffer.concat(chunks).subarray(5)})
      const {status, message = ''} = answer(method)
      stream.respond({':status': 200, 'content-type': 'application/grpc'}, {waitForTrailers: true})
      stream.on('wantTrailers', () =>
        stream.sendTrailers({'grpc-status': String(status), 'grpc-message': encodeURIComponent(message)}),
      )
      stream.end(Buffer.alloc(5))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}
