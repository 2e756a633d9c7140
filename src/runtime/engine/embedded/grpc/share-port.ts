import type {RequestListener} from 'node:http'
import type {Http2Server} from 'node:http2'
import {createServer as createTcpServer, type Server, type Socket} from 'node:net'
import {createServer as createHttp1Server} from '#runtime/kernel/node-http.ts'

/** How every HTTP/2 connection begins (RFC 9113, 3.4); no method of HTTP/1.1 begins with these three bytes. */
const PREFACE = 'PRI'

/**
 * One port for gRPC and for callers of HTTP/1.1: the first bytes of a connection tell. Listen on what is returned
 * instead of on `grpc`; closing it ends the connections of HTTP/1.1, those of `grpc` remain the caller's to end.
 */
export function sharePort(grpc: Http2Server, answer: RequestListener): Server {
  const http1 = createHttp1Server(answer)
  /** Connections that are not gRPC, or not yet. */
  const own = new Set<Socket>()
  const server = createTcpServer((socket) => {
    own.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => own.delete(socket))
    let first = Buffer.alloc(0)
    const look = (): void => {
      const more = socket.read() as Buffer | null
      if (!more) {
        socket.destroy()
        return
      }
      first = Buffer.concat([first, more])
      const start = first.toString('latin1', 0, PREFACE.length)
      if (start.length < PREFACE.length && PREFACE.startsWith(start)) {
        // A `P` alone may be a POST as well.
        socket.once('readable', look)
        return
      }
      socket.unshift(first)
      const isGrpc = start === PREFACE
      if (isGrpc) own.delete(socket)
      const target = isGrpc ? grpc : http1
      target.emit('connection', socket)
    }
    socket.once('readable', look)
  })
  const close = server.close.bind(server)
  server.close = (callback) => {
    for (const socket of own) socket.destroy()
    return close(callback)
  }
  return server
}
