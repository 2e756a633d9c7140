import {createServer, type RequestListener} from 'node:http'
import type {AddressInfo} from 'node:net'
import {describe, expect, test} from 'vitest'
import {isInternalName, isPublicAddress} from '#runtime/handlers/address.ts'
import {createOutbound} from '#runtime/handlers/outbound.ts'

/** A server on loopback that ends with the test. */
async function startServer(listener: RequestListener) {
  const server = createServer(listener)
  const {promise, resolve} = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const {port} = server.address() as AddressInfo
  return {
    port,
    url: new URL(`http://127.0.0.1:${port}/stitch/callback`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      const {promise, resolve} = Promise.withResolvers<void>()
      server.close(() => resolve())
      await promise
    },
  }
}

const message = {headers: {'x-test': '1'}, body: Buffer.from('{}'), timeoutMs: 1000}

test.each([
  '10.1.2.3',
  '127.0.0.1',
  '127.9.9.9',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '192.0.2.1',
  '198.18.0.1',
  '::1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '::ffff:10.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::a9fe:a9fe',
  '2002:7f00:1::',
  '2001:db8::1',
  '2001::1',
  'localhost',
  '',
])('%s is no address for a callback', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['8.8.8.8', '172.15.255.255', '172.32.0.1', '2001:4860:4860::8888', '2600:1901::1'])(
  '%s is one',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

test('names of the platform and of this machine are known', () => {
  expect(
    ['localhost', 'metadata', 'metadata.google.internal.', 'x.LOCALHOST', 'printer.local'].every(isInternalName),
  ).toBe(true)
  expect(['sgtm.example.com', 'internal.example.com', 'mylocalhost'].some(isInternalName)).toBe(false)
})

describe('a callback', () => {
  const closed = (resolve?: Parameters<typeof createOutbound>[0]['resolve']) =>
    createOutbound({allowPrivate: false, ...(resolve ? {resolve} : {})})

  test.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://169.254.169.254/computeMetadata/v1/',
    'https://metadata.google.internal/',
    'https://localhost/',
    'http://sgtm.example.com/',
  ])('to %s is refused without a connection', async (url) => {
    await expect(closed(async () => [])({...message, url: new URL(url)})).rejects.toMatchObject({
      name: 'OutboundError',
      refused: true,
    })
  })

  test('to a name of which any address is private is refused', async () => {
    const send = closed(async () => [
      {address: '8.8.8.8', family: 4},
      {address: '10.0.0.1', family: 4},
    ])
    await expect(send({...message, url: new URL('https://sgtm.example.com/')})).rejects.toMatchObject({
      code: 'private_address',
      refused: true,
    })
  })

  test('to a name that does not resolve, or not in time, failed and may be repeated', async () => {
    const url = new URL('https://sgtm.example.com/')
    const unknown = closed(() => Promise.reject(new Error('ENOTFOUND')))
    await expect(unknown({...message, url})).rejects.toMatchObject({code: 'name_not_resolved', refused: false})
    await expect(closed(async () => new Promise(() => {}))({...message, url, timeoutMs: 20})).rejects.toMatchObject({
      code: 'timed_out',
    })
  })

  test('connects to the address that was checked and resolves no second time', async () => {
    const seen: (string | undefined)[] = []
    await using server = await startServer((request, response) => {
      seen.push(request.headers.host, String(request.headers['x-test']))
      response.end('ok')
    })
    let resolved = 0
    const send = createOutbound({
      allowPrivate: true,
      resolve: async () => [{address: ++resolved === 1 ? '127.0.0.1' : '10.255.255.1', family: 4}],
    })
    const url = new URL(`http://sgtm.example.com:${server.port}/stitch/callback`)
    expect(await send({...message, url})).toEqual({status: 200})
    expect([resolved, ...seen]).toEqual([1, `sgtm.example.com:${server.port}`, '1'])
  })

  test('does not follow a redirect', async () => {
    const paths: string[] = []
    await using server = await startServer((request, response) => {
      paths.push(request.url ?? '')
      response.writeHead(302, {location: '/elsewhere'}).end()
    })
    expect(await createOutbound({allowPrivate: true})({...message, url: server.url})).toEqual({status: 302})
    expect(paths).toEqual(['/stitch/callback'])
  })

  test('does not read more than 64 KiB', async () => {
    await using server = await startServer((_request, response) => response.end(Buffer.alloc(65_537)))
    await expect(createOutbound({allowPrivate: true})({...message, url: server.url})).rejects.toMatchObject({
      code: 'response_too_large',
    })
  })

  test('is not waited for beyond its time, headers or body', async () => {
    await using silent = await startServer(() => {})
    const send = createOutbound({allowPrivate: true})
    await expect(send({...message, url: silent.url, timeoutMs: 30})).rejects.toMatchObject({code: 'timed_out'})
    await using endless = await startServer((_request, response) => void response.write('x'))
    await expect(send({...message, url: endless.url, timeoutMs: 30})).rejects.toMatchObject({code: 'timed_out'})
  })

  test('to a port where nobody listens failed', async () => {
    const server = await startServer(() => {})
    await server[Symbol.asyncDispose]()
    await expect(createOutbound({allowPrivate: true})({...message, url: server.url})).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
  })
})
