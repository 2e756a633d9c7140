import {describe, expect, test} from 'vitest'
import {wire, type StreamingPull} from '../../../src/runtime/engine/embedded/pubsub/codec.ts'
import {createHub} from '../../../src/runtime/engine/embedded/pubsub/hub.ts'
import {streamMessages} from '../../../src/runtime/engine/embedded/pubsub/streaming.ts'
import {createHandTimeline} from './hand-timeline.ts'

const TOPIC = 'projects/p/topics/requests'
const subscription = 'projects/p/subscriptions/inspect'

/** A stream whose requests are sent by hand. */
function open(opening: StreamingPull = {}) {
  const timeline = createHandTimeline()
  const hub = createHub({timeline, sendPush: async () => false})
  hub.createTopic({name: TOPIC})
  hub.createSubscription({name: subscription, topic: TOPIC})
  const {readable, writable} = new TransformStream<Buffer, Buffer>()
  const writer = writable.getWriter()
  const send = (request: StreamingPull) =>
    void writer.write(Buffer.from(wire.streamingPull.encode(request).finish())).catch(() => undefined)
  const cancel = new AbortController()
  const answers = streamMessages(hub, readable, {metadata: {}, signal: cancel.signal})
  send({subscription, ...opening})
  const next = async () => {
    const {value, done} = await answers.next()
    return done ? undefined : wire.streamed.decode(value)
  }
  const publish = (...texts: string[]) =>
    hub.publish(
      TOPIC,
      texts.map((text) => ({data: Buffer.from(text)})),
    )
  return {timeline, hub, send, next, publish, cancel, close: () => writer.close()}
}

describe('a streaming pull', () => {
  test('answers a keep-alive with an empty response that tells the subscription’s properties', async () => {
    const {send, next} = open()
    send({})
    expect(await next()).toMatchObject({
      receivedMessages: [],
      subscriptionProperties: {exactlyOnceDeliveryEnabled: false, messageOrderingEnabled: false},
    })
  })

  test('gives no more than the stream may hold, and goes on as soon as one is acknowledged elsewhere', async () => {
    const {hub, next, publish} = open({maxOutstandingMessages: 2})
    publish('a', 'b', 'c')
    const first = await next()
    expect(first?.receivedMessages).toHaveLength(2)
    const waiting = next()
    hub.subscription(subscription).backlog.acknowledge(first!.receivedMessages[0]!.ackId)
    expect((await waiting)?.receivedMessages).toHaveLength(1)
  })

  test('leases for as long as the stream asks', async () => {
    const {timeline, hub, next, publish} = open({streamAckDeadlineSeconds: 60})
    publish('a')
    await next()
    await timeline.moveTo(59_999)
    expect(hub.subscription(subscription).backlog.take(1)).toEqual([])
    await timeline.moveTo(60_000)
    expect(hub.subscription(subscription).backlog.take(1)).toHaveLength(1)
  })

  test('leases for as long as the stream asked last', async () => {
    const {timeline, hub, send, next, publish} = open({streamAckDeadlineSeconds: 10})
    send({streamAckDeadlineSeconds: 60})
    await next()
    publish('a')
    await next()
    await timeline.moveTo(59_999)
    expect(hub.subscription(subscription).backlog.take(1)).toEqual([])
    await timeline.moveTo(60_000)
    expect(hub.subscription(subscription).backlog.take(1)).toHaveLength(1)
  })

  test('has no bound where that is 0 or less', async () => {
    const {next, publish} = open({maxOutstandingMessages: -1, maxOutstandingBytes: -1})
    publish('a', 'b')
    expect((await next())?.receivedMessages).toHaveLength(2)
  })

  test.each<[string, StreamingPull]>([
    ['names the subscription again', {subscription}],
    ['sets the flow control again', {maxOutstandingMessages: 5}],
    ['sets the flow control of bytes again', {maxOutstandingBytes: 5}],
    ['asks for a deadline out of range', {streamAckDeadlineSeconds: 5}],
    ['moves deadlines without saying where to', {modifyDeadlineAckIds: ['x']}],
    ['moves a deadline into the past', {modifyDeadlineAckIds: ['x'], modifyDeadlineSeconds: [-1]}],
  ])('ends with INVALID_ARGUMENT when a later request %s', async (_, request) => {
    const {send, next} = open()
    send(request)
    await expect(next()).rejects.toMatchObject({code: 3})
  })

  test('takes acknowledgements and deadlines that come on the stream', async () => {
    const {hub, send, next, publish} = open()
    publish('a', 'b')
    const ackIds = (await next())!.receivedMessages.map(({ackId}) => ackId)
    send({ackIds: [ackIds[0]!], modifyDeadlineAckIds: [ackIds[1]!], modifyDeadlineSeconds: [0]})
    expect((await next())?.receivedMessages.map(({message}) => String(message.data))).toEqual(['b'])
    expect(hub.subscription(subscription).backlog.size()).toBe(1)
  })

  test('ends when the caller has nothing more to say, and with NOT_FOUND when the subscription is deleted', async () => {
    const quiet = open()
    const ended = quiet.next()
    await quiet.close()
    expect(await ended).toBeUndefined()
    const {hub, next, send} = open()
    send({})
    await next()
    const failed = next()
    hub.deleteSubscription(subscription)
    await expect(failed).rejects.toMatchObject({code: 5})
  })

  test('is refused for a push subscription and for a lease out of range', async () => {
    const pushed = open()
    const live = pushed.hub.subscription(subscription)
    live.configure({...live.config(), pushConfig: {pushEndpoint: 'http://127.0.0.1:9/'}})
    await expect(pushed.next()).rejects.toMatchObject({code: 9})
    await expect(open({streamAckDeadlineSeconds: 5}).next()).rejects.toMatchObject({code: 3})
  })
})
