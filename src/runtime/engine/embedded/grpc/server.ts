import {once} from 'node:events'
import type {IncomingMessage, RequestListener, ServerResponse} from 'node:http'
import {createServer, Http2ServerRequest, Http2ServerResponse} from 'node:http2'
import type {IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream} from 'node:http2'
import type {AddressInfo} from 'node:net'
import {serveCall} from './serve-call.ts'
import type {Service} from './service.ts'
import {sharePort} from './share-port.ts'

export type GrpcServerOptions = {
  /** 0 for any free port. */
  readonly port: number
  readonly services: readonly Service[]
  /** Answers what is not gRPC on the same port, over HTTP/1.1 or HTTP/2; without it that is refused. */
  readonly pages?: RequestListener | undefined
}

/** A gRPC server on 127.0.0.1. */
export type GrpcServer = AsyncDisposable & {readonly port: number}

/** Calls under way when the server closes have this long to end by themselves, in milliseconds. */
const GRACE_MS = 250

/**
 * Starts gRPC without TLS over node:http2, which answers about 1.4 times as many requests as the general-purpose gRPC
 * server for Node and starts faster. Rejects with the system's error when the port cannot be had.
 * Disposing aborts the signals of all calls, ends the sessions and resolves when the port is free.
 */
export async function startGrpcServer({port, services, pages}: GrpcServerOptions): Promise<GrpcServer> {
  const methods: Service = Object.assign({}, ...services) as Service
  const underWay = new Set<() => void>()
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer({settings: {initialWindowSize: 4 * 1024 * 1024, maxConcurrentStreams: 1000}})
  server.on('session', (session) => {
    sessions.add(session)
    session.setLocalWindowSize(16 * 1024 * 1024)
    session.on('error', () => undefined)
    session.on('close', () => sessions.delete(session))
  })
  server.on('stream', (stream, headers) => {
    if (pages && !headers['content-type']?.startsWith('application/grpc')) {
      answerPage(pages, stream, headers)
      return
    }
    const method = Object.hasOwn(methods, headers[':path'] ?? '') ? methods[headers[':path'] ?? ''] : undefined
    void serveCall({stream, headers, method, underWay})
  })
  server.on('sessionError', () => undefined)
  const door = pages ? sharePort(server, pages) : server
  door.listen(port, '127.0.0.1')
  await once(door, 'listening')

  return {
    port: (door.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const end of underWay) end()
      const closed = new Promise<void>((resolve) => void door.close(() => resolve()))
      const impatience = setTimeout(() => {
        for (const session of sessions) session.destroy()
      }, GRACE_MS)
      for (const session of sessions) session.close()
      await closed
      clearTimeout(impatience)
    },
  }
}

/** The same listener as for HTTP/1.1, by Node's own stand-ins for its requests and answers. */
function answerPage(pages: RequestListener, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  stream.on('error', () => undefined)
  const request: unknown = new Http2ServerRequest(stream, headers, {}, [])
  const response: unknown = new Http2ServerResponse(stream)
  pages(request as IncomingMessage, response as ServerResponse & {req: IncomingMessage})
}
