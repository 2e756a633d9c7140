import {describe, expect, test} from 'vitest'
import {createCloud, type CloudOptions} from '../cloud.ts'
import {createFakeGcp} from '../handle.ts'
import type {Json} from '../service.ts'
import {readToken, tokenFor} from '../token.ts'

const APIS = ['iam', 'cloudresourcemanager', 'secretmanager', 'cloudbuild', 'cloudbilling', 'artifactregistry']
const token = tokenFor('dev@example.com', ['https://www.googleapis.com/auth/cloud-platform'])

/** `call` answers `{status, json}`; every request is held to the documents. */
function setUp(options: CloudOptions = {}) {
  const cloud = createCloud({services: APIS.map((api) => `${api}.googleapis.com`), polls: 1, ...options})
  const fake = createFakeGcp(cloud)
  const call = async (method: string, url: string, body?: object): Promise<{status: number; json: Json}> => {
    const {status, body: bytes} = await fake.transport({
      method,
      url: `https://${url}`,
      headers: {authorization: `Bearer ${token}`},
      ...(body ? {body: JSON.stringify(body)} : {}),
    })
    fake.assertValid()
    return {status, json: JSON.parse(Buffer.from(bytes).toString())}
  }
  return {cloud, fake, call}
}

const secrets = 'secretmanager.googleapis.com/v1/projects/stitch-test/secrets'
const replication = {automatic: {}}
const services = 'serviceusage.googleapis.com/v1/projects/stitch-test/services'

describe('secrets', () => {
  test('are answered under the number of the project, and kept in numbered versions', async () => {
    const {call} = setUp()
    const name = 'projects/123456789012/secrets/pepper'
    expect((await call('POST', `${secrets}?secretId=pepper`, {replication})).json.name).toBe(name)
    expect((await call('POST', `${secrets}?secretId=pepper`, {replication})).status).toBe(409)
    expect((await call('GET', `${secrets}/pepper/versions/latest`)).status).toBe(404)
    for (const text of ['a', 'b']) {
      await call('POST', `${secrets}/pepper:addVersion`, {payload: {data: Buffer.from(text).toString('base64')}})
    }
    const latest = await call('GET', `${secrets}/pepper/versions/latest`)
    expect(latest.json).toMatchObject({name: `${name}/versions/2`, state: 'ENABLED'})
    expect(JSON.stringify(latest.json)).not.toContain('payload')
    await call('POST', `${secrets}/pepper/versions/2:disable`, {})
    expect((await call('GET', `${secrets}/pepper/versions/latest:access`)).status).toBe(400)
    const first = await call('GET', `${secrets}/pepper/versions/1:access`)
    expect(Buffer.from(first.json.payload.data, 'base64').toString()).toBe('a')
    const enabled = await call('GET', `${secrets}/pepper/versions?filter=state:ENABLED`)
    expect(enabled.json.versions).toHaveLength(1)
  })

  test('are changed only with the etag that they have', async () => {
    const {call} = setUp()
    const {json} = await call('POST', `${secrets}?secretId=pepper`, {replication})
    const patch = {etag: json.etag, labels: {a: 'b'}}
    expect((await call('PATCH', `${secrets}/pepper?updateMask=labels`, patch)).json.labels).toEqual({a: 'b'})
    const late = await call('PATCH', `${secrets}/pepper?updateMask=labels`, patch)
    expect(late).toMatchObject({status: 400, json: {error: {status: 'FAILED_PRECONDITION'}}})
  })

  test('take a payload whose checksum is right', async () => {
    const {call} = setUp()
    await call('POST', `${secrets}?secretId=s`, {replication})
    // The check value of CRC-32C.
    const payload = {data: Buffer.from('123456789').toString('base64'), dataCrc32c: '3808858755'}
    expect((await call('POST', `${secrets}/s:addVersion`, {payload})).json.clientSpecifiedPayloadChecksum).toBe(true)
    const wrong = {...payload, dataCrc32c: '1'}
    expect((await call('POST', `${secrets}/s:addVersion`, {payload: wrong})).status).toBe(400)
  })

  test('are refused over the quota', async () => {
    const {call, cloud} = setUp()
    cloud.limits.set('secretmanager.secrets', 1)
    await call('POST', `${secrets}?secretId=a`, {replication})
    expect((await call('POST', `${secrets}?secretId=b`, {replication})).status).toBe(429)
  })
})

describe('services', () => {
  test('are enabled at most twenty at once, and not without billing', async () => {
    const {call, cloud} = setUp()
    const many = Array.from({length: 21}, (_, n) => `api${n}.googleapis.com`)
    expect((await call('POST', `${services}:batchEnable`, {serviceIds: many})).status).toBe(400)
    cloud.project.billing = false
    const refused = await call('POST', `${services}/run.googleapis.com:enable`, {})
    expect(refused.json.error).toMatchObject({
      status: 'FAILED_PRECONDITION',
      details: [{reason: 'UREQ_PROJECT_BILLING_NOT_FOUND'}],
    })
    const billing = await call('GET', 'cloudbilling.googleapis.com/v1/projects/stitch-test/billingInfo')
    expect(billing.json).toMatchObject({billingEnabled: false, billingAccountName: ''})
  })

  test('have accounts of their own only once these were asked for', async () => {
    const {call} = setUp()
    const agent = 'service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com'
    const policy = {bindings: [{role: 'roles/viewer', members: [`serviceAccount:${agent}`]}]}
    const set = async () =>
      (await call('POST', 'cloudresourcemanager.googleapis.com/v1/projects/stitch-test:setIamPolicy', {policy})).status
    expect(await set()).toBe(400)
    const identity = 'serviceusage.googleapis.com/v1beta1/projects/123456789012/services/pubsub.googleapis.com'
    const {json} = await call('POST', `${identity}:generateServiceIdentity`)
    expect(json).toMatchObject({done: true, response: {email: agent}})
    expect(await set()).toBe(200)
  })
})

test('Members of others are refused under domain-restricted sharing', async () => {
  const {call} = setUp({membersRestricted: true})
  await call('POST', `${secrets}?secretId=s`, {replication})
  const policy = {bindings: [{role: 'roles/secretmanager.viewer', members: ['allUsers']}]}
  const {json} = await call('POST', `${secrets}/s:setIamPolicy`, {policy})
  expect(json.error.message).toContain('do not belong to a permitted customer')
})

test('A role of another product is refused on a resource', async () => {
  const {call} = setUp()
  await call('POST', `${secrets}?secretId=s`, {replication})
  const policy = {bindings: [{role: 'roles/pubsub.publisher', members: ['user:a@example.com']}]}
  expect((await call('POST', `${secrets}/s:setIamPolicy`, {policy})).status).toBe(400)
})

test('A clean-up policy needs one kind of condition and its own key', async () => {
  const {call} = setUp()
  const at = 'artifactregistry.googleapis.com/v1/projects/stitch-test/locations/europe-west1'
  const {json} = await call('POST', `${at}/repositories?repositoryId=images`, {format: 'DOCKER'})
  expect((await call('GET', `artifactregistry.googleapis.com/v1/${json.name}`)).json.done).toBe(true)
  const patch = async (policy: object) =>
    (await call('PATCH', `${at}/repositories/images?updateMask=cleanupPolicies`, {cleanupPolicies: {a: policy}})).status
  expect(await patch({id: 'a', action: 'KEEP', mostRecentVersions: {keepCount: 3}})).toBe(200)
  expect(await patch({id: 'b', action: 'KEEP', mostRecentVersions: {keepCount: 3}})).toBe(400)
  expect(await patch({id: 'a', action: 'DELETE'})).toBe(400)
})

test('Builds run as the default compute account', async () => {
  const {call} = setUp()
  const {json} = await call(
    'GET',
    'cloudbuild.googleapis.com/v1/projects/stitch-test/locations/us-central1/defaultServiceAccount',
  )
  expect(json.serviceAccountEmail).toContain('/123456789012-compute@developer.gserviceaccount.com')
})

test('The token endpoint gives the scopes that were asked for, and nothing for a refresh token that has expired', async () => {
  const {fake} = setUp()
  const exchange = async (form: Record<string, string>): Promise<Json> => {
    const {body} = await fake.transport({
      method: 'POST',
      url: 'https://oauth2.googleapis.com/token',
      headers: {'content-type': 'application/x-www-form-urlencoded'},
      body: new URLSearchParams({grant_type: 'refresh_token', ...form}).toString(),
    })
    return JSON.parse(Buffer.from(body).toString())
  }
  const granted = await exchange({refresh_token: '1//dev@example.com', scope: 'openid a'})
  expect(readToken(granted.access_token)).toEqual({email: 'dev@example.com', scopes: ['openid', 'a']})
  expect(granted.id_token).toBeDefined()
  expect((await exchange({refresh_token: 'old'})).error).toBe('invalid_grant')
})
