import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {buffer} from 'node:stream/consumers'
import type {Transport} from '#runtime/deploy/gcp/transport.ts'

export type RunningFake = AsyncDisposable & {
  /** `http://127.0.0.1:PORT`, for STITCH_FAKE_GCP. */
  readonly url: string
  /** The address of one API for a client that takes an endpoint of its own, with a slash at its end. */
  readonly endpoint: (host: string) => string
}

/**
 * The fake over plain HTTP on this machine. The real host is in the header `x-stitch-host`, or the path's first part:
 * `/pubsub.googleapis.com/v1/projects/…`.
 */
export async function startServer(transport: Transport): Promise<RunningFake> {
  const server = createServer((request, response) => {
    serve(transport, request, response).catch(() => request.socket.resetAndDestroy())
  })
  // A client that was told to wait for ever must not keep the port.
  server.keepAliveTimeout = 1_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    endpoint: (host) => `${url}/${host}/`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

async function serve(transport: Transport, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request)
  const headers = Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
  )
  const path = request.url ?? '/'
  const [, first = ''] = path.split(/[/?]/)
  const given = headers['x-stitch-host']
  const url = given === undefined ? `https://${path.slice(1)}` : `https://${given}${path}`
  if (given === undefined && !first.includes('.')) {
    response.writeHead(421).end(`No host in ${path}`)
    return
  }
  const answer = await transport({method: request.method ?? 'GET', url, headers, body})
  response.writeHead(answer.status, {...answer.headers, 'content-length': answer.body.length})
  response.end(answer.body)
}
