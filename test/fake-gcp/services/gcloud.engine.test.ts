import {execFile} from 'node:child_process'
import {existsSync} from 'node:fs'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {RunningFake} from '../server.ts'
import type {Json} from '../service.ts'
import {tokenFor} from '../token.ts'
import {createClient, FUNCTIONS, prepareFunctions, upload, zipOf} from './client.ts'
import {seedDatabase} from './firestore/databases.ts'
import {writeLogEntry} from './logging/entries.ts'

const installed = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'gcloud')))
const APIS = ['cloudfunctions', 'cloudresourcemanager', 'firestore', 'logging', 'monitoring', 'pubsub', 'run']
const client = createClient()
const {call, cloud, fake, wait} = client
const resource = {type: 'cloud_run_revision', labels: {service_name: 'stitch-lookup'}}
let running: RunningFake
let folder: string
let uri: string
let email: string

/** What the real gcloud says, as JSON. */
async function read(command: string): Promise<Json> {
  const endpoints = APIS.map((api) => [
    `CLOUDSDK_API_ENDPOINT_OVERRIDES_${api.toUpperCase()}`,
    running.endpoint(`${api}.googleapis.com`),
  ])
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    CLOUDSDK_CONFIG: join(folder, 'config'),
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_PROJECT: 'stitch-test',
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(folder, 'token'),
    ...Object.fromEntries(endpoints),
  }
  const {stdout} = await promisify(execFile)('gcloud', [...command.split(' '), '--format=json'], {env})
  return JSON.parse(stdout)
}

describe.skipIf(!installed)(installed ? 'the real gcloud' : 'the Google Cloud CLI is not installed', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stitch-gcloud-'))
    const token = tokenFor('dev@example.com', ['https://www.googleapis.com/auth/cloud-platform'])
    await writeFile(join(folder, 'token'), token)
    running = await fake.start()
    email = await prepareFunctions(client)
    const {json} = await call('POST', `${FUNCTIONS}?functionId=stitch-lookup`, {
      labels: {'managed-by': 'stitch'},
      buildConfig: {
        runtime: 'nodejs24',
        entryPoint: 'lookup',
        source: {storageSource: await upload(client, zipOf('exports.lookup = 1'))},
      },
      serviceConfig: {serviceAccountEmail: email, environmentVariables: {A: '1'}},
    })
    uri = (await wait('cloudfunctions.googleapis.com/v2', json)).response.serviceConfig.uri
    const pubsub = 'pubsub.googleapis.com/v1/projects/stitch-test'
    await call('PUT', `${pubsub}/topics/requests`, {labels: {a: 'b'}})
    await call('PUT', `${pubsub}/subscriptions/worker`, {
      topic: 'projects/stitch-test/topics/requests',
      expirationPolicy: {},
      pushConfig: {pushEndpoint: uri, oidcToken: {serviceAccountEmail: email, audience: uri}},
    })
    seedDatabase(cloud, {location: 'us-central1'})
    const fields =
      'firestore.googleapis.com/v1/projects/stitch-test/databases/(default)/collectionGroups/requests/fields'
    const ttl = await call('PATCH', `${fields}/expireAt?updateMask=ttlConfig`, {ttlConfig: {}})
    await wait('firestore.googleapis.com/v1', ttl.json)
    await call('POST', 'logging.googleapis.com/v2/projects/stitch-test/metrics', {
      name: 'errors',
      filter: 'severity>=ERROR',
    })
    writeLogEntry(cloud, {textPayload: 'hello', severity: 'NOTICE', resource})
  })
  afterAll(async () => {
    await running[Symbol.asyncDispose]()
    await rm(folder, {recursive: true})
    fake.assertValid()
  })

  test('reads functions, and lets somebody call one', async () => {
    const name = 'projects/stitch-test/locations/us-central1/functions/stitch-lookup'
    expect(await read('functions list')).toMatchObject([{name, state: 'ACTIVE'}])
    const described = await read('functions describe stitch-lookup --gen2 --region=us-central1')
    expect(described).toMatchObject({
      buildConfig: {runtime: 'nodejs24', entryPoint: 'lookup'},
      serviceConfig: {uri, serviceAccountEmail: email, environmentVariables: {A: '1'}},
    })
    await read('functions add-invoker-policy-binding stitch-lookup --region=us-central1 --member=allUsers')
    const policy = await read('run services get-iam-policy stitch-lookup --region=us-central1')
    expect(policy.bindings).toEqual([{role: 'roles/run.invoker', members: ['allUsers']}])
    expect(await read('run services list')).toMatchObject([{status: {url: uri}}])
  })

  test('reads topics and changes a subscription', async () => {
    expect(await read('pubsub topics list')).toEqual([{name: 'projects/stitch-test/topics/requests', labels: {a: 'b'}}])
    const before = await read('pubsub subscriptions describe worker')
    expect(before).toMatchObject({expirationPolicy: {}, pushConfig: {oidcToken: {serviceAccountEmail: email}}})
    await read('pubsub subscriptions update worker --ack-deadline=30')
    expect(await read('pubsub subscriptions describe worker')).toEqual({...before, ackDeadlineSeconds: 30})
  })

  test('reads databases and what is deleted by its time', async () => {
    expect(await read('firestore databases describe --database=(default)')).toMatchObject({type: 'FIRESTORE_NATIVE'})
    const [field] = await read('firestore fields ttls list')
    expect(field).toMatchObject({
      name: expect.stringContaining('/collectionGroups/requests/fields/expireAt'),
      ttlConfig: {state: 'ACTIVE'},
    })
  })

  test('reads metrics and the log', async () => {
    expect(await read('logging metrics list')).toMatchObject([{name: 'errors'}])
    const query = 'resource.type="cloud_run_revision"'
    expect(await read(`logging read ${query} --freshness=3650d`)).toMatchObject([{textPayload: 'hello'}])
  })

  test('follows an operation to its end', async () => {
    await read('functions delete stitch-lookup --gen2 --region=us-central1')
    expect(await read('functions list')).toEqual([])
  })
})
