import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import protobuf from 'protobufjs'
import {createFirestoreService} from '#runtime/engine/embedded/firestore/service.ts'
import type {FirestoreServiceOptions} from '#runtime/engine/embedded/firestore/service.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import type {DocumentStore} from '#runtime/engine/embedded/store/store.ts'

// The official client carries the service's definition; its package does not export the file.
const entry = createRequire(import.meta.url).resolve('@google-cloud/firestore')
const definition = entry.replace(/build\/src\/index\.js$/, 'build/protos/v1.json')
const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(definition, 'utf8')) as protobuf.INamespace)
/** The service as its clients know it. */
export const firestore = root.lookupService('google.firestore.v1.Firestore')

export const DATABASE = 'projects/p/databases/(default)'
export const ROOT = `${DATABASE}/documents`

export type Answer = Record<string, unknown>
export type RawService = Disposable & {
  readonly store: DocumentStore
  readonly clear: () => void
  readonly expire: () => number
  /**
   * All answers of an RPC, as plain objects; int64 as text. Rejects with the error the handler threw.
   * @param more encoded fields that go behind the request's
   */
  readonly call: (method: string, request: object, signal?: AbortSignal, more?: Buffer) => Promise<Answer[]>
  /** What the handler of a unary RPC returns, as it is. */
  readonly answer: (method: string, request: object) => Uint8Array | Promise<Uint8Array>
  readonly open: (method: 'Listen' | 'Write') => RawStream
}

/** A call whose requests follow one another; answers come when they are asked for. */
export type RawStream = Disposable & {
  readonly send: (request: object) => void
  /** Half-closes. */
  readonly end: () => void
  /** The next answer; undefined at the end of the stream. Rejects with the error the handler threw. */
  readonly next: () => Promise<Answer | undefined>
}

/** A request of the service as bytes, and an answer of it as a plain object; int64 as text. */
export const wireOf = (name: string) => {
  const method = firestore.methods[name]!.resolve() as protobuf.Method
  const [request, answer] = [method.resolvedRequestType!, method.resolvedResponseType!]
  return {
    path: `google.firestore.v1.Firestore/${name}`,
    encode: (message: object): Uint8Array => request.encode(request.fromObject(message)).finish(),
    decode: (bytes: Uint8Array): Answer => answer.toObject(answer.decode(bytes), {longs: String}),
  }
}

/** The service without a network: for RPCs that the Node client does not use, and for a clock that tests can move. */
export function createRawService(
  clock = {now: () => Date.now()},
  options: FirestoreServiceOptions = {},
  store: DocumentStore = openStore({}),
): RawService {
  const stack = new DisposableStack()
  stack.use(store)
  const {service, clear, expire} = stack.use(createFirestoreService(store, clock, options))
  return {
    store,
    clear,
    expire,
    open: (name) => {
      const method = firestore.methods[name]!
      method.resolve()
      const handler = service[`/google.firestore.v1.Firestore/${name}`]!
      if (handler.kind !== 'bidi') throw new Error(`${name} takes one request`)
      const cancelled = new AbortController()
      const {readable, writable} = new TransformStream<Buffer, Buffer>(undefined, undefined, {highWaterMark: 1000})
      const requests = writable.getWriter()
      const answers = handler.handle(readable, {metadata: {}, signal: cancelled.signal})[Symbol.asyncIterator]()
      const Request = method.resolvedRequestType!
      const Response = method.resolvedResponseType!
      return {
        send: (request) => {
          // What is sent to a call that ended already is lost, as on the wire.
          requests.write(Buffer.from(Request.encode(Request.fromObject(request)).finish())).catch(() => undefined)
        },
        end: () => void requests.close().catch(() => undefined),
        next: async () => {
          const {done, value} = await answers.next()
          return done
            ? undefined
            : Response.toObject(Response.decode(value), {longs: String, enums: String, arrays: false})
        },
        [Symbol.dispose]: () => cancelled.abort(),
      }
    },
    answer: (name, request) => {
      const handler = service[`/google.firestore.v1.Firestore/${name}`]!
      if (handler.kind !== 'unary') throw new Error(`${name} is a stream`)
      const {signal} = new AbortController()
      return handler.handle(Buffer.from(wireOf(name).encode(request)), {metadata: {}, signal})
    },
    call: async (name, request, signal = new AbortController().signal, more = Buffer.alloc(0)) => {
      const method = firestore.methods[name]!
      method.resolve()
      const Request = method.resolvedRequestType!
      const Response = method.resolvedResponseType!
      const bytes = Buffer.concat([Request.encode(Request.fromObject(request)).finish(), more])
      const decode = (answer: Uint8Array): Answer => Response.toObject(Response.decode(answer), {longs: String})
      const handler = service[`/google.firestore.v1.Firestore/${name}`]!
      const call = {metadata: {}, signal}
      if (handler.kind === 'unary') return [decode(await handler.handle(bytes, call))]
      const answers: Answer[] = []
      const messages =
        handler.kind === 'bidi'
          ? handler.handle(ReadableStream.from<Buffer>([bytes]), call)
          : handler.handle(bytes, call)
      for await (const message of messages) answers.push(decode(message))
      return answers
    },
    [Symbol.dispose]: () => stack.dispose(),
  }
}

/** An update write of integer fields. */
export function writeOf(path: string, fields: Readonly<Record<string, number>>, more: object = {}): object {
  const entries = Object.entries(fields).map(([name, value]) => [name, {integerValue: value}])
  return {update: {name: `${ROOT}/${path}`, fields: Object.fromEntries(entries)}, ...more}
}
