import {PubSub, v1, type CreateSubscriptionOptions} from '@google-cloud/pubsub'
import {startGrpcServer} from '../../../src/runtime/engine/embedded/grpc/server.ts'
import {createPubSub, type PubSubOptions} from '../../../src/runtime/engine/embedded/pubsub/pubsub.ts'
import {createHandTimeline} from './hand-timeline.ts'

const SECOND = 1_000
export const HOUR = 3_600 * SECOND
export const DAY = 24 * HOUR

/** The engine on a timeline that is moved by hand, and the unmodified clients of it. */
export async function openClient(options: Omit<PubSubOptions, 'timeline'> = {}) {
  await using stack = new AsyncDisposableStack()
  const timeline = createHandTimeline(Date.UTC(2026, 0, 1))
  const embedded = stack.use(createPubSub({timeline, ...options}))
  const server = stack.use(await startGrpcServer({port: 0, services: embedded.services}))
  const client = new PubSub({projectId: 'demo', apiEndpoint: `127.0.0.1:${server.port}`, emulatorMode: true})
  stack.defer(() => client.close())
  const config = (await client.getClientConfig()) as ConstructorParameters<typeof v1.SubscriberClient>[0]
  const subscriber = new v1.SubscriberClient(config)
  stack.defer(() => subscriber.close())
  const publisher = new v1.PublisherClient(config)
  stack.defer(() => publisher.close())
  const opened = stack.move()
  const pull = async (subscription: string) => {
    const [answer] = await subscriber.pull({subscription, maxMessages: 100, returnImmediately: true})
    return (answer.receivedMessages ?? []).map(({ackId, message}) => ({ackId: ackId!, text: String(message!.data)}))
  }
  return {
    timeline,
    client,
    subscriber,
    publisher,
    pull,
    /** A topic and a subscription of it, publishing, and the texts of what comes. */
    pair: async (forSubscription: CreateSubscriptionOptions = {}, forTopic: object = {}) => {
      const [topic] = await client.createTopic({name: 'requests', ...forTopic})
      const [subscription] = await topic.createSubscription('worker', forSubscription)
      const {name} = subscription
      return {
        topic,
        subscription,
        publish: async (...texts: string[]) => {
          for (const text of texts) await topic.publishMessage({data: Buffer.from(text)})
        },
        /** What comes, without an acknowledgement. */
        texts: async () => (await pull(name)).map(({text}) => text),
        /** What comes, acknowledged. */
        consume: async () => {
          const received = await pull(name)
          const ackIds = received.map(({ackId}) => ackId)
          if (ackIds.length > 0) await subscriber.acknowledge({subscription: name, ackIds})
          return received.map(({text}) => text)
        },
      }
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
