import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {PubSub, type Message, type Subscription} from '@google-cloud/pubsub'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startGrpcServer, type GrpcServer} from '../../../src/runtime/engine/embedded/grpc/server.ts'
import {createPubSub, type PubSub as EmbeddedPubSub} from '../../../src/runtime/engine/embedded/pubsub/pubsub.ts'

let embedded: EmbeddedPubSub
let server: GrpcServer
let client: PubSub
let count = 0

beforeAll(async () => {
  embedded = createPubSub()
  server = await startGrpcServer({port: 0, services: embedded.services})
  client = new PubSub({projectId: 'demo', apiEndpoint: `127.0.0.1:${server.port}`, emulatorMode: true})
})
afterAll(async () => {
  await client.close()
  embedded[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

async function createPair(options: Parameters<PubSub['createSubscription']>[2] = {}) {
  const id = `t${count++}`
  const [topic] = await client.createTopic(`topic-${id}`)
  const [subscription] = await topic.createSubscription(`sub-${id}`, options)
  return {topic, subscription, id}
}

/** Streams until `enough`, with what `react` does to each message. */
async function collect(
  subscription: Subscription,
  enough: (messages: readonly Message[]) => boolean,
  react: (message: Message) => void,
) {
  const messages: Message[] = []
  const {promise, resolve, reject} = Promise.withResolvers<void>()
  subscription.on('error', reject)
  subscription.on('message', (message: Message) => {
    messages.push(message)
    react(message)
    if (enough(messages)) resolve()
  })
  await promise
  subscription.removeAllListeners('message')
  await subscription.close()
  return messages
}

const text = (message: Message) => message.data.toString()

/** The low-level call, for what the high-level client does not offer. */
async function pull(subscription: Subscription, maxMessages = 10) {
  const {v1} = await import('@google-cloud/pubsub')
  const options = (await client.getClientConfig()) as ConstructorParameters<typeof v1.SubscriberClient>[0]
  const subscriber = new v1.SubscriberClient(options)
  try {
    const [response] = await subscriber.pull({subscription: subscription.name, maxMessages, returnImmediately: true})
    return response.receivedMessages ?? []
  } finally {
    await subscriber.close()
  }
}

describe('topics and subscriptions', () => {
  test('are made, found, listed, changed and deleted', async () => {
    const {topic, subscription, id} = await createPair({labels: {a: '1'}})
    expect(await topic.exists()).toEqual([true])
    expect((await client.getTopics())[0].map(({name}) => name)).toContain(`projects/demo/topics/topic-${id}`)
    expect((await topic.getSubscriptions())[0].map(({name}) => name)).toEqual([subscription.name])
    await subscription.setMetadata({ackDeadlineSeconds: 30, labels: {b: '2'}})
    const [metadata] = await subscription.getMetadata()
    expect(metadata).toMatchObject({ackDeadlineSeconds: 30, labels: {b: '2'}, topic: topic.name})
    await topic.delete()
    expect((await subscription.getMetadata())[0].topic).toBe('_deleted-topic_')
    await subscription.delete()
    expect(await subscription.exists()).toEqual([false])
  })

  test('get the defaults of the service', async () => {
    const {subscription} = await createPair()
    const [metadata] = await subscription.getMetadata()
    expect(metadata).toMatchObject({
      ackDeadlineSeconds: 10,
      messageRetentionDuration: {seconds: '604800'},
      state: 'ACTIVE',
    })
  })

  test.each([
    ['a topic twice', async () => await client.createTopic((await createPair()).topic.name), 6, 'already exists'],
    [
      'a subscription of no topic',
      () => client.topic('missing').createSubscription('sub'),
      5,
      'Resource not found (resource=missing)',
    ],
    ['an ack deadline of 5 s', () => createPair({ackDeadlineSeconds: 5}), 3, 'ack_deadline_seconds=5'],
    ['a name that is too short', () => client.createTopic('ab'), 3, 'Invalid [topics] name'],
    ['a broken filter', () => createPair({filter: 'attributes.a ='}), 3, 'Invalid filter'],
    [
      'a push endpoint that is no URL',
      () => createPair({pushConfig: {pushEndpoint: 'http://'}}),
      3,
      'Invalid push endpoint',
    ],
    [
      'a dead-letter topic that is missing',
      () => createPair({deadLetterPolicy: {deadLetterTopic: 'projects/demo/topics/none'}}),
      5,
      'resource=none',
    ],
    [
      'four delivery attempts',
      () => createPair({deadLetterPolicy: {deadLetterTopic: 'x', maxDeliveryAttempts: 4}}),
      3,
      'max_delivery_attempts',
    ],
    [
      'a subscription that is missing',
      () => client.subscription('missing').getMetadata(),
      5,
      'Resource not found (resource=missing)',
    ],
    [
      'a schema that is missing',
      async () => await client.createTopic({name: 'with-schema', schemaSettings: {schema: 's', encoding: 'JSON'}}),
      5,
      'Schema could not be found',
    ],
  ])('refuse %s', async (_, act: () => Promise<unknown>, code, message) => {
    await expect(act()).rejects.toMatchObject({code, message: expect.stringContaining(message) as string})
  })

  test('a detached subscription has no messages and cannot be pulled', async () => {
    const {topic, subscription} = await createPair()
    await topic.publishMessage({data: Buffer.from('x')})
    await client.detachSubscription(subscription.name)
    expect(await subscription.detached()).toEqual([true])
    await expect(pull(subscription)).rejects.toMatchObject({code: 9})
  })
})

describe('publishing', () => {
  test.each([
    ['nothing', {data: Buffer.alloc(0)}, 'empty'],
    ['an attribute with a key of 257 bytes', {attributes: {['k'.repeat(257)]: 'v'}}, '256'],
    ['an attribute with a value of 1025 bytes', {attributes: {k: 'ü'.repeat(513)}}, '1024'],
    ['101 attributes', {attributes: Object.fromEntries(Array.from({length: 101}, (_, n) => [`k${n}`, 'v']))}, '100'],
    ['a key that is reserved', {attributes: {google: 'x'}}, 'goog'],
  ])('refuses %s', async (_, message, words) => {
    const {topic} = await createPair()
    await expect(topic.publishMessage(message)).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining(words) as string,
    })
  })

  test('refuses more than 10 MB at once', async () => {
    const {topic} = await createPair()
    await expect(topic.publishMessage({data: Buffer.alloc(10_000_001)})).rejects.toMatchObject({code: 3})
  })

  test('reaches every subscription of the topic and none of another, and filters', async () => {
    const {topic, subscription, id} = await createPair()
    const [filtered] = await topic.createSubscription(`filtered-${id}`, {filter: 'attributes.kind = "b"'})
    const {subscription: stranger} = await createPair()
    await topic.publishMessage({attributes: {kind: 'a'}})
    await topic.publishMessage({attributes: {kind: 'b'}})
    const kinds = async (from: Subscription) => (await pull(from)).map(({message}) => message?.attributes?.['kind'])
    expect(await kinds(subscription)).toEqual(['a', 'b'])
    expect(await kinds(filtered)).toEqual(['b'])
    expect(await kinds(stranger)).toEqual([])
  })
})

describe('streaming pull', () => {
  test('a publisher knows the id before a subscriber in its own process has the message', async () => {
    const {topic, subscription} = await createPair()
    const known = new Set<string>()
    const strangers: string[] = []
    let received = Promise.withResolvers<void>()
    subscription.on('message', (message: Message) => {
      if (!known.has(message.id)) strangers.push(message.id)
      message.ack()
      received.resolve()
    })
    for (let n = 0; n < 30; n++) {
      known.add(await topic.publishMessage({data: Buffer.from('x')}))
      await received.promise
      received = Promise.withResolvers()
    }
    await subscription.close()
    expect(strangers).toEqual([])
  })

  test('gives data, attributes, id and time of a message, each once', async () => {
    const {topic, subscription} = await createPair()
    const id = await topic.publishMessage({data: Buffer.from('übung'), attributes: {traceparent: '00-1-2-01'}})
    const [message, ...others] = await collect(
      subscription,
      () => true,
      (each) => each.ack(),
    )
    expect(others).toEqual([])
    expect(message).toMatchObject({id, attributes: {traceparent: '00-1-2-01'}, deliveryAttempt: 0})
    expect(text(message!)).toBe('übung')
    expect(Math.abs(Date.now() - message!.publishTime.getTime())).toBeLessThan(60_000)
    expect(await pull(subscription)).toEqual([])
  })

  test('a message that is not acknowledged comes again', async () => {
    const {topic, subscription} = await createPair()
    await topic.publishMessage({data: Buffer.from('x')})
    const messages = await collect(
      subscription,
      ({length}) => length === 3,
      (each) => (each.deliveryAttempt, each.nack()),
    )
    expect(new Set(messages.map(({id}) => id)).size).toBe(1)
  })

  test('two hundred messages pass a subscriber that holds ten at a time', async () => {
    const {topic, subscription} = await createPair()
    await Promise.all(Array.from({length: 200}, (_, n) => topic.publishMessage({data: Buffer.from(String(n))})))
    subscription.setOptions({
      flowControl: {maxMessages: 10, allowExcessMessages: false},
      batching: {maxMilliseconds: 5},
    })
    const messages = await collect(
      subscription,
      ({length}) => length === 200,
      (each) => each.ack(),
    )
    expect(new Set(messages.map(text)).size).toBe(200)
  })

  test('keeps the order of each key, also after a message was given back', async () => {
    const {
      topic: {name},
      subscription,
    } = await createPair({enableMessageOrdering: true})
    const topic = client.topic(name, {messageOrdering: true})
    for (let n = 0; n < 20; n++)
      for (const key of ['a', 'b']) void topic.publishMessage({data: Buffer.from(`${key}${n}`), orderingKey: key})
    const acked: Record<string, string[]> = {a: [], b: []}
    let refused = false
    await collect(
      subscription,
      () => acked['a']!.length + acked['b']!.length >= 40,
      (each) => {
        if (text(each) === 'a7' && !refused) {
          refused = true
          each.nack()
          return
        }
        const seen = acked[each.orderingKey ?? '']!
        if (!seen.includes(text(each))) seen.push(text(each))
        each.ack()
      },
    )
    expect(refused).toBe(true)
    expect(acked['b']).toEqual(Array.from({length: 20}, (_, n) => `b${n}`))
  })

  test('a message refused five times arrives in the dead-letter topic', async () => {
    const dead = await createPair()
    const {topic, subscription} = await createPair({
      deadLetterPolicy: {deadLetterTopic: dead.topic.name, maxDeliveryAttempts: 5},
    })
    await topic.publishMessage({data: Buffer.from('poison')})
    const attempts = await collect(
      subscription,
      ({length}) => length === 5,
      (each) => each.nack(),
    )
    expect(attempts.map(({deliveryAttempt}) => deliveryAttempt)).toEqual([1, 2, 3, 4, 5])
    const [message] = await collect(
      dead.subscription,
      () => true,
      (each) => each.ack(),
    )
    expect(text(message!)).toBe('poison')
    expect(message!.attributes['CloudPubSubDeadLetterSourceDeliveryCount']).toBe('5')
  })
})

test('a push subscription delivers again after a 503 and is done after a 200', async () => {
  const bodies: {message: {messageId: string}; subscription: string}[] = []
  const {promise, resolve} = Promise.withResolvers<void>()
  const endpoint = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      bodies.push(JSON.parse(body) as (typeof bodies)[number])
      response.writeHead(bodies.length === 1 ? 503 : 200).end()
      if (bodies.length === 2) resolve()
    })
  })
  await once(endpoint.listen(0, '127.0.0.1'), 'listening')
  const pushEndpoint = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`
  const {topic, subscription} = await createPair({pushConfig: {pushEndpoint}})
  const messageId = await topic.publishMessage({data: Buffer.from('x')})
  await promise
  expect(bodies).toEqual(
    [0, 1].map(
      () =>
        expect.objectContaining({
          subscription: subscription.name,
          message: expect.objectContaining({messageId}) as object,
        }) as object,
    ),
  )
  await subscription.delete()
  endpoint.closeAllConnections()
  endpoint.close()
})
