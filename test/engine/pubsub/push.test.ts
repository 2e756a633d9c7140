import {once} from 'node:events'
import {createServer, type IncomingMessage} from 'node:http'
import type {AddressInfo} from 'node:net'
import {describe, expect, test} from 'vitest'
import type {Subscription} from '../../../src/runtime/engine/embedded/pubsub/codec.ts'
import {createHub} from '../../../src/runtime/engine/embedded/pubsub/hub.ts'
import {createPushSender} from '../../../src/runtime/engine/embedded/pubsub/send-push.ts'
import {createHandTimeline} from './hand-timeline.ts'

const TOPIC = 'projects/p/topics/requests'
const DEAD = 'projects/p/topics/dead'
const NAME = 'projects/p/subscriptions/worker'

type Pushed = {readonly at: number; readonly body: {deliveryAttempt?: number; message: Record<string, unknown>}}

/** A hub with one push subscription whose endpoint answers as `answer` says, on a timeline moved by hand. */
async function open(config: Partial<Subscription>, answer: (count: number) => boolean | Promise<boolean>) {
  const timeline = createHandTimeline(Date.UTC(2026, 0, 1))
  const started = timeline.now()
  const pushed: Pushed[] = []
  const hub = createHub({
    timeline,
    sendPush: async (_, body) => {
      pushed.push({at: timeline.now() - started, body: JSON.parse(String(body)) as Pushed['body']})
      return await answer(pushed.length)
    },
  })
  hub.createTopic({name: TOPIC})
  hub.createTopic({name: DEAD})
  hub.createSubscription({name: NAME, topic: TOPIC, pushConfig: {pushEndpoint: 'http://127.0.0.1:9/push'}, ...config})
  const moveTo = (ms: number) => timeline.moveTo(started + ms)
  const publish = (data: string, orderingKey = '') => hub.publish(TOPIC, [{data: Buffer.from(data), orderingKey}])
  return {hub, moveTo, publish, pushed, times: () => pushed.map(({at}) => at)}
}

describe('push', () => {
  test('backs off by the retry policy to the millisecond, up to ten minutes', async () => {
    const retryPolicy = {minimumBackoff: {seconds: 10}, maximumBackoff: {seconds: 600}}
    const {publish, moveTo, times} = await open({retryPolicy}, (count) => count === 9)
    publish('a')
    await moveTo(10_000_000)
    const rests = times().map((at, index, all) => at - (all[index - 1] ?? 0))
    expect(rests).toEqual([0, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000])
  })

  test('without a retry policy the subscription pauses as a whole, from 100 ms to a minute, until a push succeeds', async () => {
    const {publish, moveTo, times, pushed} = await open({}, (count) => count === 13)
    publish('a')
    await moveTo(1)
    publish('b')
    await moveTo(99)
    expect(times()).toEqual([0])
    await moveTo(100)
    expect(pushed.slice(1).map(({body}) => body.message['data'])).toEqual([btoa('a'), btoa('b')])
    await moveTo(299)
    expect(pushed).toHaveLength(3)
    await moveTo(300)
    expect(pushed).toHaveLength(5)
  })

  test('keeps one message of an ordering key under way, in order, and repeats the one that failed', async () => {
    let underWay = 0
    let most = 0
    const retryPolicy = {minimumBackoff: {seconds: 1}, maximumBackoff: {seconds: 1}}
    const {publish, moveTo, pushed} = await open({enableMessageOrdering: true, retryPolicy}, async (count) => {
      most = Math.max(most, ++underWay)
      await Promise.resolve()
      underWay--
      return count !== 2
    })
    for (const data of ['k1', 'k2', 'k3']) publish(data, 'k')
    await moveTo(1_000)
    expect(pushed.map(({body}) => atob(String(body.message['data'])))).toEqual(['k1', 'k2', 'k2', 'k3'])
    expect(most).toBe(1)
  })

  test('tells the attempt only with a dead-letter policy and hands the message on after the last', async () => {
    const deadLetterPolicy = {deadLetterTopic: DEAD, maxDeliveryAttempts: 5}
    const retryPolicy = {minimumBackoff: {seconds: 1}, maximumBackoff: {seconds: 1}}
    const {hub, publish, moveTo, pushed} = await open({deadLetterPolicy, retryPolicy}, () => false)
    const inspect = 'projects/p/subscriptions/inspect'
    hub.createSubscription({name: inspect, topic: DEAD})
    publish('a', 'k')
    await moveTo(60_000)
    expect(pushed.map(({body}) => body.deliveryAttempt)).toEqual([1, 2, 3, 4, 5])
    expect(hub.subscription(inspect).backlog.take(1)[0]?.message).toMatchObject({
      data: Buffer.from('a'),
      orderingKey: 'k',
      attributes: {
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
        CloudPubSubDeadLetterSourceSubscription: 'worker',
        CloudPubSubDeadLetterSourceSubscriptionProject: 'p',
        CloudPubSubDeadLetterSourceTopicPublishTime: '2026-01-01T00:00:00.000Z',
      },
    })
  })

  test('a message whose dead-letter topic was deleted stays with its subscription', async () => {
    const deadLetterPolicy = {deadLetterTopic: DEAD, maxDeliveryAttempts: 5}
    const retryPolicy = {minimumBackoff: {seconds: 1}, maximumBackoff: {seconds: 1}}
    const {hub, publish, moveTo, pushed} = await open({deadLetterPolicy, retryPolicy}, (count) => count === 7)
    hub.deleteTopic(DEAD)
    publish('a')
    await moveTo(60_000)
    expect(pushed).toHaveLength(7)
  })

  test('a subscription that is turned to pull pushes no more and keeps its messages', async () => {
    const {hub, publish, moveTo, pushed} = await open({}, () => true)
    const live = hub.subscription(NAME)
    live.configure({...live.config(), pushConfig: {}})
    publish('a')
    await moveTo(60_000)
    expect(pushed).toEqual([])
    expect(live.backlog.size()).toBe(1)
  })

  test('the body has both spellings of the ids and leaves out what is not set', async () => {
    const {hub, moveTo, pushed} = await open({}, () => true)
    const [id] = hub.publish(TOPIC, [{data: Buffer.from('{"a":1}'), attributes: {traceparent: '00-a-b-01'}}])
    await moveTo(1)
    const publishTime = '2026-01-01T00:00:00.000Z'
    expect(pushed[0]?.body).toEqual({
      message: {
        attributes: {traceparent: '00-a-b-01'},
        data: btoa('{"a":1}'),
        messageId: id,
        message_id: id,
        publishTime,
        publish_time: publishTime,
      },
      subscription: NAME,
    })
  })
})

describe('the sender of pushes', () => {
  async function listen(status: (request: IncomingMessage) => number | undefined) {
    const server = createServer((request, response) => {
      request.resume()
      const code = status(request)
      if (code !== undefined) response.writeHead(code).end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/push?token=1`
    const close = async () => {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    }
    return {url, [Symbol.asyncDispose]: close}
  }

  test.each([
    [200, true],
    [201, true],
    [202, true],
    [204, true],
    [206, false],
    [302, false],
    [400, false],
    [429, false],
    [503, false],
  ])('takes status %i as acknowledged: %s', async (status, acknowledged) => {
    await using endpoint = await listen(() => status)
    using sender = createPushSender()
    expect(await sender.send(endpoint.url, '{}', 5_000)).toBe(acknowledged)
  })

  test('sends JSON by POST', async () => {
    let seen: IncomingMessage | undefined
    await using endpoint = await listen((request) => {
      seen = request
      return 204
    })
    using sender = createPushSender()
    await sender.send(endpoint.url, '{"ü":1}', 5_000)
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/push?token=1',
      headers: {'content-type': 'application/json', 'content-length': '8'},
    })
  })

  test('takes silence until the ack deadline and an endpoint that is not there as refusals', async () => {
    await using endpoint = await listen(() => undefined)
    using sender = createPushSender()
    expect(await sender.send(endpoint.url, '{}', 20)).toBe(false)
    expect(await sender.send('http://127.0.0.1:1/', '{}', 5_000)).toBe(false)
  })
})
