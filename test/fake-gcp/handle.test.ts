import {describe, expect, test} from 'vitest'
import {createCloud, type CloudOptions} from './cloud.ts'
import {createFakeGcp, type FakeOptions} from './handle.ts'
import type {Json} from './service.ts'
import {tokenFor} from './token.ts'

const ALL = 'https://www.googleapis.com/auth/cloud-platform'
const SERVICES = ['iam', 'cloudresourcemanager', 'secretmanager', 'serviceusage', 'cloudbuild', 'artifactregistry'].map(
  (name) => `${name}.googleapis.com`,
)

/** A cloud with one way in; `call` throws on nothing and answers status and JSON. */
function setUp(options: CloudOptions = {}, fakeOptions: FakeOptions = {}) {
  const cloud = createCloud({services: SERVICES, ...options})
  const fake = createFakeGcp(cloud, fakeOptions)
  const call = async (
    method: string,
    url: string,
    body?: object,
    scopes = [ALL],
  ): Promise<{status: number; json: Json}> => {
    const answer = await fake.transport({
      method,
      url: `https://${url}`,
      headers: {authorization: `Bearer ${tokenFor('dev@example.com', scopes)}`},
      ...(body ? {body: JSON.stringify(body)} : {}),
    })
    return {status: answer.status, json: JSON.parse(Buffer.from(answer.body).toString())}
  }
  return {cloud, fake, call}
}

const accounts = 'iam.googleapis.com/v1/projects/stitch-test/serviceAccounts'
const project = 'cloudresourcemanager.googleapis.com/v1/projects/stitch-test'
const secrets = 'secretmanager.googleapis.com/v1/projects/stitch-test/secrets'
const account = {accountId: 'stitch-push', serviceAccount: {displayName: 'Push'}}
const email = 'stitch-push@stitch-test.iam.gserviceaccount.com'
const bind = (etag: string) => ({
  policy: {version: 3, etag, bindings: [{role: 'roles/viewer', members: [`serviceAccount:${email}`]}]},
})

describe('a policy', () => {
  test('is refused with an etag that another write made old', async () => {
    const {call} = setUp({propagation: {account: 0}})
    await call('POST', accounts, account)
    const {json: policy} = await call('POST', `${project}:getIamPolicy`, {})
    expect(policy).toEqual({version: 1, etag: 'ACAB'})
    expect((await call('POST', `${project}:setIamPolicy`, bind(policy.etag))).status).toBe(200)
    const late = await call('POST', `${project}:setIamPolicy`, bind(policy.etag))
    expect(late).toMatchObject({status: 409, json: {error: {status: 'ABORTED'}}})
  })

  test('with conditions needs version 3, and hides them from those who ask for less', async () => {
    const {call} = setUp()
    const condition = {title: 'one database', expression: 'resource.name == "x"'}
    const bindings = [{role: 'roles/viewer', members: ['user:a@example.com'], condition}]
    expect((await call('POST', `${project}:setIamPolicy`, {policy: {bindings}})).status).toBe(400)
    expect((await call('POST', `${project}:setIamPolicy`, {policy: {version: 3, bindings}})).status).toBe(200)
    const seen = async (version: number) =>
      (await call('POST', `${project}:getIamPolicy`, {options: {requestedPolicyVersion: version}})).json
    expect(await seen(3)).toMatchObject({version: 3, bindings})
    expect((await seen(1)).bindings[0].role).toMatch(/_withcond_/)
    expect((await call('POST', `${project}:setIamPolicy`, {policy: {version: 1, bindings: []}})).status).toBe(400)
  })

  test('keeps members whose account was deleted, under another name', async () => {
    const {call, cloud} = setUp({propagation: {account: 0}})
    await call('POST', accounts, account)
    await call('POST', `${project}:setIamPolicy`, bind(''))
    await call('DELETE', `${accounts}/${email}`)
    expect(JSON.stringify(cloud.snapshot().policies)).toContain(`deleted:serviceAccount:${email}?uid=#`)
    expect((await call('DELETE', `${accounts}/${email}`)).status).toBe(404)
  })
})

describe('something new', () => {
  test('account is not known to a policy until it was asked for often enough', async () => {
    const {call} = setUp({propagation: {account: 2}})
    await call('POST', accounts, account)
    const statuses = []
    for (let n = 0; n < 3; n += 1) statuses.push((await call('POST', `${project}:setIamPolicy`, bind(''))).status)
    expect(statuses).toEqual([400, 400, 200])
  })

  test('API is refused while it is off, while it is being enabled, and once more afterwards', async () => {
    const {call} = setUp({services: []})
    const services = 'serviceusage.googleapis.com/v1/projects/123456789012/services'
    const read = async () => (await call('GET', secrets)).json.error?.details[0].reason ?? 'fine'
    expect(await read()).toBe('SERVICE_DISABLED')
    const {json: operation} = await call('POST', `${services}:batchEnable`, {
      serviceIds: ['secretmanager.googleapis.com'],
    })
    expect(operation.done).toBeUndefined()
    expect(await read()).toBe('SERVICE_DISABLED')
    const poll = async () => (await call('GET', `serviceusage.googleapis.com/v1/${operation.name}`)).json.done
    expect([await poll(), await poll()]).toEqual([undefined, true])
    expect([await read(), await read()]).toEqual(['SERVICE_DISABLED', 'fine'])
    const again = await call('POST', `${services}:batchEnable`, {serviceIds: ['secretmanager.googleapis.com']})
    expect(again.json).toMatchObject({name: 'operations/noop.DONE_OPERATION', done: true})
  })
})

describe('a fault', () => {
  test('before leaves everything as it was, after makes the change and loses its answer', async () => {
    const {call, cloud} = setUp()
    cloud.faults.inject({match: 1, kind: 503})
    cloud.faults.inject({match: ({method}) => method === 'POST', when: 'after', kind: 'reset'})
    expect((await call('POST', accounts, account)).status).toBe(503)
    expect(cloud.snapshot().resources).toEqual({})
    await expect(call('POST', accounts, account)).rejects.toMatchObject({code: 'ECONNRESET'})
    expect((await call('POST', accounts, account)).status).toBe(409)
    expect(cloud.faults.met()).toBe(2)
  })

  test('ends an operation in an error', async () => {
    const {call, cloud} = setUp({polls: 1})
    cloud.faults.inject({match: () => true, kind: 'operation:CREATE'})
    const at = 'artifactregistry.googleapis.com/v1/projects/stitch-test/locations/europe-west1/repositories'
    const {json} = await call('POST', `${at}?repositoryId=images`, {format: 'DOCKER'})
    const polled = await call('GET', `artifactregistry.googleapis.com/v1/${json.name}`)
    expect(polled.json).toMatchObject({done: true, error: {code: 9}})
    expect(cloud.snapshot().resources).toEqual({})
  })

  test('that kills leaves this call and all later ones without an answer', async () => {
    const {fake, call, cloud} = setUp(
      {},
      {onCall: (n, _call, phase) => (n === 2 && phase === 'after' ? 'kill' : undefined)},
    )
    await call('GET', accounts)
    let answered = false
    void call('POST', accounts, account).then(() => (answered = true))
    await fake.killed
    void call('GET', accounts).then(() => (answered = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(answered).toBe(false)
    expect(fake.calls).toHaveLength(2)
    expect(Object.keys(cloud.snapshot().resources)).toEqual(['iam.serviceAccounts'])
  })
})

describe('a caller', () => {
  test('without a permission is told which, and all that were needed are known', async () => {
    const {call, cloud} = setUp({permissions: ['iam.serviceAccounts.list']})
    expect((await call('GET', accounts)).status).toBe(200)
    const refused = await call('POST', accounts, account)
    expect(refused).toMatchObject({status: 403, json: {error: {status: 'PERMISSION_DENIED'}}})
    expect(refused.json.error.message).toContain("Permission 'iam.serviceAccounts.create' denied")
    expect(refused.json.error.details[0].metadata.permission).toBe('iam.serviceAccounts.create')
    expect([...cloud.needed]).toEqual(['iam.serviceAccounts.list', 'iam.serviceAccounts.create'])
    const asked = {permissions: ['iam.serviceAccounts.list', 'iam.serviceAccounts.create']}
    const held = await call('POST', `${project}:testIamPermissions`, asked)
    expect(held.json.permissions).toEqual(['iam.serviceAccounts.list'])
  })

  test('that counts its calls on a project must be allowed to use it', async () => {
    const {fake} = setUp({permissions: ['iam.serviceAccounts.list']})
    const headers = {authorization: `Bearer ${tokenFor('a@example.com', [ALL])}`, 'x-goog-user-project': 'stitch-test'}
    const {status, body} = await fake.transport({method: 'GET', url: `https://${accounts}`, headers})
    expect([status, JSON.parse(Buffer.from(body).toString()).error.details[0].reason]).toEqual([
      403,
      'USER_PROJECT_DENIED',
    ])
  })

  test('without a token, or over the quota, is refused', async () => {
    const {fake, call} = setUp({quotas: {'iam.googleapis.com': 2}})
    expect((await fake.transport({method: 'GET', url: `https://${accounts}`, headers: {}})).status).toBe(401)
    expect((await call('GET', accounts)).status).toBe(200)
    expect((await call('GET', accounts)).status).toBe(200)
    expect((await call('GET', accounts)).status).toBe(429)
  })
})

test('A seeded resource costs no call and no permission, and snapshots of equal states are equal', async () => {
  const {fake, cloud} = setUp({permissions: []})
  await fake.seed('POST', `${secrets}?secretId=theirs`, {replication: {automatic: {}}})
  await fake.seed('POST', `${secrets}/theirs:addVersion`, {payload: {data: Buffer.from('hidden').toString('base64')}})
  expect([...cloud.needed, ...fake.calls]).toEqual([])
  const other = setUp()
  await other.call('POST', `${secrets}?secretId=theirs`, {replication: {automatic: {}}})
  await other.call('POST', `${secrets}/theirs:addVersion`, {payload: {data: Buffer.from('secret').toString('base64')}})
  expect(other.cloud.snapshot()).toEqual(cloud.snapshot())
  expect(JSON.stringify(cloud.snapshot())).toContain('(6 bytes)')
})

test('A request without a route is a 501 and a violation', async () => {
  const {fake, call} = setUp()
  expect((await call('GET', 'iam.googleapis.com/v1/roles')).status).toBe(501)
  expect(() => fake.assertValid()).toThrow('the fake has no such route')
})
