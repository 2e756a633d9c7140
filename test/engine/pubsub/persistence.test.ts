import {mkdtempDisposable} from 'node:fs/promises'
import {createServer} from 'node:http'
import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {PubSub, v1} from '@google-cloud/pubsub'
import {describe, expect, test} from 'vitest'
import {startEmbedded} from '../firestore/start-embedded.ts'

const topic = 'projects/demo-stitch/topics/requests'
const name = 'projects/demo-stitch/subscriptions/worker'

/** The engine in a folder, and the unmodified clients of it. */
async function open(dataDir: string, ownSubscriptions: readonly string[] = []) {
  await using stack = new AsyncDisposableStack()
  const engine = stack.use(await startEmbedded({dataDir, ownSubscriptions}))
  const options = {projectId: 'demo-stitch', apiEndpoint: engine.pubsubHost, emulatorMode: true}
  const client = new PubSub(options)
  stack.defer(() => client.close())
  const config = (await client.getClientConfig()) as ConstructorParameters<typeof v1.SubscriberClient>[0]
  const subscriber = new v1.SubscriberClient(config)
  stack.defer(() => subscriber.close())
  const opened = stack.move()
  return {
    client,
    subscriber,
    pull: async () => {
      const [answer] = await subscriber.pull({subscription: name, maxMessages: 100, returnImmediately: true})
      return answer.receivedMessages ?? []
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

const makeFolder = () => mkdtempDisposable(join(tmpdir(), 'stitch-pubsub-'))

describe('after a restart in the same folder', () => {
  test('topics and subscriptions are what they were', async () => {
    await using folder = await makeFolder()
    let before: unknown
    {
      await using engine = await open(folder.path)
      await engine.client.createTopic({name: topic, labels: {a: '1'}})
      await engine.client.createTopic('gone')
      await engine.client.createSubscription(topic, name, {
        ackDeadlineSeconds: 20,
        filter: 'attributes:wanted',
        enableMessageOrdering: true,
        retryPolicy: {minimumBackoff: {seconds: 1}},
      })
      await engine.client.subscription(name).setMetadata({labels: {b: '2'}})
      await engine.client.topic('gone').delete()
      before = (await engine.client.subscription(name).getMetadata())[0]
    }
    await using engine = await open(folder.path)
    expect((await engine.client.subscription(name).getMetadata())[0]).toEqual(before)
    expect((await engine.client.topic(topic).getMetadata())[0].labels).toEqual({a: '1'})
    expect(await engine.client.topic('gone').exists()).toEqual([false])
    await engine.client.topic(topic).publishMessage({data: Buffer.from('no')})
    await engine.client.topic(topic).publishMessage({data: Buffer.from('yes'), attributes: {wanted: ''}})
    expect((await engine.pull()).map(({message}) => String(message?.data))).toEqual(['yes'])
  })

  test('messages that were not acknowledged come again, with all that they had; the others do not', async () => {
    await using folder = await makeFolder()
    let before: Awaited<ReturnType<Awaited<ReturnType<typeof open>>['pull']>>
    {
      await using engine = await open(folder.path)
      await engine.client.createTopic(topic)
      await engine.client.createTopic('dead')
      await engine.client.createSubscription(topic, name, {
        enableMessageOrdering: true,
        deadLetterPolicy: {deadLetterTopic: 'projects/demo-stitch/topics/dead', maxDeliveryAttempts: 9},
      })
      const ordered = engine.client.topic(topic, {messageOrdering: true})
      for (const text of ['a', 'b', 'c'])
        await ordered.publishMessage({data: Buffer.from(text), attributes: {text}, orderingKey: 'k'})
      before = await engine.pull()
      expect(before.map(({message}) => String(message?.data))).toEqual(['a', 'b', 'c'])
      await engine.subscriber.acknowledge({subscription: name, ackIds: [before[0]!.ackId!]})
    }
    await using engine = await open(folder.path)
    const after = await engine.pull()
    expect(after.map(({message}) => message)).toEqual(before.slice(1).map(({message}) => message))
    expect(after.map(({deliveryAttempt}) => deliveryAttempt)).toEqual([2, 2])
    // A lease of before is no lease of now.
    await engine.subscriber.acknowledge({subscription: name, ackIds: [before[1]!.ackId!]})
    await engine.subscriber.modifyAckDeadline({
      subscription: name,
      ackIds: after.map(({ackId}) => ackId!),
      ackDeadlineSeconds: 0,
    })
    expect(await engine.pull()).toHaveLength(2)
  })

  test('a deleted and a detached subscription have no messages', async () => {
    await using folder = await makeFolder()
    {
      await using engine = await open(folder.path)
      await engine.client.createTopic(topic)
      await engine.client.createSubscription(topic, name)
      await engine.client.createSubscription(topic, 'detached')
      await engine.client.topic(topic).publishMessage({data: Buffer.from('a')})
      await engine.client.subscription(name).delete()
      await engine.client.createSubscription(topic, name)
      await engine.client.detachSubscription('detached')
    }
    await using engine = await open(folder.path)
    expect(await engine.pull()).toEqual([])
    expect(await engine.client.subscription('detached').detached()).toEqual([true])
  })

  test('a run of its own begins without what an interrupted one left; other subscriptions are pushed on', async () => {
    await using folder = await makeFolder()
    const pushed: string[] = []
    let status = 503
    await using endpoint = createServer((request, response) => {
      pushed.push(request.url ?? '')
      response.writeHead(status).end()
    })
    await once(endpoint.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`
    {
      await using engine = await open(folder.path)
      await engine.client.createTopic(topic)
      await engine.client.createSubscription(topic, name, {pushEndpoint: `${url}/own`})
      await engine.client.createSubscription(topic, 'other', {pushEndpoint: `${url}/other`})
      await engine.client.topic(topic).publishMessage({data: Buffer.from('a')})
      await expect.poll(() => new Set(pushed)).toEqual(new Set(['/own', '/other']))
    }
    pushed.length = 0
    status = 204
    await using engine = await open(folder.path, ['worker'])
    await expect.poll(() => pushed).toEqual(['/other'])
    expect(await engine.client.subscription(name).exists()).toEqual([false])
  })
})
