import {execFile} from 'node:child_process'
import {existsSync} from 'node:fs'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {createCloud} from './cloud.ts'
import {createFakeGcp} from './handle.ts'
import type {RunningFake} from './server.ts'
import type {Json} from './service.ts'
import {tokenFor} from './token.ts'

const gcloud = (process.env['PATH'] ?? '')
  .split(':')
  .map((folder) => join(folder, 'gcloud'))
  .find((file) => existsSync(file))
const APIS = ['cloudresourcemanager', 'iam', 'secretmanager', 'serviceusage', 'artifactregistry']

const cloud = createCloud({services: APIS.map((api) => `${api}.googleapis.com`)})
const fake = createFakeGcp(cloud)
let running: RunningFake
let folder: string

/** The real gcloud against the fake, as JSON. */
async function read(...args: readonly string[]): Promise<Json> {
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
  const {stdout, stderr} = await promisify(execFile)(gcloud ?? 'gcloud', [...args, '--format=json'], {env})
  // What it does is told there too.
  expect(stderr).not.toMatch(/warning|error|traceback/i)
  return JSON.parse(stdout)
}

const reason = gcloud === undefined ? 'the Google Cloud CLI is not installed' : 'the real gcloud'
describe.skipIf(gcloud === undefined)(reason, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stitch-gcloud-'))
    await writeFile(
      join(folder, 'token'),
      tokenFor('dev@example.com', ['https://www.googleapis.com/auth/cloud-platform']),
    )
    running = await fake.start()
    const secrets = 'secretmanager.googleapis.com/v1/projects/stitch-test/secrets'
    await fake.seed('POST', 'iam.googleapis.com/v1/projects/stitch-test/serviceAccounts', {
      accountId: 'stitch-push',
      serviceAccount: {displayName: 'Push'},
    })
    await fake.seed('POST', `${secrets}?secretId=stitch-pepper`, {replication: {automatic: {}}, labels: {a: 'b'}})
    await fake.seed('POST', `${secrets}/stitch-pepper:addVersion`, {payload: {data: 'c2VjcmV0'}})
    const location = 'artifactregistry.googleapis.com/v1/projects/stitch-test/locations/europe-west1'
    await fake.seed('POST', `${location}/repositories?repositoryId=gcf-artifacts`, {format: 'DOCKER'})
    const bindings = [
      {
        role: 'roles/datastore.user',
        members: ['serviceAccount:stitch-push@stitch-test.iam.gserviceaccount.com'],
        condition: {title: 'one database', expression: 'resource.name == "projects/stitch-test/databases/(default)"'},
      },
    ]
    await fake.seed('POST', 'cloudresourcemanager.googleapis.com/v1/projects/stitch-test:setIamPolicy', {
      policy: {version: 3, bindings},
    })
  })
  afterAll(async () => {
    await running[Symbol.asyncDispose]()
    await rm(folder, {recursive: true})
    fake.assertValid()
  })

  test('reads the project and its policy, with its condition', async () => {
    expect(await read('projects', 'describe', 'stitch-test')).toMatchObject({projectNumber: cloud.project.number})
    expect(await read('projects', 'get-iam-policy', 'stitch-test')).toMatchObject({
      version: 3,
      bindings: [{role: 'roles/datastore.user', condition: {title: 'one database'}}],
    })
  })

  test('reads service accounts', async () => {
    const email = 'stitch-push@stitch-test.iam.gserviceaccount.com'
    expect(await read('iam', 'service-accounts', 'list')).toMatchObject([{email, displayName: 'Push'}])
    expect(await read('iam', 'service-accounts', 'get-iam-policy', email)).toMatchObject({etag: 'ACAB'})
  })

  test('reads secrets, versions and values', async () => {
    const name = `projects/${cloud.project.number}/secrets/stitch-pepper`
    expect(await read('secrets', 'list')).toMatchObject([{name, labels: {a: 'b'}}])
    expect(await read('secrets', 'versions', 'list', 'stitch-pepper')).toMatchObject([{state: 'ENABLED'}])
    const latest = await read('secrets', 'versions', 'access', 'latest', '--secret=stitch-pepper')
    expect(Buffer.from(latest.payload.data, 'base64').toString()).toBe('secret')
    expect(await read('secrets', 'get-iam-policy', 'stitch-pepper')).toMatchObject({etag: 'ACAB'})
  })

  test('reads which services are enabled, and repositories', async () => {
    const services = await read('services', 'list', '--enabled')
    expect(services.map(({config}: Json) => config.name)).toEqual(APIS.map((api) => `${api}.googleapis.com`).sort())
    const repositories = await read('artifacts', 'repositories', 'list', '--location=europe-west1')
    expect(repositories).toMatchObject([{format: 'DOCKER'}])
  })

  test('changes a policy by its etag', async () => {
    const member = 'user:someone@example.com'
    await fake.seed('POST', 'secretmanager.googleapis.com/v1/projects/stitch-test/secrets?secretId=other', {
      replication: {automatic: {}},
    })
    const given = ['--member', member, '--role', 'roles/secretmanager.secretAccessor']
    const policy = await read('secrets', 'get-iam-policy', 'other')
    expect(policy.bindings).toBeUndefined()
    const changed = await read('secrets', 'add-iam-policy-binding', 'other', ...given)
    expect(changed.bindings).toEqual([{role: 'roles/secretmanager.secretAccessor', members: [member]}])
  })
})
