import {once} from 'node:events'
import {createServer, type IncomingHttpHeaders} from 'node:http'
import type {AddressInfo} from 'node:net'
import {PubSub} from '@google-cloud/pubsub'
import {startGrpcServer} from '../../../src/runtime/engine/embedded/grpc/server.ts'
import {createPubSub} from '../../../src/runtime/engine/embedded/pubsub/pubsub.ts'

export type Push = {readonly headers: IncomingHttpHeaders; readonly body: string}

/** An endpoint on 127.0.0.1 that acknowledges everything; `next` resolves with what comes next. */
export async function startEndpoint() {
  const pushes: Push[] = []
  const waiting: ((push: Push) => void)[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const push = {headers: request.headers, body: Buffer.concat(chunks).toString('latin1')}
      const taker = waiting.shift()
      if (taker) taker(push)
      else pushes.push(push)
      response.writeHead(204).end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`,
    next: () => {
      const push = pushes.shift()
      return push ? Promise.resolve(push) : new Promise<Push>((resolve) => void waiting.push(resolve))
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}

/** The embedded Pub/Sub behind its port, and the unmodified client of it. */
export async function startPubSub(embedded = createPubSub()) {
  const server = await startGrpcServer({port: 0, services: embedded.services, pages: embedded.pages})
  const client = new PubSub({projectId: 'demo', apiEndpoint: `127.0.0.1:${server.port}`, emulatorMode: true})
  return {
    client,
    port: server.port,
    [Symbol.asyncDispose]: async () => {
      await client.close()
      embedded[Symbol.dispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}
