import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {connect as connectSocket} from 'node:net'
import {Agent, getGlobalDispatcher, setGlobalDispatcher} from 'undici'
import {afterEach, describe, expect, test, vi} from 'vitest'
import {createTransport} from '#runtime/deploy/gcp/transport.ts'
import {failureOf, startGoogle} from './google.ts'

afterEach(() => vi.unstubAllEnvs())

/** A proxy that only tunnels, and counts where to. */
async function startProxy() {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end('through the proxy')
  })
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    const [host, port] = request.url!.split(':')
    const there = connectSocket(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      there.pipe(socket).pipe(there)
    })
    there.on('error', () => socket.destroy())
    socket.on('error', () => there.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('the transport', () => {
  test('gives the whole answer, with headers in lower case', async () => {
    await using google = await startGoogle([{status: 418, headers: {'X-Some': 'thing'}, body: 'short'}])
    const answer = await google.transport({method: 'GET', url: 'https://x.googleapis.com/', headers: {}})
    expect(answer).toMatchObject({status: 418, headers: {'x-some': 'thing'}})
    expect(Buffer.from(answer.body).toString()).toBe('short')
  })

  test('goes through the proxy that the environment names, and past it where it says so', async () => {
    await using proxy = await startProxy()
    await using google = await startGoogle([{}])
    vi.stubEnv('HTTP_PROXY', proxy.url)
    vi.stubEnv('HTTPS_PROXY', proxy.url)
    vi.stubEnv('NO_PROXY', 'past.example')
    vi.stubEnv('no_proxy', undefined)
    await using transport = createTransport()
    const url = `http://127.0.0.1:${google.port}/`
    await transport({method: 'GET', url, headers: {}})
    expect(proxy.asked).toHaveLength(1)
    expect(proxy.asked[0]).toContain(`127.0.0.1:${google.port}`)
    vi.stubEnv('NO_PROXY', '127.0.0.1')
    await transport({method: 'GET', url, headers: {}})
    expect(proxy.asked).toHaveLength(1)
  })

  test('leaves the way to a dispatcher that was set for the whole process', async () => {
    const before = getGlobalDispatcher()
    const asked: string[] = []
    class Elsewhere extends Agent {
      override dispatch(...[options]: Parameters<Agent['dispatch']>): boolean {
        asked.push(String(options.origin))
        throw new Error('led elsewhere')
      }
    }
    setGlobalDispatcher(new Elsewhere())
    try {
      await using transport = createTransport()
      const sent = transport({method: 'GET', url: 'https://pubsub.googleapis.com/', headers: {}})
      expect(await failureOf(sent)).toMatchObject({message: 'led elsewhere'})
      expect(asked).toEqual(['https://pubsub.googleapis.com'])
    } finally {
      setGlobalDispatcher(before)
    }
  })
})
