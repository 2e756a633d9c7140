import {connect, type IncomingHttpHeaders} from 'node:http2'
import {createMessageCutter, frameMessage} from '#runtime/engine/embedded/grpc/frames.ts'
import {firestore, type Answer} from '../raw-service.ts'

/** All answers of a call, or the code with which it was refused. */
export type Outcome = {readonly code: number; readonly answers: readonly Answer[]}

/** A Firestore behind its port, without a client that retries or checks anything first. */
export type Wire = Disposable & {
  /** @param timeout as gRPC has it: `50m` are 50 ms */
  readonly call: (
    method: string,
    request: object,
    options?: {readonly timeout?: string},
  ) => Promise<Outcome & {readonly message: string}>
  /** Deletes all documents of a database, as the emulators' own clients do. */
  readonly clear: (database: string) => Promise<void>
}

/** Largest answer in bytes. */
const MOST = 64 * 1024 * 1024

export function openWire(host: string): Wire {
  const session = connect(`http://${host}`)
  session.on('error', () => undefined)
  return {
    call: async (name, request, {timeout} = {}) => {
      const method = firestore.methods[name]!
      method.resolve()
      const Request = method.resolvedRequestType!
      const Response = method.resolvedResponseType!
      const stream = session.request({
        ':method': 'POST',
        ':path': `/google.firestore.v1.Firestore/${name}`,
        'content-type': 'application/grpc',
        te: 'trailers',
        authorization: 'Bearer owner',
        ...(timeout && {'grpc-timeout': timeout}),
      })
      const {promise: closed, resolve, reject} = Promise.withResolvers<void>()
      let headers: IncomingHttpHeaders = {}
      const cutter = createMessageCutter(MOST)
      const answers: Answer[] = []
      stream.on('response', (received) => (headers = {...headers, ...received}))
      stream.on('trailers', (received) => (headers = {...headers, ...received}))
      stream.on('data', (chunk: Buffer) => {
        for (const message of cutter.push(chunk))
          answers.push(Response.toObject(Response.decode(message), {longs: String, enums: String, bytes: String}))
      })
      stream.on('error', reject)
      stream.on('close', resolve)
      stream.end(frameMessage(Request.encode(Request.fromObject(request)).finish()))
      await closed
      const code = Number(headers['grpc-status'] ?? Number.NaN)
      const message = decodeURIComponent([headers['grpc-message'] ?? ''].flat().join(' '))
      return {code, message, answers: code === 0 ? answers : []}
    },
    clear: async (database) => {
      const {ok, status} = await fetch(`http://${host}/emulator/v1/${database}/documents`, {method: 'DELETE'})
      if (!ok) throw new Error(`The documents could not be deleted: HTTP status ${status}.`)
    },
    [Symbol.dispose]: () => session.destroy(),
  }
}
