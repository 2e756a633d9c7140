import {PubSub, type Message} from '@google-cloud/pubsub'
import {afterEach, expect, test, vi} from 'vitest'
import {startGrpcServer} from '../../../src/runtime/engine/embedded/grpc/server.ts'
import type {Method, Service} from '../../../src/runtime/engine/embedded/grpc/service.ts'
import {createPubSub} from '../../../src/runtime/engine/embedded/pubsub/pubsub.ts'

const STREAMING_PULL = '/google.pubsub.v1.Subscriber/StreamingPull'
/** Real milliseconds in which what is under way arrives while the clocks of client and engine are moved by a second. */
const TURN_MS = 15

const {setTimeout: realTimeout} = globalThis
const turn = (): Promise<void> => new Promise((resolve) => void realTimeout(resolve, TURN_MS))

afterEach(() => vi.useRealTimers())

/** Moves the clocks of client and engine, which share this process. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await vi.advanceTimersByTimeAsync(1000)
    await turn()
  }
}

test('streams of the unmodified client that are idle for minutes stay open, and what comes then is delivered', async () => {
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval']})
  await using stack = new AsyncDisposableStack()
  const embedded = stack.use(createPubSub())
  let opened = 0
  const services = embedded.services.map((service): Service => {
    const method = service[STREAMING_PULL]
    if (method?.kind !== 'bidi') return service
    const counted: Method = {
      kind: 'bidi',
      handle: (requests, call) => {
        opened++
        return method.handle(requests, call)
      },
    }
    return {...service, [STREAMING_PULL]: counted}
  })
  const server = stack.use(await startGrpcServer({port: 0, services}))
  const client = new PubSub({projectId: 'demo', apiEndpoint: `127.0.0.1:${server.port}`, emulatorMode: true})
  stack.defer(() => client.close())
  const [topic] = await client.createTopic('requests')
  const [subscription] = await topic.createSubscription('worker', {})

  const received: string[] = []
  const errors: unknown[] = []
  subscription.on('error', (error) => errors.push(error))
  subscription.on('message', (message: Message) => {
    received.push(String(message.data))
    message.ack()
  })
  stack.defer(() => subscription.close())
  await pass(5)
  const atFirst = opened
  expect(atFirst).toBeGreaterThan(0)

  // The client asks every 30 s for a sign of life and gives up a stream that is silent for 15 s then.
  await pass(180)
  expect(opened).toBe(atFirst)

  const published = topic.publishMessage({data: Buffer.from('late')})
  await pass(2)
  await published
  expect(received).toEqual(['late'])
  expect(errors).toEqual([])
})
