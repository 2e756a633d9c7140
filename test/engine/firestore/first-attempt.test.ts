import {Firestore, Timestamp} from '@google-cloud/firestore'
import {expect, test} from 'vitest'
import {createFirestoreService} from '#runtime/engine/embedded/firestore/service.ts'
import {startGrpcServer} from '#runtime/engine/embedded/grpc/server.ts'
import type {Method} from '#runtime/engine/embedded/grpc/service.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'

/** The service behind a real server and a real client, with the calls of each method counted. */
async function startCounted() {
  await using stack = new AsyncDisposableStack()
  const store = stack.use(openStore({}))
  const {service} = stack.use(createFirestoreService(store, {now: () => Date.now()}))
  const calls: string[] = []
  const counted = Object.entries(service).map(([path, method]): [string, Method] => {
    if (method.kind !== 'serverStream') return [path, method]
    const handle: typeof method.handle = (request, call) => {
      calls.push(path.slice(path.lastIndexOf('/') + 1))
      return method.handle(request, call)
    }
    return [path, {kind: 'serverStream', handle}]
  })
  const {port} = stack.use(await startGrpcServer({port: 0, services: [Object.fromEntries(counted)]}))
  const client = new Firestore({projectId: 'p', host: `127.0.0.1:${port}`, ssl: false, preferRest: false})
  stack.defer(() => client.terminate())
  const opened = stack.move()
  return {client, calls, [Symbol.asyncDispose]: () => opened.disposeAsync()}
}

const tooMany = Array.from({length: 31}, (_, n) => n)
const future = Timestamp.fromMillis(Date.now() + 86_400_000)

// Google's emulator answers these with trailers only, upon which the client asks three times and waits for seven seconds.
test.each<{method: string; ask: (client: Firestore) => Promise<unknown>}>([
  {method: 'RunQuery', ask: (client) => client.collection('c').where('n', 'in', tooMany).get()},
  {method: 'RunAggregationQuery', ask: (client) => client.collection('c').where('n', 'in', tooMany).count().get()},
  {method: 'ExecutePipeline', ask: (client) => client.pipeline().collection('c').limit(-1).execute()},
  {
    method: 'BatchGetDocuments',
    ask: (client) =>
      client.runTransaction((transaction) => transaction.get(client.doc('c/a')), {readOnly: true, readTime: future}),
  },
])('an error of $method reaches the caller at its first attempt', async ({method, ask}) => {
  await using stage = await startCounted()
  await expect(ask(stage.client)).rejects.toMatchObject({code: 3})
  expect(stage.calls.filter((call) => call === method)).toEqual([method])
})
