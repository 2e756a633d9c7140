import {AckError, AckResponses, type Message} from '@google-cloud/pubsub'
import {describe, expect, test} from 'vitest'
import type {Call} from '../../../src/runtime/engine/embedded/grpc/service.ts'
import {wire, type StreamingPull} from '../../../src/runtime/engine/embedded/pubsub/codec.ts'
import {createHub} from '../../../src/runtime/engine/embedded/pubsub/hub.ts'
import {streamMessages} from '../../../src/runtime/engine/embedded/pubsub/streaming.ts'
import {createHandTimeline} from './hand-timeline.ts'
import {openClient} from './open-client.ts'

describe('exactly-once delivery', () => {
  test('an acknowledgement is confirmed', async () => {
    await using engine = await openClient()
    const {subscription, publish, texts} = await engine.pair({enableExactlyOnceDelivery: true})
    const first = new Promise<Message>((resolve) => void subscription.on('message', resolve))
    await publish('a')
    const message = await first
    expect(await message.ackWithResponse()).toBe(AckResponses.Success)
    await subscription.close()
    expect(await texts()).toEqual([])
  })

  test('a delivery whose deadline is over can no longer be acknowledged, and the message comes again', async () => {
    await using engine = await openClient()
    const {subscription, publish} = await engine.pair({enableExactlyOnceDelivery: true})
    const deliveries: Message[] = []
    const arrivals = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    subscription.on('message', (message: Message) => arrivals[deliveries.push(message) - 1]?.resolve())
    await publish('a')
    await arrivals[0]!.promise
    // The client holds a message for a minute, and gets it again for ten seconds.
    await engine.timeline.moveTo(engine.timeline.now() + 65_000)
    await arrivals[1]!.promise
    const late = await deliveries[0]!.ackWithResponse().catch((error: unknown) => error)
    expect(late).toBeInstanceOf(AckError)
    expect(late).toMatchObject({errorCode: AckResponses.Invalid})
    expect(await deliveries[1]!.ackWithResponse()).toBe(AckResponses.Success)
    await subscription.close()
  })

  test('a request with some invalid ids does nothing, and tells which to ask for again', async () => {
    await using engine = await openClient()
    const {subscription, publish, texts} = await engine.pair({enableExactlyOnceDelivery: true})
    await publish('a')
    const [received] = await engine.pull(subscription.name)
    const request = {subscription: subscription.name, ackIds: [received!.ackId, 'nonsense']}
    const refusal = {
      code: 3,
      reason: 'EXACTLY_ONCE_ACKID_FAILURE',
      domain: 'pubsub.googleapis.com',
      errorInfoMetadata: {
        nonsense: 'PERMANENT_FAILURE_INVALID_ACK_ID',
        [received!.ackId]: expect.stringMatching(/^TRANSIENT_/) as string,
      },
    }
    await expect(engine.subscriber.modifyAckDeadline({...request, ackDeadlineSeconds: 60})).rejects.toMatchObject(
      refusal,
    )
    await expect(engine.subscriber.acknowledge(request)).rejects.toMatchObject(refusal)
    await engine.subscriber.acknowledge({...request, ackIds: [received!.ackId]})
    await engine.timeline.moveTo(engine.timeline.now() + 600_000)
    expect(await texts()).toEqual([])
  })

  test('the client confirms what is valid of a batch, and refuses the rest', async () => {
    await using engine = await openClient()
    const {subscription, publish} = await engine.pair({enableExactlyOnceDelivery: true})
    const messages = new Map<string, Message>()
    const both = Promise.withResolvers<void>()
    subscription.on('message', (message: Message) => {
      messages.set(String(message.data), message)
      if (messages.size === 2) both.resolve()
    })
    await publish('a', 'b')
    await both.promise
    await engine.subscriber.acknowledge({subscription: subscription.name, ackIds: [messages.get('a')!.ackId]})
    const [late, timely] = await Promise.allSettled(['a', 'b'].map((text) => messages.get(text)!.ackWithResponse()))
    expect(late).toMatchObject({reason: {errorCode: AckResponses.Invalid}})
    expect(timely).toEqual({status: 'fulfilled', value: AckResponses.Success})
    await subscription.close()
  })

  test('three thousand invalid ids at once are refused, too', async () => {
    await using engine = await openClient()
    const {subscription} = await engine.pair({enableExactlyOnceDelivery: true})
    const ackIds = Array.from({length: 3_000}, (_, index) => `1767225600000000:abcdefgh-${index}`)
    await expect(engine.subscriber.acknowledge({subscription: subscription.name, ackIds})).rejects.toMatchObject({
      code: 3,
      errorInfoMetadata: {[ackIds[0]!]: 'PERMANENT_FAILURE_INVALID_ACK_ID'},
    })
  })

  test('without it an invalid id is no error', async () => {
    await using engine = await openClient()
    const {subscription} = await engine.pair()
    await engine.subscriber.acknowledge({subscription: subscription.name, ackIds: ['nonsense']})
  })

  test('it can be turned on later, and is refused for push', async () => {
    await using engine = await openClient()
    const {subscription, topic} = await engine.pair()
    await subscription.setMetadata({enableExactlyOnceDelivery: true})
    expect((await subscription.getMetadata())[0].enableExactlyOnceDelivery).toBe(true)
    const wrong = topic.createSubscription('push', {
      pushEndpoint: 'http://127.0.0.1:9/',
      enableExactlyOnceDelivery: true,
    })
    await expect(wrong).rejects.toMatchObject({code: 3})
  })

  test('a stream is told what became of the ids that it sent', async () => {
    const topic = 'projects/p/topics/requests'
    const subscription = 'projects/p/subscriptions/worker'
    const hub = createHub({timeline: createHandTimeline(), sendPush: () => Promise.resolve(true)})
    hub.createTopic({name: topic})
    hub.createSubscription({name: subscription, topic, enableExactlyOnceDelivery: true})
    hub.publish(topic, [{data: Buffer.from('a')}, {data: Buffer.from('b')}])
    const queue = new TransformStream<StreamingPull, StreamingPull>()
    const writer = queue.writable.getWriter()
    const requests = async function* () {
      for await (const each of queue.readable) yield Buffer.from(wire.streamingPull.encode(each).finish())
    }
    const call: Call = {metadata: {}, signal: new AbortController().signal}
    const stream = streamMessages(hub, requests(), call)
    const next = async () => wire.streamed.decode((await stream.next()).value as Uint8Array)
    void writer.write({subscription, streamAckDeadlineSeconds: 10})
    const opened = await next()
    expect(opened.subscriptionProperties?.exactlyOnceDeliveryEnabled).toBe(true)
    const [a, b] = opened.receivedMessages.map(({ackId}) => ackId)
    void writer.write({ackIds: [a!, 'x'], modifyDeadlineAckIds: [b!, 'y'], modifyDeadlineSeconds: [20, 20]})
    expect(await next()).toMatchObject({
      acknowledgeConfirmation: {ackIds: [a], invalidAckIds: ['x']},
      modifyAckDeadlineConfirmation: {ackIds: [b], invalidAckIds: ['y']},
    })
    await writer.close()
    hub[Symbol.dispose]()
  })
})
