import {describe, expect, test} from 'vitest'
import type {PubSubClients} from './pubsub-client.ts'

/** What an engine has besides what both have. */
export type Extent = {
  /** UpdateTopic of labels, UpdateSubscription of labels and of the expiration policy. */
  readonly updates: boolean
  /** Limits of attributes, ordering keys and deadlines, and the language of filters. */
  readonly checks: boolean
}

/** Topics and subscriptions: what they are told to be, what they become, and what is refused. */
export function describeResources({client, newId}: PubSubClients, extent: Extent): void {
  const pair = async (options: Parameters<ReturnType<typeof makeTopic>['createSubscription']>[1] = {}) => {
    const topic = makeTopic()
    await topic.create()
    const [subscription] = await topic.createSubscription(newId(), options)
    return {topic, subscription}
  }
  const makeTopic = () => client().topic(newId())

  describe('topics and subscriptions', () => {
    test('are told with the defaults of the service', async () => {
      const {subscription} = await pair()
      const [metadata] = await subscription.getMetadata()
      expect(metadata).toMatchObject({ackDeadlineSeconds: 10, messageRetentionDuration: {seconds: '604800'}})
      expect(metadata).toMatchObject({enableMessageOrdering: false, filter: '', deadLetterPolicy: null})
    })

    test('keep labels from their creation', async () => {
      const [topic] = await client().createTopic({name: newId(), labels: {stage: 'test'}})
      const [subscription] = await topic.createSubscription(newId(), {labels: {stage: 'test'}})
      expect((await topic.getMetadata())[0].labels).toEqual({stage: 'test'})
      expect((await subscription.getMetadata())[0].labels).toEqual({stage: 'test'})
    })

    test('an update changes what its mask names and nothing else', async () => {
      const {subscription} = await pair({ackDeadlineSeconds: 20, retainAckedMessages: true})
      await subscription.setMetadata({ackDeadlineSeconds: 30})
      expect((await subscription.getMetadata())[0]).toMatchObject({ackDeadlineSeconds: 30, retainAckedMessages: true})
    })

    test('a subscription outlives its topic and tells that it has none', async () => {
      const {topic, subscription} = await pair()
      await topic.delete()
      expect((await subscription.getMetadata())[0].topic).toBe('_deleted-topic_')
    })

    test('attempts are counted from one where there is a dead-letter policy', async () => {
      const [graveyard] = await client().createTopic(newId())
      const {topic, subscription} = await pair({
        deadLetterPolicy: {deadLetterTopic: graveyard.name, maxDeliveryAttempts: 5},
      })
      await topic.publishMessage({data: Buffer.from('x')})
      const attempts: number[] = []
      await new Promise<void>((resolve, reject) => {
        subscription.on('error', reject)
        subscription.on('message', (message: {deliveryAttempt: number; ack: () => void; nack: () => void}) => {
          attempts.push(message.deliveryAttempt)
          if (attempts.length < 3) message.nack()
          else {
            message.ack()
            resolve()
          }
        })
      })
      await subscription.close()
      expect(attempts).toEqual([1, 2, 3])
    })

    test('a key is published with again after a publication was refused', async () => {
      const topic = client().topic(newId(), {messageOrdering: true})
      const publish = (text: string) => topic.publishMessage({data: Buffer.from(text), orderingKey: 'k'})
      await expect(publish('too early')).rejects.toMatchObject({code: 5})
      await topic.create()
      topic.resumePublishing('k')
      await expect(publish('now')).resolves.toMatch(/^\d+$/)
    })

    test.each([
      [
        'a topic that is there',
        (id: string) =>
          client()
            .createTopic(id)
            .then(() => client().createTopic(id)),
        6,
      ],
      ['a subscription of no topic', (id: string) => client().topic(id).createSubscription(id), 5],
      ['an empty message', (id: string) => publishTo(id, {data: Buffer.alloc(0)}), 3],
    ])('%s is refused', async (_, act: (id: string) => Promise<unknown>, code) => {
      await expect(act(newId())).rejects.toMatchObject({code})
    })

    test.runIf(extent.updates)('an update changes labels, expiration and retention', async () => {
      const {topic, subscription} = await pair({labels: {a: '1'}})
      await topic.setMetadata({labels: {b: '2'}, messageRetentionDuration: {seconds: 1200}})
      await subscription.setMetadata({labels: {c: '3'}, expirationPolicy: {ttl: {seconds: 172_800}}})
      const [told] = await subscription.getMetadata()
      expect((await topic.getMetadata())[0]).toMatchObject({
        labels: {b: '2'},
        messageRetentionDuration: {seconds: '1200'},
      })
      expect(told).toMatchObject({labels: {c: '3'}, expirationPolicy: {ttl: {seconds: '172800'}}})
      expect(told).toMatchObject({topicMessageRetentionDuration: {seconds: '1200'}})
    })

    test.runIf(extent.checks).each([
      ['an attribute with a key of 257 bytes', (id: string) => publishTo(id, {attributes: {['k'.repeat(257)]: 'v'}})],
      ['an attribute with a value of 1,025 bytes', (id: string) => publishTo(id, {attributes: {k: 'v'.repeat(1025)}})],
      ['101 attributes', (id: string) => publishTo(id, {attributes: numbered(101)})],
      [
        'an ordering key of 1,025 bytes',
        (id: string) => publishTo(id, {data: Buffer.from('x'), orderingKey: 'k'.repeat(1025)}),
      ],
      ['an ack deadline of 9 s', () => pair({ackDeadlineSeconds: 9})],
      ['a filter that cannot be read', () => pair({filter: 'attributes.a = '})],
      ['a retention of 9 minutes', () => pair({messageRetentionDuration: 540})],
      ['a dead-letter policy of four attempts', (id: string) => withDeadLetter(id, 4)],
      ['an expiration within a day', () => pair({expirationPolicy: {ttl: {seconds: 3600}}})],
    ])('%s is refused', async (_, act: (id: string) => Promise<unknown>) => {
      await expect(act(newId())).rejects.toMatchObject({code: 3})
    })
  })

  const numbered = (count: number) => Object.fromEntries(Array.from({length: count}, (_, n) => [`k${n}`, 'v']))
  const publishTo = async (id: string, message: object): Promise<unknown> => {
    const topic = client().topic(id, {messageOrdering: true})
    await topic.create()
    return await topic.publishMessage(message)
  }
  const withDeadLetter = async (id: string, maxDeliveryAttempts: number): Promise<unknown> => {
    const [topic] = await client().createTopic(id)
    return await topic.createSubscription(id, {deadLetterPolicy: {deadLetterTopic: topic.name, maxDeliveryAttempts}})
  }
}
