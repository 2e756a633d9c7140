import {once} from 'node:events'
import type {IncomingMessage, Server, ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {createServer} from '#runtime/kernel/node-http.ts'
import {answerPage, refuse, type PageAnswer} from './answer.ts'
import type {Page, ShopBackend} from './types.ts'

/** More than an id is not taken. */
const MOST_BYTES = 4096

/**
 * Serves the shop's page on 127.0.0.1, at first with 503, so that its address is known before there is anything behind it.
 * @param port 0 takes any free one
 * @throws the system's error where the port cannot be opened
 */
export async function startPage({folder, port}: {readonly folder: string; readonly port: number}): Promise<Page> {
  let backend: ShopBackend | undefined
  let origins: readonly string[] = []
  const answer = async (message: IncomingMessage): Promise<PageAnswer> => {
    if (!backend) return refuse(503, 'The shop is not open yet.')
    const {method = 'GET', url = '/', headers} = message
    // A name that was made to lead here must not get to speak for the shop.
    if (!origins.includes(`http://${headers.host ?? ''}`)) return refuse(421, 'The shop has another address.')
    const body = await readBody(message)
    if (body === undefined) return refuse(413, 'That is more than an id.')
    return await answerPage(
      {method, path: url.split('?')[0] ?? '/', origin: headers.origin, body},
      {folder, backend, origins},
    )
  }
  const server = createServer((message, response) => {
    answer(message).then(
      (made) => send(response, made),
      // Fixtures that are broken right now are told elsewhere.
      () => send(response, refuse(500, 'The shop cannot read its fixtures.')),
    )
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const opened = (server.address() as AddressInfo).port
  origins = [`http://127.0.0.1:${opened}`, `http://localhost:${opened}`]
  return {
    url: `http://127.0.0.1:${opened}`,
    origins,
    open: (next) => {
      backend = next
    },
    [Symbol.asyncDispose]: () => close(server),
  }
}

async function readBody(message: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of message as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > MOST_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function send(response: ServerResponse, {status, type, body, headers}: PageAnswer): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...headers,
    ...(status === 413 ? {connection: 'close'} : {}),
  })
  response.end(body)
}

async function close(server: Server): Promise<void> {
  const closed = Promise.withResolvers<void>()
  server.close(() => closed.resolve())
  server.closeAllConnections()
  await closed.promise
}
