import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {createApi, type ApiOptions} from '#runtime/deploy/gcp/call.ts'
import {createTransport, type Transport} from '#runtime/deploy/gcp/transport.ts'
import type {Api, DeployClock} from '#runtime/deploy/types.ts'

/** A request as it arrived; `url` is the one that was meant. */
export type Seen = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** `reset` drops the connection after the request was read. */
export type Reply =
  | 'reset'
  | {readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown}

/** A server that stands for all of Google; it answers with `reply`, or with the replies in turn, the last for ever. */
export async function startGoogle(reply: ((seen: Seen) => Reply | Promise<Reply>) | readonly Reply[]) {
  const seen: Seen[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = String(request.headers['x-meant'])
    const one = {method: request.method!, url, headers: request.headers, body: Buffer.concat(chunks).toString()}
    seen.push(one)
    const given = typeof reply === 'function' ? await reply(one) : reply[Math.min(seen.length, reply.length) - 1]!
    if (given === 'reset') {
      request.socket.destroy()
      return
    }
    const {status = 200, headers = {}, body = {}} = given
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const real = createTransport()
  const transport: Transport = async (request) =>
    await real({
      ...request,
      url: `http://127.0.0.1:${port}/`,
      headers: {...request.headers, 'x-meant': request.url},
    })
  return {
    seen,
    transport,
    port,
    [Symbol.asyncDispose]: async () => {
      await real[Symbol.asyncDispose]()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A clock that does not wait; `waits` are the delays it was asked for. */
export function fakeClock(start = Date.UTC(2026, 0, 1)): DeployClock & {readonly waits: number[]} {
  const waits: number[] = []
  let now = start
  return {
    waits,
    now: () => now,
    sleep: async (ms) => {
      waits.push(ms)
      now += ms
    },
  }
}

/** The APIs over a transport, with a token that says its scopes. */
export function apiOver(transport: Transport, options: Partial<ApiOptions> = {}): Api {
  return createApi({
    transport,
    authorize: async (scopes) => ({authorization: `Bearer token-for-${scopes.join('+')}`}),
    clock: fakeClock(),
    signal: new AbortController().signal,
    random: () => 1,
    ...options,
  })
}

/** An answer in Google's form. */
export function refusal(status: number, reason: string, message: string, details: readonly object[] = []): Reply {
  return {
    status,
    headers: {'content-type': 'application/json'},
    body: {error: {code: status, status: reason, message, details}},
  }
}

/** google.rpc.ErrorInfo. */
export function errorInfo(reason: string, metadata: Readonly<Record<string, string>> = {}): object {
  return {'@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com', metadata}
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}
