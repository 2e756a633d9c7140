import {PubSub, v1} from '@google-cloud/pubsub'
import {afterAll, beforeAll} from 'vitest'

/** An engine under test: where its Pub/Sub answers. */
type PubSubUnderTest = AsyncDisposable & {readonly pubsubHost: string}

export type PubSubClients = {
  readonly client: () => PubSub
  /** The generated client, for calls one by one. */
  readonly subscriber: () => v1.SubscriberClient
  /** An id that no other test uses. */
  readonly newId: () => string
}

/** Starts the engine for the tests of a file and gives out unmodified clients; all of it is closed at the end. */
export function usePubSub(start: () => Promise<PubSubUnderTest>): PubSubClients {
  const opened = new AsyncDisposableStack()
  let client: PubSub
  let subscriber: v1.SubscriberClient
  let ids = 0
  beforeAll(async () => {
    const engine = opened.use(await start())
    client = new PubSub({projectId: 'demo-stitch', apiEndpoint: engine.pubsubHost, emulatorMode: true})
    opened.defer(() => client.close())
    const config = (await client.getClientConfig()) as ConstructorParameters<typeof v1.SubscriberClient>[0]
    subscriber = new v1.SubscriberClient(config)
    opened.defer(() => subscriber.close())
  })
  afterAll(() => opened.disposeAsync())
  return {client: () => client, subscriber: () => subscriber, newId: () => `id-${process.pid}-${ids++}`}
}
