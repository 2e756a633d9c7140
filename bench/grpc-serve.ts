import {isMainThread, parentPort} from 'node:worker_threads'
import {createFirestoreService} from '#runtime/engine/embedded/firestore/service.ts'
import {startGrpcServer} from '#runtime/engine/embedded/grpc/server.ts'
import type {Call, Method, Service} from '#runtime/engine/embedded/grpc/service.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import {systemClock} from '#runtime/kernel/clock.ts'

type Serving = AsyncDisposable & {readonly port: number}

/** The embedded Firestore in memory, behind the engine's own gRPC server or behind the general-purpose one. */
export async function startServing(stack: 'http2' | 'grpc-js'): Promise<Serving> {
  const {service} = createFirestoreService(openStore({}), systemClock)
  return stack === 'http2' ? await startGrpcServer({port: 0, services: [service]}) : await serveByGrpcJs(service)
}

/** Messages stay bytes here too, so that only the stacks differ. */
async function serveByGrpcJs(service: Service): Promise<Serving> {
  const {Metadata, Server, ServerCredentials} = await import('@grpc/grpc-js')
  const server = new Server()
  const asBytes = {requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same}
  const definition: Record<string, object> = {}
  const handlers: Record<string, unknown> = {}
  for (const [path, method] of Object.entries(service)) {
    definition[path] = {
      path,
      requestStream: method.kind === 'bidi',
      responseStream: method.kind !== 'unary',
      ...asBytes,
    }
    handlers[path] = method.kind === 'unary' ? answerOnce(method) : streamAnswers(method)
  }
  server.addService(definition as never, handlers as never)
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  return {port, [Symbol.asyncDispose]: async () => server.forceShutdown()}

  function streamAnswers(method: Method) {
    return async (call: {request: Buffer; write(m: Uint8Array): void; end(): void; sendMetadata(m: unknown): void}) => {
      call.sendMetadata(new Metadata())
      if (method.kind !== 'serverStream') throw new Error('not measured')
      for await (const message of method.handle(call.request, noCall)) call.write(message)
      call.end()
    }
  }
}

const noCall: Call = {metadata: {}, signal: new AbortController().signal}

function answerOnce(method: Method) {
  return async ({request}: {request: Buffer}, done: (error: unknown, message?: Uint8Array) => void) => {
    if (method.kind === 'unary') done(null, await method.handle(request, noCall))
  }
}

function same<T>(bytes: T): T {
  return bytes
}

// As a script it serves until it is ended, and tells its port to whoever started it.
if (!isMainThread || process.send) {
  const {port} = await startServing(process.argv[2] === 'grpc-js' ? 'grpc-js' : 'http2')
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  if (parentPort) parentPort.postMessage(port)
  else process.send!(port)
}
