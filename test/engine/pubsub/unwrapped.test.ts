import {v1, type CreateSubscriptionOptions} from '@google-cloud/pubsub'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startEndpoint, startPubSub} from './push-endpoint.ts'

let pubsub: Awaited<ReturnType<typeof startPubSub>>
let count = 0

beforeAll(async () => {
  pubsub = await startPubSub()
})
afterAll(() => pubsub[Symbol.asyncDispose]())

type Options = ConstructorParameters<typeof v1.SubscriberClient>[0]
type PushConfig = NonNullable<CreateSubscriptionOptions['pushConfig']>

async function subscribe(pushConfig: PushConfig, options: CreateSubscriptionOptions = {}) {
  const [topic] = await pubsub.client.createTopic(`unwrapped-${count++}`)
  const [subscription] = await topic.createSubscription(`sub-${count}`, {pushConfig, ...options})
  return {topic: pubsub.client.topic(topic.name, {messageOrdering: true}), subscription}
}

describe('unwrapped push', () => {
  test('sends the bytes of a message as they are and nothing else', async () => {
    await using endpoint = await startEndpoint()
    const {topic} = await subscribe({pushEndpoint: endpoint.url, noWrapper: {writeMetadata: false}})
    await topic.publishMessage({data: Buffer.from([0, 255, 10]), attributes: {kind: 'a'}})
    const {body, headers} = await endpoint.next()
    expect(Buffer.from(body, 'latin1')).toEqual(Buffer.from([0, 255, 10]))
    expect(Object.keys(headers).toSorted()).toEqual(['connection', 'content-length', 'host', 'user-agent'])
  })

  test('tells metadata and attributes in headers where they are wished', async () => {
    await using endpoint = await startEndpoint()
    const pushConfig = {pushEndpoint: endpoint.url, noWrapper: {writeMetadata: true}}
    const {topic, subscription} = await subscribe(pushConfig, {enableMessageOrdering: true})
    const messageId = await topic.publishMessage({
      json: {status: 'hello'},
      orderingKey: 'key-1',
      attributes: {'Content-Type': 'application/json', Kind: 'a', traceparent: '00-1-2-01'},
    })
    const {body, headers} = await endpoint.next()
    expect(body).toBe('{"status":"hello"}')
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      kind: 'a',
      traceparent: '00-1-2-01',
      'x-goog-pubsub-message-id': messageId,
      'x-goog-pubsub-ordering-key': 'key-1',
      'x-goog-pubsub-subscription-name': subscription.name,
    })
    expect(Date.parse(String(headers['x-goog-pubsub-publish-time']))).not.toBeNaN()
  })

  test('an attribute that cannot be a header, or would change the request, is left out', async () => {
    await using endpoint = await startEndpoint()
    const {topic} = await subscribe({pushEndpoint: endpoint.url, noWrapper: {writeMetadata: true}})
    const attributes = {'two words': 'x', line: 'a\nb', host: 'elsewhere', 'content-length': '99', ok: '1'}
    await topic.publishMessage({data: Buffer.from('body'), attributes})
    const {body, headers} = await endpoint.next()
    expect(body).toBe('body')
    expect(headers).toMatchObject({ok: '1', 'content-length': '4', host: new URL(endpoint.url).host})
    expect(headers).not.toHaveProperty('line')
  })

  test('a message without data has an empty body', async () => {
    await using endpoint = await startEndpoint()
    const {topic} = await subscribe({pushEndpoint: endpoint.url, noWrapper: {}})
    await topic.publishMessage({attributes: {a: '1'}})
    expect((await endpoint.next()).body).toBe('')
  })
})

describe('a push configuration', () => {
  test('gets the version of the API that made it', async () => {
    await using endpoint = await startEndpoint()
    const {subscription} = await subscribe({pushEndpoint: endpoint.url})
    const [{pushConfig}] = await subscription.getMetadata()
    expect(pushConfig).toMatchObject({pushEndpoint: endpoint.url, attributes: {'x-goog-version': 'v1'}})
  })

  test('is replaced as a whole but for the version, and ends with an empty one', async () => {
    await using endpoint = await startEndpoint()
    const attributes = {'x-goog-version': 'v1beta2'}
    const {subscription, topic} = await subscribe({pushEndpoint: endpoint.url, attributes})
    await subscription.modifyPushConfig({pushEndpoint: endpoint.url, noWrapper: {writeMetadata: true}})
    expect((await subscription.getMetadata())[0].pushConfig).toMatchObject({
      attributes,
      noWrapper: {writeMetadata: true},
    })
    await topic.publishMessage({data: Buffer.from('x')})
    expect((await endpoint.next()).body).toBe('x')
    await subscription.modifyPushConfig({})
    expect((await subscription.getMetadata())[0].pushConfig?.pushEndpoint).toBe('')
  })

  test.each([
    ['the whole', ['push_config'], {pushEndpoint: 'http://127.0.0.1:9/b', attributes: {'x-goog-version': 'v1'}}],
    ['the endpoint', ['push_config.push_endpoint'], {pushEndpoint: 'http://127.0.0.1:9/b', wrapper: 'noWrapper'}],
    ['the wrapper', ['pushConfig.noWrapper'], {pushEndpoint: 'http://127.0.0.1:9/a'}],
  ])('changes by update mask: %s', async (_, paths, expected) => {
    const {subscription} = await subscribe({pushEndpoint: 'http://127.0.0.1:9/a', noWrapper: {writeMetadata: true}})
    const low = new v1.SubscriberClient((await pubsub.client.getClientConfig()) as Options)
    const [changed] = await low.updateSubscription({
      subscription: {name: subscription.name, pushConfig: {pushEndpoint: 'http://127.0.0.1:9/b'}},
      updateMask: {paths},
    })
    await low.close()
    expect(changed.pushConfig).toMatchObject(expected)
  })

  test.each<[string, PushConfig, number]>([
    ['an attribute that is not known', {attributes: {other: '1'}}, 3],
    ['a version that is not known', {attributes: {'x-goog-version': 'v3'}}, 3],
    ['the format of v1beta1', {attributes: {'x-goog-version': 'v1beta1'}}, 12],
    ['a token of nobody', {oidcToken: {audience: 'a'}}, 3],
    ['a token without an endpoint', {pushEndpoint: '', oidcToken: {serviceAccountEmail: 'a@b'}}, 3],
  ])('is refused with %s', async (_, pushConfig, code) => {
    const refused = subscribe({pushEndpoint: 'http://127.0.0.1:9/', ...pushConfig})
    await expect(refused).rejects.toMatchObject({code})
  })
})
