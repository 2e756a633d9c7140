import type {Method, Service} from '#runtime/engine/embedded/grpc/service.ts'
import {startGrpcServer} from '#runtime/engine/embedded/grpc/server.ts'
import {createFirestoreService} from '#runtime/engine/embedded/firestore/service.ts'
import {wire} from '#runtime/engine/embedded/pubsub/codec.ts'
import {createPubSub} from '#runtime/engine/embedded/pubsub/pubsub.ts'
import {pushBody} from '#runtime/engine/embedded/pubsub/push-body.ts'
import {createPushSender} from '#runtime/engine/embedded/pubsub/send-push.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import {systemClock} from '#runtime/kernel/clock.ts'

/** An engine without any work of its own: after `freeze` every reply is one that was given before. */
export type Floor = AsyncDisposable & {
  readonly firestoreHost: string
  readonly pubsubHost: string
  /** From now on replies are canned, and messages go to `pushEndpoint` at once. */
  readonly freeze: (pushEndpoint: string) => void
}

const COMMIT = '/google.firestore.v1.Firestore/Commit'
const PUBLISH = '/google.pubsub.v1.Publisher/Publish'

/**
 * The same hops over the same servers as the embedded engine's, without reading, writing or queueing: what a round trip
 * costs in clients, functions and container alone. It works as the real one until it is frozen, so that it can be seeded.
 */
export async function startFloor(): Promise<Floor> {
  await using stack = new AsyncDisposableStack()
  const store = stack.use(openStore({}))
  const firestore = stack.use(createFirestoreService(store, systemClock))
  const pubsub = stack.use(createPubSub())
  const sender = stack.use(createPushSender())
  let endpoint: string | undefined
  let published = 0

  const push = (request: Buffer): Uint8Array => {
    const {messages} = wire.publish.decode(request)
    const ids = (messages ?? []).map(({data, attributes}) => {
      const id = String(++published)
      const message = {id, data: Buffer.from(data ?? []), attributes: attributes ?? {}, orderingKey: '', publishTime: 0}
      const delivery = {message, attempt: 1, ackId: id} as unknown as Parameters<typeof pushBody>[0]
      void sender.send(endpoint!, pushBody(delivery, {name: 'projects/p/subscriptions/floor'}), 10_000)
      return id
    })
    return wire.published.encode({messageIds: ids}).finish()
  }
  const can = (services: readonly Service[]): Service => {
    const methods = Object.entries(Object.assign({}, ...services) as Service)
    const canned = methods.map(
      ([path, method]) => [path, remember(path, method, () => endpoint !== undefined)] as const,
    )
    return Object.fromEntries(canned)
  }
  const messages = can(pubsub.services)
  const publish = messages[PUBLISH] as Method & {readonly kind: 'unary'}
  const frozenPublish: Method = {
    kind: 'unary',
    handle: (request, call) => (endpoint === undefined ? publish.handle(request, call) : push(request)),
  }
  const firestoreServer = stack.use(await startGrpcServer({port: 0, services: [can([firestore.service])]}))
  const pubsubServer = stack.use(await startGrpcServer({port: 0, services: [{...messages, [PUBLISH]: frozenPublish}]}))
  const opened = stack.move()
  return {
    firestoreHost: `127.0.0.1:${firestoreServer.port}`,
    pubsubHost: `127.0.0.1:${pubsubServer.port}`,
    freeze: (pushEndpoint) => (endpoint = pushEndpoint),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Replies that were given to the same request before; commits, each of which is different, all get the first reply. */
function remember(path: string, method: Method, isFrozen: () => boolean): Method {
  if (method.kind === 'bidi') return method
  const replies = new Map<string, readonly Uint8Array[]>()
  const find = (request: Buffer) => {
    const key = path === COMMIT ? '' : request.toString('latin1')
    return {key, known: isFrozen() ? replies.get(key) : undefined}
  }
  if (method.kind === 'unary') {
    return {
      kind: 'unary',
      handle: async (request, call) => {
        const {key, known} = find(request)
        if (known) return known[0]!
        const reply = await method.handle(request, call)
        replies.set(key, [Buffer.from(reply)])
        return reply
      },
    }
  }
  return {
    kind: 'serverStream',
    handle: async function* (request, call) {
      const {key, known} = find(request)
      if (known) {
        yield* known
        return
      }
      const given: Uint8Array[] = []
      for await (const message of method.handle(request, call)) {
        given.push(Buffer.from(message))
        yield message
      }
      replies.set(key, given)
    },
  }
}
