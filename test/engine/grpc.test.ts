import {createRequire} from 'node:module'
import {connect} from 'node:http2'
import {afterEach, describe, expect, test} from 'vitest'
import type * as Grpc from '@grpc/grpc-js'
import {startGrpcServer} from '../../src/runtime/engine/embedded/grpc/server.ts'
import type {Service} from '../../src/runtime/engine/embedded/grpc/service.ts'
import {GrpcStatus} from '../../src/runtime/engine/embedded/grpc/status.ts'
import {createMessageCutter, frameMessage} from '../../src/runtime/engine/embedded/grpc/frames.ts'

// The same gRPC client that Google's own clients use.
const gax = createRequire(createRequire(import.meta.url).resolve('@google-cloud/firestore'))
const grpc = createRequire(gax.resolve('google-gax'))('@grpc/grpc-js') as typeof Grpc

const noted: Buffer[] = []
const services: readonly Service[] = [
  {
    '/t.T/Note': {
      kind: 'unary',
      handle: (request) => {
        noted.push(request)
        return request
      },
    },
    '/t.T/Echo': {kind: 'unary', handle: (request) => request},
    '/t.T/Never': {
      kind: 'unary',
      handle: (_, call) =>
        new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason as Error))),
    },
    '/t.T/Refuse': {
      kind: 'serverStream',
      handle: () => {
        throw new GrpcStatus(9, 'über 100 % nicht erfüllt')
      },
    },
    '/t.T/Count': {
      kind: 'serverStream',
      handle: function* (request) {
        for (let n = 0; n < request[0]!; n++) yield Buffer.alloc(100_000, n)
      },
    },
    '/t.T/Talk': {
      kind: 'bidi',
      handle: async function* (requests) {
        for await (const request of requests) yield Buffer.concat([request, request])
      },
    },
  },
]

const identity = (bytes: Buffer) => bytes
const closers: (() => PromiseLike<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function open() {
  const server = await startGrpcServer({port: 0, services})
  const client = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure())
  closers.push(
    () => server[Symbol.asyncDispose](),
    () => client.close(),
  )
  return {server, client}
}

function unary(client: Grpc.Client, method: string, bytes: Buffer, options: Grpc.CallOptions = {}) {
  return new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest(method, identity, identity, bytes, new grpc.Metadata(), options, (error, value) =>
      error ? reject(error) : resolve(value!),
    )
  })
}

describe('the gRPC server, asked by the official client library', () => {
  test('answers a unary call, also one of several megabytes', async () => {
    const {client} = await open()
    expect(await unary(client, '/t.T/Echo', Buffer.from('hello'))).toEqual(Buffer.from('hello'))
    const large = Buffer.alloc(3_000_000, 7)
    expect((await unary(client, '/t.T/Echo', large)).equals(large)).toBe(true)
  })

  test('answers many calls at once', async () => {
    const {client} = await open()
    const answers = await Promise.all(
      Array.from({length: 300}, (_, n) => unary(client, '/t.T/Echo', Buffer.from(String(n)))),
    )
    expect(answers.map(String)).toEqual(Array.from({length: 300}, (_, n) => String(n)))
  })

  test('an unknown method is UNIMPLEMENTED', async () => {
    const {client} = await open()
    await expect(unary(client, '/t.T/Nobody', Buffer.alloc(0))).rejects.toMatchObject({code: 12})
  })

  test('a request above the limit is RESOURCE_EXHAUSTED', async () => {
    const {client} = await open()
    await expect(unary(client, '/t.T/Echo', Buffer.alloc(11_000_000))).rejects.toMatchObject({code: 8})
  })

  test('metadata comes before the error of a stream, and the sentence arrives whole', async () => {
    const {client} = await open()
    const seen: string[] = []
    const call = client.makeServerStreamRequest('/t.T/Refuse', identity, identity, Buffer.alloc(0), new grpc.Metadata())
    call.on('metadata', () => seen.push('metadata'))
    call.on('data', () => undefined)
    const error = await new Promise<Grpc.ServiceError>((resolve) => call.on('error', resolve as (error: Error) => void))
    expect({seen, code: error.code, details: error.details}).toEqual({
      seen: ['metadata'],
      code: 9,
      details: 'über 100 % nicht erfüllt',
    })
  })

  test('a stream of more than the window arrives in order', async () => {
    const {client} = await open()
    const call = client.makeServerStreamRequest(
      '/t.T/Count',
      identity,
      identity,
      Buffer.from([120]),
      new grpc.Metadata(),
    )
    const firsts: number[] = []
    for await (const message of call) firsts.push((message as Buffer)[0]!)
    expect(firsts).toEqual(Array.from({length: 120}, (_, n) => n))
  })

  test('both sides of a bidirectional call talk', async () => {
    const {client} = await open()
    const call = client.makeBidiStreamRequest('/t.T/Talk', identity, identity, new grpc.Metadata())
    const heard: string[] = []
    call.on('data', (message: Buffer) => heard.push(String(message)))
    call.write(Buffer.from('a'))
    call.write(Buffer.from('b'))
    call.end()
    await new Promise((resolve) => call.on('end', resolve))
    expect(heard).toEqual(['aa', 'bb'])
  })

  test('a deadline ends the call, and its handler hears of it', async () => {
    const {client} = await open()
    await expect(unary(client, '/t.T/Never', Buffer.alloc(0), {deadline: Date.now() + 50})).rejects.toMatchObject({
      code: 4,
    })
  })

  test('a request that is there only after its deadline is not handled', async () => {
    const {server, client} = await open()
    const session = connect(`http://127.0.0.1:${server.port}`)
    const headers = {':method': 'POST', 'content-type': 'application/grpc', te: 'trailers', 'grpc-timeout': '20m'}
    const stream = session.request({...headers, ':path': '/t.T/Note'}, {endStream: false})
    await new Promise((resolve) => stream.on('response', resolve))
    // The deadline of a later call comes after it.
    await unary(client, '/t.T/Never', Buffer.alloc(0), {deadline: Date.now() + 50}).catch(() => undefined)
    stream.end(frameMessage(Buffer.from('late')))
    stream.resume()
    const trailers = await new Promise<Record<string, unknown>>((resolve) => stream.on('trailers', resolve))
    expect(trailers['grpc-status']).toBe('4')
    expect(noted).toEqual([])
    session.destroy()
  })

  test('disposing ends calls under way and frees the port', async () => {
    const {server, client} = await open()
    const pending = unary(client, '/t.T/Never', Buffer.alloc(0))
    const outcome = expect(pending).rejects.toMatchObject({code: expect.any(Number) as number})
    await new Promise((resolve) => setTimeout(resolve, 50))
    await server[Symbol.asyncDispose]()
    await outcome
    const again = await startGrpcServer({port: server.port, services})
    expect(again.port).toBe(server.port)
    await again[Symbol.asyncDispose]()
  })

  test('a caller that speaks something else is answered, not crashed by', async () => {
    const {server} = await open()
    const session = connect(`http://127.0.0.1:${server.port}`)
    const stream = session.request({':method': 'GET', ':path': '/'})
    stream.resume()
    const trailers = await new Promise<Record<string, unknown>>((resolve) => stream.on('trailers', resolve))
    expect(trailers['grpc-status']).toBe('12')
    session.destroy()
  })
})

describe('createMessageCutter', () => {
  test('cuts messages however the bytes are divided', () => {
    const bytes = Buffer.concat([
      frameMessage(Buffer.from('one')),
      frameMessage(Buffer.alloc(0)),
      frameMessage(Buffer.from('three')),
    ])
    for (let size = 1; size <= bytes.length; size++) {
      const cutter = createMessageCutter(100)
      const found: string[] = []
      for (let at = 0; at < bytes.length; at += size)
        found.push(...cutter.push(bytes.subarray(at, at + size)).map(String))
      expect(found).toEqual(['one', '', 'three'])
      expect(cutter.isCut()).toBe(false)
    }
  })
})
