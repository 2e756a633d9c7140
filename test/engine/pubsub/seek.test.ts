import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {openMessages} from '../../../src/runtime/engine/embedded/store/open-messages.ts'
import {DAY, HOUR, openClient} from './open-client.ts'

const MINUTE = 60_000

describe('retention', () => {
  test('a message that nobody acknowledged goes after the time of its subscription', async () => {
    await using engine = await openClient()
    const {publish, texts} = await engine.pair({messageRetentionDuration: {seconds: 600}})
    const start = engine.timeline.now()
    await publish('old')
    await engine.timeline.moveTo(start + MINUTE)
    await publish('new')
    await engine.timeline.moveTo(start + 10 * MINUTE)
    expect(await texts()).toEqual(['old', 'new'])
    await engine.timeline.moveTo(start + 10 * MINUTE + 20_000)
    expect(await texts()).toEqual(['new'])
  })

  test('a shorter time takes effect at once', async () => {
    await using engine = await openClient()
    const {publish, texts, subscription} = await engine.pair()
    await publish('old')
    await engine.timeline.moveTo(engine.timeline.now() + HOUR)
    await subscription.setMetadata({messageRetentionDuration: {seconds: 600}})
    expect(await texts()).toEqual([])
  })

  test.each([599, 31 * 24 * 3_600 + 1])('%d seconds are refused, of a subscription and of a topic', async (seconds) => {
    await using engine = await openClient()
    const refusal = {code: 3, message: expect.stringContaining('message_retention_duration') as string}
    const messageRetentionDuration = {seconds}
    await expect(engine.client.createTopic({name: 'requests', messageRetentionDuration})).rejects.toMatchObject(refusal)
    await expect(engine.pair({messageRetentionDuration})).rejects.toMatchObject(refusal)
  })
})

describe('seek to a time', () => {
  test('brings acknowledged messages back where they are retained, and acknowledges older ones', async () => {
    await using engine = await openClient()
    const {publish, consume, subscription} = await engine.pair({retainAckedMessages: true})
    await publish('a', 'b')
    expect(await consume()).toEqual(['a', 'b'])
    const middle = engine.timeline.now() + MINUTE
    await engine.timeline.moveTo(middle)
    await publish('c')
    expect(await consume()).toEqual(['c'])
    await publish('d')
    await subscription.seek(new Date(middle))
    expect(await consume()).toEqual(['c', 'd'])
    await subscription.seek(new Date(middle - MINUTE))
    expect(await consume()).toEqual(['a', 'b', 'c', 'd'])
    await subscription.setMetadata({retainAckedMessages: false})
    await subscription.seek(new Date(0))
    expect(await consume()).toEqual([])
  })

  test('a time to come empties the backlog, also of what is out with a subscriber', async () => {
    await using engine = await openClient()
    const {publish, texts, subscription} = await engine.pair()
    await publish('a')
    expect(await texts()).toEqual(['a'])
    await publish('b')
    await subscription.seek(new Date(engine.timeline.now() + DAY))
    await engine.timeline.moveTo(engine.timeline.now() + MINUTE)
    expect(await texts()).toEqual([])
    await publish('c')
    expect(await texts()).toEqual(['c'])
  })

  test('what a topic retains comes to a subscription that did not exist, through its filter', async () => {
    await using engine = await openClient()
    const {topic} = await engine.pair({}, {messageRetentionDuration: {seconds: 3_600}})
    await topic.publishMessage({data: Buffer.from('a'), attributes: {wanted: ''}})
    await topic.publishMessage({data: Buffer.from('b')})
    const [late] = await topic.createSubscription('late', {filter: 'attributes:wanted'})
    expect((await late.getMetadata())[0].topicMessageRetentionDuration).toMatchObject({seconds: '3600'})
    expect(await engine.pull(late.name)).toEqual([])
    await late.seek(new Date(0))
    expect((await engine.pull(late.name)).map(({text}) => text)).toEqual(['a'])
    await engine.timeline.moveTo(engine.timeline.now() + 2 * HOUR)
    const [later] = await topic.createSubscription('later')
    await later.seek(new Date(0))
    expect(await engine.pull(later.name)).toEqual([])
  })
})

describe('snapshots', () => {
  test('hold what was not acknowledged and what came since', async () => {
    await using engine = await openClient()
    const {publish, consume, subscription} = await engine.pair()
    await publish('a')
    await consume()
    await publish('b', 'c')
    const [snapshot] = await subscription.createSnapshot('before')
    await publish('d')
    expect(await consume()).toEqual(['b', 'c', 'd'])
    await subscription.seek('before')
    expect(await consume()).toEqual(['b', 'c', 'd'])
    await snapshot.seek()
    expect(await consume()).toEqual(['b', 'c', 'd'])
  })

  test('are found, listed, changed and deleted, and end by themselves', async () => {
    await using engine = await openClient()
    const {topic, publish, subscription} = await engine.pair()
    await publish('a')
    await engine.timeline.moveTo(engine.timeline.now() + DAY)
    const [snapshot] = await subscription.createSnapshot('one')
    const [told] = await engine.subscriber.getSnapshot({snapshot: snapshot.name})
    // Seven days after its oldest message.
    expect(Number(told.expireTime?.seconds) * 1000).toBe(engine.timeline.now() + 6 * DAY)
    expect(told.topic).toBe(topic.name)
    const [updated] = await engine.subscriber.updateSnapshot({
      snapshot: {name: snapshot.name, labels: {a: '1'}},
      updateMask: {paths: ['labels']},
    })
    expect(updated).toMatchObject({labels: {a: '1'}, topic: topic.name})
    await subscription.createSnapshot('two')
    expect((await engine.client.getSnapshots())[0].map(({name}) => name)).toEqual([
      'projects/demo/snapshots/one',
      'projects/demo/snapshots/two',
    ])
    expect((await engine.publisher.listTopicSnapshots({topic: topic.name}))[0]).toHaveLength(2)
    await engine.client.snapshot('two').delete()
    await expect(subscription.createSnapshot('one')).rejects.toMatchObject({code: 6})
    await engine.timeline.moveTo(engine.timeline.now() + 6 * DAY)
    expect((await engine.client.getSnapshots())[0]).toEqual([])
    await expect(subscription.seek('one')).rejects.toMatchObject({code: 5})
  })

  test('one of another topic, and one that would end within the hour, are refused', async () => {
    await using engine = await openClient()
    const {publish, subscription} = await engine.pair({messageRetentionDuration: {seconds: 14 * 86_400}})
    await subscription.createSnapshot('here')
    const [elsewhere] = await engine.client.createTopic('elsewhere')
    const [other] = await elsewhere.createSubscription('other')
    await expect(other.seek('here')).rejects.toMatchObject({code: 3})
    await publish('old')
    await engine.timeline.moveTo(engine.timeline.now() + 7 * DAY - HOUR + 1)
    await expect(subscription.createSnapshot('late')).rejects.toMatchObject({code: 9})
  })

  test('survive a restart, as what is retained does', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-pubsub-'))
    {
      using store = openMessages(folder.path)
      await using engine = await openClient({store})
      const {publish, consume, subscription, topic} = await engine.pair(
        {retainAckedMessages: true},
        {messageRetentionDuration: {seconds: 3_600}},
      )
      await publish('a')
      await consume()
      await publish('b')
      await subscription.createSnapshot('kept')
      await publish('c')
      await consume()
      await topic.createSubscription('second')
    }
    using store = openMessages(folder.path)
    await using engine = await openClient({store})
    const of = (id: string) => engine.client.subscription(id)
    const texts = async (id: string) => (await engine.pull(of(id).name)).map(({text}) => text)
    expect(await texts('worker')).toEqual([])
    await of('worker').seek('kept')
    expect(await texts('worker')).toEqual(['b', 'c'])
    await of('worker').seek(new Date(0))
    expect(await texts('worker')).toEqual(['a', 'b', 'c'])
    await of('second').seek(new Date(0))
    expect(await texts('second')).toEqual(['a', 'b', 'c'])
  })
})

describe('expiration', () => {
  test('a subscription that nobody uses goes after its time; use puts that off', async () => {
    await using engine = await openClient()
    const {topic, subscription, texts} = await engine.pair({expirationPolicy: {ttl: {seconds: 86_400}}})
    const [everlasting] = await topic.createSubscription('everlasting', {expirationPolicy: {}})
    const start = engine.timeline.now()
    await engine.timeline.moveTo(start + DAY - 1)
    await texts()
    await engine.timeline.moveTo(start + 2 * DAY - 2)
    expect(await subscription.exists()).toEqual([true])
    await engine.timeline.moveTo(start + 2 * DAY)
    expect(await subscription.exists()).toEqual([false])
    await engine.timeline.moveTo(start + 400 * DAY)
    expect(await everlasting.exists()).toEqual([true])
  })

  test('is 31 days unless it is said otherwise, at least one, and can be changed', async () => {
    await using engine = await openClient()
    const {subscription} = await engine.pair()
    expect((await subscription.getMetadata())[0].expirationPolicy).toMatchObject({ttl: {seconds: String(31 * 86_400)}})
    await subscription.setMetadata({expirationPolicy: {ttl: {seconds: 2 * 86_400}}})
    await expect(subscription.setMetadata({expirationPolicy: {ttl: {seconds: 86_399}}})).rejects.toMatchObject({
      code: 3,
    })
    await engine.timeline.moveTo(engine.timeline.now() + 2 * DAY)
    expect(await subscription.exists()).toEqual([false])
  })
})

describe('update masks', () => {
  test('change what they name, also within a field, and nothing else', async () => {
    await using engine = await openClient()
    const {subscription, topic} = await engine.pair({
      labels: {a: '1'},
      retryPolicy: {minimumBackoff: {seconds: 5}, maximumBackoff: {seconds: 50}},
    })
    const [updated] = await engine.subscriber.updateSubscription({
      subscription: {name: subscription.name, retryPolicy: {minimumBackoff: {seconds: 7}}, labels: {b: '2'}},
      updateMask: {paths: ['retry_policy.minimum_backoff']},
    })
    expect(updated).toMatchObject({
      labels: {a: '1'},
      retryPolicy: {minimumBackoff: {seconds: '7'}, maximumBackoff: {seconds: '50'}},
    })
    await topic.setMetadata({messageRetentionDuration: {seconds: 900}, labels: {c: '3'}})
    expect((await topic.getMetadata())[0]).toMatchObject({messageRetentionDuration: {seconds: '900'}, labels: {c: '3'}})
    await expect(
      engine.subscriber.updateSubscription({
        subscription: {name: subscription.name, filter: 'attributes:a'},
        updateMask: {paths: ['filter']},
      }),
    ).rejects.toMatchObject({code: 3})
  })

  test('a detached subscription cannot be sought, and a stream of it ends with the reason', async () => {
    await using engine = await openClient()
    const {subscription} = await engine.pair()
    const failed = new Promise<Error>((resolve) => void subscription.on('error', resolve))
    subscription.on('message', () => undefined)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await engine.client.detachSubscription(subscription.name)
    expect(await failed).toMatchObject({code: 9})
    await expect(subscription.seek(new Date(0))).rejects.toMatchObject({code: 9})
    await subscription.close()
  })
})
