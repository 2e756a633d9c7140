import {describe, expect, test} from 'vitest'
import {createClient, FUNCTIONS, prepareFunctions, upload, zipOf, type Client} from './client.ts'
import {seedService} from './run/deploy-service.ts'

const api = 'cloudfunctions.googleapis.com/v2'
const one = `${FUNCTIONS}/stitch-lookup`
const name = 'projects/stitch-test/locations/us-central1/functions/stitch-lookup'
const zip = zipOf('exports.lookup = (request, response) => response.send("one")')

async function setUp(): Promise<
  Client & {readonly email: string; readonly body: (change?: object) => Promise<object>}
> {
  const client = createClient()
  const email = await prepareFunctions(client)
  const body = async (change: object = {}): Promise<object> => ({
    labels: {'managed-by': 'stitch'},
    buildConfig: {runtime: 'nodejs24', entryPoint: 'lookup', source: {storageSource: await upload(client, zip)}},
    serviceConfig: {serviceAccountEmail: email, availableMemory: '512Mi', availableCpu: '1', ...change},
  })
  return {...client, email, body}
}

const create = (client: Client, body: object) => client.call('POST', `${FUNCTIONS}?functionId=stitch-lookup`, body)

test('a function is built and started, stage by stage', async () => {
  const client = await setUp()
  const {call, wait, fake} = client
  const {json: operation} = await create(client, await client.body())
  expect((await call('GET', one)).json.state).toBe('DEPLOYING')
  const seen = [operation, (await call('GET', `${api}/${operation.name}`)).json]
  expect(seen.map(({metadata}) => metadata.stages.map(({state}: {state: string}) => state))).toEqual([
    ['IN_PROGRESS', 'NOT_STARTED', 'NOT_STARTED'],
    ['COMPLETE', 'IN_PROGRESS', 'NOT_STARTED'],
  ])
  expect(seen[1]?.metadata.stages[1]).toMatchObject({
    name: 'BUILD',
    resourceUri: expect.stringContaining('https://console.cloud.google.com/cloud-build/builds'),
  })
  const done = await wait(api, operation)
  expect(done.response).toMatchObject({
    name,
    state: 'ACTIVE',
    environment: 'GEN_2',
    serviceConfig: {
      maxInstanceRequestConcurrency: 1,
      timeoutSeconds: 60,
      ingressSettings: 'ALLOW_ALL',
      service: 'projects/stitch-test/locations/us-central1/services/stitch-lookup',
      uri: expect.stringMatching(/^https:\/\/stitch-lookup-\w+-uc\.a\.run\.app$/),
    },
    buildConfig: {source: {storageSource: {bucket: 'gcf-v2-sources-123456789012-us-central1'}}},
  })
  const repository =
    'artifactregistry.googleapis.com/v1/projects/stitch-test/locations/us-central1/repositories/gcf-artifacts'
  expect((await call('GET', repository)).json.format).toBe('DOCKER')
  const service = (
    await call('GET', 'run.googleapis.com/v2/projects/stitch-test/locations/us-central1/services/stitch-lookup')
  ).json
  expect(service).toMatchObject({
    uri: done.response.serviceConfig.uri,
    terminalCondition: {state: 'CONDITION_SUCCEEDED'},
  })
  fake.assertValid()
})

test('one operation at a time: a second change is told to come back', async () => {
  const client = await setUp()
  const {call, wait} = client
  const {json} = await create(client, await client.body())
  const second = await call('PATCH', `${one}?updateMask=labels`, {labels: {}})
  expect(second.json.error).toMatchObject({code: 409, status: 'ABORTED', message: 'unable to queue the operation'})
  expect((await call('DELETE', one)).status).toBe(409)
  await wait(api, json)
  expect((await create(client, await client.body())).json.error.status).toBe('ALREADY_EXISTS')
})

test('a deployment whose starter was killed goes on while somebody looks', async () => {
  const client = await setUp()
  await create(client, await client.body())
  for (let look = 0; look < 4; look += 1) await client.call('GET', one)
  expect((await client.call('GET', one)).json.state).toBe('ACTIVE')
})

test('a mask leaves alone what it does not name', async () => {
  const client = await setUp()
  const {call, wait, fake} = client
  await wait(api, (await create(client, await client.body({environmentVariables: {A: '1'}, maxInstanceCount: 5}))).json)
  const mask = 'labels,service_config.environment_variables'
  const {json} = await call('PATCH', `${one}?updateMask=${mask}`, {
    labels: {x: 'y'},
    serviceConfig: {environmentVariables: {B: '2'}, maxInstanceCount: 9},
  })
  expect((await wait(api, json)).response).toMatchObject({
    labels: {x: 'y'},
    serviceConfig: {environmentVariables: {B: '2'}, maxInstanceCount: 5, availableMemory: '512Mi'},
  })
  const whole = await call('PATCH', `${one}?updateMask=serviceConfig`, {serviceConfig: {availableMemory: '256M'}})
  const reset = (await wait(api, whole.json)).response.serviceConfig
  expect(reset).toMatchObject({maxInstanceCount: 100, availableCpu: '0.1666'})
  expect(reset.environmentVariables).toBeUndefined()
  fake.assertValid()
})

test('functions are listed by label, everywhere or in one region', async () => {
  const client = await setUp()
  const {call, wait} = client
  await wait(api, (await create(client, await client.body())).json)
  const list = async (location: string, filter: string) =>
    (
      await call(
        'GET',
        `cloudfunctions.googleapis.com/v2/projects/stitch-test/locations/${location}/functions?filter=${encodeURIComponent(filter)}`,
      )
    ).json
  expect((await list('-', 'environment="GEN_2" AND labels.managed-by="stitch"')).functions).toHaveLength(1)
  expect(await list('-', 'labels.managed-by="other"')).toEqual({})
  expect(await list('us-east1', '')).toEqual({})
  expect((await list('mars-west1', '')).error).toMatchObject({code: 403})
})

test('the source of a function can be downloaded as it was uploaded', async () => {
  const client = await setUp()
  await client.wait(api, (await create(client, await client.body())).json)
  const {json} = await client.call('POST', `${one}:generateDownloadUrl`, {})
  const {status, bytes} = await client.open('GET', json.downloadUrl, undefined, {})
  expect({status, same: Buffer.from(bytes).equals(Buffer.from(zip))}).toEqual({status: 200, same: true})
})

test('a signed URL takes no credentials, one type, and no other object', async () => {
  const {call, open} = await setUp()
  const {json} = await call('POST', `${FUNCTIONS}:generateUploadUrl`, {environment: 'GEN_2'})
  const type = {'content-type': 'application/zip'}
  expect((await open('PUT', json.uploadUrl, zip, {...type, authorization: 'Bearer x'})).status).toBe(400)
  expect((await open('PUT', json.uploadUrl, zip, {'content-type': 'text/plain'})).status).toBe(403)
  expect((await open('PUT', json.uploadUrl.replace('.zip', '0.zip'), zip)).status).toBe(403)
  expect((await open('PUT', json.uploadUrl, zip)).status).toBe(200)
})

test('deleting takes the service and its policy along', async () => {
  const client = await setUp()
  const {call, wait, cloud} = client
  await wait(api, (await create(client, await client.body())).json)
  const service = 'run.googleapis.com/v2/projects/stitch-test/locations/us-central1/services/stitch-lookup'
  const policy = {policy: {bindings: [{role: 'roles/run.invoker', members: ['allUsers']}]}}
  expect((await call('POST', `${service}:setIamPolicy`, policy)).status).toBe(200)
  await wait(api, (await call('DELETE', one)).json)
  expect((await call('GET', one)).status).toBe(404)
  expect((await call('GET', service)).status).toBe(404)
  expect([...cloud.policies.keys()].filter((key) => key.startsWith('run.'))).toEqual([])
})

describe('is refused at once:', () => {
  test.each([
    ['a runtime that has ended', {buildConfig: {runtime: 'nodejs20'}}, 400],
    ['a runtime that never was', {buildConfig: {runtime: 'nodejs99'}}, 400],
    ['a source that was never uploaded', {buildConfig: {source: {storageSource: {bucket: 'b', object: 'o'}}}}, 400],
    [
      'an account that does not exist',
      {serviceConfig: {serviceAccountEmail: 'no@stitch-test.iam.gserviceaccount.com'}},
      400,
    ],
    ['a label in capitals', {labels: {Stage: 'x'}}, 400],
    ['memory in words', {serviceConfig: {availableMemory: 'much'}}, 400],
  ])('%s', async (_, change: Record<string, object>, status) => {
    const client = await setUp()
    const body = (await client.body()) as Record<string, object>
    const merged = Object.fromEntries(
      ['labels', 'buildConfig', 'serviceConfig'].map((part) => [part, {...body[part], ...change[part]}]),
    )
    expect((await create(client, merged)).status).toBe(status)
    expect((await client.call('GET', one)).status).toBe(404)
  })

  test('an account that the caller may not act as', async () => {
    const client = await setUp()
    const body = await client.body()
    client.cloud.permissions = new Set(['cloudfunctions.functions.create'])
    expect((await create(client, body)).json.error.message).toContain('iam.serviceAccounts.actAs')
  })

  test('the name of a service that somebody deployed without a function', async () => {
    const client = await setUp()
    seedService(client.cloud, {id: 'stitch-lookup', region: 'us-central1'})
    expect((await create(client, await client.body())).json.error.status).toBe('ALREADY_EXISTS')
  })

  test('a deployment while an API that it goes through is off', async () => {
    const client = await setUp()
    client.cloud.project.services.delete('cloudbuild.googleapis.com')
    expect((await create(client, await client.body())).json.error.details[0].reason).toBe('SERVICE_DISABLED')
  })
})

describe('ends in an error:', () => {
  const secret = {key: 'PEPPER', projectId: 'stitch-test', secret: 'pepper', version: '1'}

  test('a function whose account may not read its secret, until it may', async () => {
    const client = await setUp()
    const {call, wait, fake, email} = client
    const secrets = 'secretmanager.googleapis.com/v1/projects/stitch-test/secrets'
    await fake.seed('POST', `${secrets}?secretId=pepper`, {replication: {automatic: {}}})
    const body = await client.body({secretEnvironmentVariables: [secret]})
    const missing = await wait(api, (await create(client, body)).json)
    expect(missing.error.message).toContain('Secret projects/123456789012/secrets/pepper/versions/1 was not found')
    await fake.seed('POST', `${secrets}/pepper:addVersion`, {payload: {data: 'c2VjcmV0'}})
    const again = async () =>
      wait(
        api,
        (await call('PATCH', `${one}?updateMask=serviceConfig`, {serviceConfig: Object(body).serviceConfig})).json,
      )
    const denied = await again()
    expect(denied.error).toMatchObject({code: 3, message: expect.stringContaining(`Permission denied on secret`)})
    expect(denied.metadata.stages[2]).toMatchObject({name: 'SERVICE', stateMessages: [{severity: 'ERROR'}]})
    expect((await call('GET', one)).json).toMatchObject({state: 'FAILED', stateMessages: [{severity: 'ERROR'}]})
    const grant = {
      policy: {bindings: [{role: 'roles/secretmanager.secretAccessor', members: [`serviceAccount:${email}`]}]},
    }
    await fake.seed('POST', `${secrets}/pepper:setIamPolicy`, grant)
    expect((await again()).response.state).toBe('ACTIVE')
    expect((await call('GET', one)).json.stateMessages).toBeUndefined()
  })

  test('concurrency with less than a whole CPU', async () => {
    const client = await setUp()
    const body = await client.body({availableCpu: '0.5', maxInstanceRequestConcurrency: 80})
    const {error} = await client.wait(api, (await create(client, body)).json)
    expect(error.message).toContain('Total cpu < 1 is not supported with concurrency > 1')
  })

  test('a build for whose account nobody granted the role', async () => {
    const client = await setUp()
    await client.fake.seed('POST', 'cloudresourcemanager.googleapis.com/v1/projects/stitch-test:setIamPolicy', {
      policy: {},
    })
    const {error} = await client.wait(api, (await create(client, await client.body())).json)
    expect(error.message).toContain('missing permission on the build service account')
  })

  test('bytes that are no archive', async () => {
    const client = await setUp()
    const source = {storageSource: await upload(client, Buffer.from('no zip'))}
    const body = (await client.body()) as {buildConfig: object}
    const broken = {...body, buildConfig: {...body.buildConfig, source}}
    const {error} = await client.wait(api, (await create(client, broken)).json)
    expect(error.message).toContain('Build failed')
  })

  test.each(['ARTIFACT_REGISTRY', 'BUILD', 'SERVICE'] as const)('a deployment made to fail at %s', async (stage) => {
    const client = await setUp()
    const {call, wait, cloud} = client
    await wait(api, (await create(client, await client.body())).json)
    const before = (await call('GET', one)).json
    cloud.faults.inject({match: ({method}) => method === 'PATCH', kind: `operation:${stage}`})
    const change = () => call('PATCH', `${one}?updateMask=labels`, {labels: {x: 'y'}})
    const done = await wait(api, (await change()).json)
    expect(done.error.message).not.toContain('The operation failed at stage')
    const after = (await call('GET', one)).json
    // The old revision serves on.
    expect(after).toMatchObject({state: 'FAILED', serviceConfig: {revision: before.serviceConfig.revision}})
    expect((await wait(api, (await change()).json)).response).toMatchObject({state: 'ACTIVE', labels: {x: 'y'}})
  })
})
