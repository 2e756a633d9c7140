import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {IAM, SchemaTypes} from '@google-cloud/pubsub'
import {describe, expect, test} from 'vitest'
import {createPubSub} from '../../../src/runtime/engine/embedded/pubsub/pubsub.ts'
import {openMessages} from '../../../src/runtime/engine/embedded/store/open-messages.ts'
import {openClient} from './open-client.ts'
import {startPubSub} from './push-endpoint.ts'

const BINDINGS = [{role: 'roles/pubsub.publisher', members: ['serviceAccount:lookup@demo.iam.gserviceaccount.com']}]
const TOLD = BINDINGS.map((binding) => ({...binding, condition: null}))

describe('policies of topics, subscriptions, snapshots and schemas', () => {
  test('are empty until they are set, and are given back as they were set', async () => {
    await using own = await openClient()
    const {topic, subscription} = await own.pair()
    const [snapshot] = await subscription.createSnapshot('before')
    const schema = await own.client.createSchema(
      'visitor',
      SchemaTypes.Avro,
      '{"type":"record","name":"V","fields":[]}',
    )
    const {name} = snapshot as {name?: string}
    for (const resource of [topic.name, subscription.name, name!, await schema.getName()]) {
      const iam = new IAM(own.client, resource)
      expect((await iam.getPolicy())[0]).toMatchObject({bindings: [], version: 0})
      const [set] = await iam.setPolicy({bindings: BINDINGS})
      expect(set?.bindings).toEqual(TOLD)
      expect((await iam.getPolicy())[0]).toEqual(set)
    }
  })

  test('are not replaced by who read an older one', async () => {
    await using own = await openClient()
    const {topic} = await own.pair()
    const etag = (await topic.iam.getPolicy())[0]?.etag ?? ''
    await topic.iam.setPolicy({bindings: BINDINGS, etag})
    await expect(topic.iam.setPolicy({bindings: [], etag})).rejects.toMatchObject({code: 10})
    expect((await topic.iam.getPolicy())[0]?.bindings).toEqual(TOLD)
    await topic.iam.setPolicy({bindings: []})
    expect((await topic.iam.getPolicy())[0]?.bindings).toEqual([])
  })

  test.each([
    ['a role that is none', {bindings: [{role: 'publisher', members: []}]}],
    ['a member of no kind', {bindings: [{role: 'roles/viewer', members: ['somebody']}]}],
    [
      'a condition in a policy of version 1',
      {version: 1, bindings: [{...BINDINGS[0]!, condition: {expression: 'true'}}]},
    ],
    ['the version 2', {version: 2, bindings: []}],
  ])('refuse %s', async (_, policy) => {
    await using own = await openClient()
    const {topic} = await own.pair()
    await expect(topic.iam.setPolicy(policy as never)).rejects.toMatchObject({code: 3})
  })

  test('a caller has every permission of what exists, and none of what does not', async () => {
    await using own = await openClient()
    const {topic} = await own.pair()
    const asked = ['pubsub.topics.get', 'pubsub.topics.publish']
    const [granted] = await topic.iam.testPermissions(asked)
    expect(granted).toEqual({'pubsub.topics.get': true, 'pubsub.topics.publish': true})
    const missing = own.client.topic('missing').iam
    expect((await missing.testPermissions(asked))[0]).toEqual({
      'pubsub.topics.get': false,
      'pubsub.topics.publish': false,
    })
    await expect(missing.getPolicy()).rejects.toMatchObject({code: 5})
    await expect(topic.iam.testPermissions(['pubsub.topics.*'])).rejects.toMatchObject({code: 3})
  })

  test('go with their resource, but not when a subscription is detached', async () => {
    await using own = await openClient()
    const {topic, subscription} = await own.pair()
    await subscription.iam.setPolicy({bindings: BINDINGS})
    await own.client.detachSubscription(subscription.name)
    expect((await subscription.iam.getPolicy())[0]?.bindings).toEqual(TOLD)
    await topic.iam.setPolicy({bindings: BINDINGS})
    await topic.delete()
    await topic.create()
    expect((await topic.iam.getPolicy())[0]?.bindings).toEqual([])
  })

  test('survive a restart', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'policies-'))
    const open = async () => {
      await using stack = new AsyncDisposableStack()
      const store = stack.use(openMessages(folder.path))
      const {client} = stack.use(await startPubSub(createPubSub({store})))
      const opened = stack.move()
      return {client, [Symbol.asyncDispose]: () => opened.disposeAsync()}
    }
    let set: unknown
    {
      await using before = await open()
      await before.client.createTopic('kept')
      set = (await before.client.topic('kept').iam.setPolicy({bindings: BINDINGS}))[0]
    }
    await using after = await open()
    expect((await after.client.topic('kept').iam.getPolicy())[0]).toEqual(set)
  })
})
