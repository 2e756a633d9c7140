import {connect, constants} from 'node:http2'
import type {ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders} from 'node:http2'

/** The one connection of a door to its engine, opened when it is first needed and again after it broke. */
export type Upstream = AsyncDisposable & {readonly request: (headers: IncomingHttpHeaders) => ClientHttp2Stream}

/** What belongs to the connection of the caller and not to the call. */
const NOT_FORWARDED = new Set([':authority', ':scheme', 'host', 'connection', 'transfer-encoding', 'keep-alive'])

/** @param host `127.0.0.1:8080` */
export function openUpstream(host: string): Upstream {
  let session: ClientHttp2Session | undefined
  const current = (): ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session
    const opened = connect(`http://${host}`)
    opened.on('error', () => undefined)
    opened.on('goaway', () => {
      if (session === opened) session = undefined
    })
    opened.on('close', () => {
      if (session === opened) session = undefined
    })
    session = opened
    return opened
  }
  return {
    request: (headers) => {
      const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_FORWARDED.has(name)))
      return current().request(kept, {endStream: false})
    },
    [Symbol.asyncDispose]: async () => {
      const open = session
      if (!open || open.destroyed) return
      const closed = Promise.withResolvers<void>()
      open.once('close', () => closed.resolve())
      open.destroy(undefined, constants.NGHTTP2_CANCEL)
      await closed.promise
    },
  }
}
