import {expect, test} from 'vitest'
import {createClient, type Client} from './client.ts'

const root = 'pubsub.googleapis.com/v1/projects/stitch-test'
const topic = 'projects/stitch-test/topics/requests'
const account = 'push@stitch-test.iam.gserviceaccount.com'
const push = {pushEndpoint: 'https://worker.a.run.app/v1', oidcToken: {serviceAccountEmail: account, audience: 'x'}}

async function withTopic(options: Parameters<typeof createClient>[0] = {}): Promise<Client> {
  const client = createClient(options)
  await client.fake.seed('PUT', `${root}/topics/requests`, {})
  return client
}

test('a topic is made once, changed by a mask, listed and deleted', async () => {
  const {call, fake} = createClient()
  expect((await call('PUT', `${root}/topics/requests`, {labels: {a: 'b'}})).json).toEqual({
    name: topic,
    labels: {a: 'b'},
  })
  expect((await call('PUT', `${root}/topics/requests`, {})).json.error.message).toBe(
    'Resource already exists in the project (resource=requests).',
  )
  const changed = {topic: {labels: {c: 'd'}}, updateMask: 'labels'}
  expect((await call('PATCH', `${root}/topics/requests`, changed)).json.labels).toEqual({c: 'd'})
  expect((await call('PATCH', `${root}/topics/requests`, {topic: {}})).status).toBe(400)
  expect((await call('GET', `${root}/topics`)).json).toEqual({topics: [{name: topic, labels: {c: 'd'}}]})
  expect((await call('DELETE', `${root}/topics/requests`)).status).toBe(200)
  expect((await call('DELETE', `${root}/topics/requests`)).json.error).toMatchObject({
    code: 404,
    message: 'Resource not found (resource=requests).',
  })
  expect((await call('GET', `${root}/topics`)).json).toEqual({})
  fake.assertValid()
})

test('a subscription comes back with what was not given', async () => {
  const {call} = await withTopic()
  const name = 'projects/stitch-test/subscriptions/hold'
  expect((await call('PUT', `${root}/subscriptions/hold`, {topic})).json).toEqual({
    name,
    topic,
    ackDeadlineSeconds: 10,
    messageRetentionDuration: '604800s',
    expirationPolicy: {ttl: '2678400s'},
    pushConfig: {},
    state: 'ACTIVE',
  })
  const never = await call('PUT', `${root}/subscriptions/never`, {topic, expirationPolicy: {}, retryPolicy: {}})
  expect(never.json).toMatchObject({
    expirationPolicy: {},
    retryPolicy: {minimumBackoff: '10s', maximumBackoff: '600s'},
  })
})

test('a deleted topic leaves its subscriptions without one', async () => {
  const {call} = await withTopic()
  await call('PUT', `${root}/subscriptions/hold`, {topic})
  expect((await call('GET', `${root}/topics/requests/subscriptions`)).json.subscriptions).toHaveLength(1)
  await call('DELETE', `${root}/topics/requests`)
  expect((await call('GET', `${root}/subscriptions/hold`)).json.topic).toBe('_deleted-topic_')
})

test('an account must exist before messages are pushed with its token', async () => {
  const {call} = await withTopic()
  const refused = await call('PUT', `${root}/subscriptions/push`, {topic, pushConfig: push})
  expect(refused.json.error).toMatchObject({code: 400, message: `Service account ${account} does not exist.`})
  expect((await call('GET', `${root}/subscriptions/push`)).status).toBe(404)
})

test('whoever names an account must be allowed to act as it', async () => {
  const {call, fake, cloud} = await withTopic()
  await fake.seed('POST', 'iam.googleapis.com/v1/projects/stitch-test/serviceAccounts', {accountId: 'stitch-push'})
  const own = {...push, oidcToken: {serviceAccountEmail: 'stitch-push@stitch-test.iam.gserviceaccount.com'}}
  cloud.permissions = new Set(['pubsub.subscriptions.create', 'pubsub.topics.attachSubscription'])
  const refused = await call('PUT', `${root}/subscriptions/push`, {topic, pushConfig: own})
  expect(refused).toMatchObject({
    status: 403,
    json: {error: {details: [{metadata: {permission: 'iam.serviceAccounts.actAs'}}]}},
  })
  cloud.permissions = 'all'
  const made = await call('PUT', `${root}/subscriptions/push`, {topic, pushConfig: own})
  expect(made.json.pushConfig).toEqual({...own, attributes: {'x-goog-version': 'v1'}})
})

test.each([
  ['a topic that is not there', {topic: 'projects/stitch-test/topics/none'}, 404],
  ['a dead-letter topic that is not there', {topic, deadLetterPolicy: {deadLetterTopic: `${topic}-dead`}}, 404],
  ['too short a deadline', {topic, ackDeadlineSeconds: 5}, 400],
  ['too few attempts', {topic, deadLetterPolicy: {deadLetterTopic: topic, maxDeliveryAttempts: 4}}, 400],
  ['too long a back-off', {topic, retryPolicy: {maximumBackoff: '601s'}}, 400],
  ['a label in capitals', {topic, labels: {Stage: 'x'}}, 400],
  ['a plain push endpoint', {topic, pushConfig: {pushEndpoint: 'http://example.com'}}, 400],
])('a subscription with %s is refused', async (_, body, status) => {
  const {call} = await withTopic()
  expect((await call('PUT', `${root}/subscriptions/worker`, body)).status).toBe(status)
})

test('a mask changes what it names and nothing else, and only what can be changed', async () => {
  const {call} = await withTopic()
  await call('PUT', `${root}/subscriptions/hold`, {topic, expirationPolicy: {}, ackDeadlineSeconds: 60})
  const patch = (updateMask: string, subscription: object) =>
    call('PATCH', `${root}/subscriptions/hold`, {updateMask, subscription})
  expect((await patch('ackDeadlineSeconds', {ackDeadlineSeconds: 30, labels: {a: 'b'}})).json).toMatchObject({
    ackDeadlineSeconds: 30,
    expirationPolicy: {},
  })
  expect((await call('GET', `${root}/subscriptions/hold`)).json.labels).toBeUndefined()
  expect((await patch('expirationPolicy', {})).json.expirationPolicy).toEqual({ttl: '2678400s'})
  expect((await patch('topic', {topic})).json.error.message).toContain(
    "the 'topic' field in the Subscription is not mutable",
  )
  expect((await patch('filter', {filter: 'x'})).status).toBe(400)
})
