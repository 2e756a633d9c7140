import {execFile} from 'node:child_process'
import {existsSync} from 'node:fs'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {deploy, type DeployOutcome} from '#runtime/deploy/plan/deploy.ts'
import type {Binding, GrantObject, Spec, SpecType} from '#runtime/deploy/specs.ts'
import {createCloud} from '../fake-gcp/cloud.ts'
import {createFakeGcp} from '../fake-gcp/handle.ts'
import type {RunningFake} from '../fake-gcp/server.ts'
import {tokenFor} from '../fake-gcp/token.ts'
import {deployOptions, ioFor, makeProject} from './plan/stage.ts'

const installed = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'gcloud')))
const APIS = [
  'artifactregistry',
  'cloudfunctions',
  'cloudresourcemanager',
  'firestore',
  'iam',
  'pubsub',
  'run',
  'secretmanager',
  'serviceusage',
]
const REGION = '--region=us-central1'

const cloud = createCloud()
const fake = createFakeGcp(cloud)
const {number} = cloud.project
let running: RunningFake
let folder: string
let outcome: DeployOutcome

/** What the real gcloud says of the cloud, as JSON. */
async function read(command: string): Promise<unknown> {
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

/** What was wanted. */
function specsOf<T extends SpecType>(type: T): readonly Extract<Spec, {type: T}>[] {
  return outcome.plan.changes.flatMap(({spec}) => (spec.type === type ? [spec as Extract<Spec, {type: T}>] : []))
}

type Policy = {
  readonly bindings?: readonly {
    readonly role: string
    readonly members: readonly string[]
    readonly condition?: {readonly title: string; readonly expression: string}
  }[]
}

/** One line per member. */
function linesOf({bindings = []}: Policy): readonly string[] {
  const lines = bindings.flatMap(({role, members, condition}) =>
    members.map((member) => lineOf({role, member, ...(condition ? {condition} : {})})),
  )
  return lines.toSorted()
}

function lineOf({role, member, condition}: Binding): string {
  const agent = `serviceAccount:service-${number}@gcp-sa-pubsub.iam.gserviceaccount.com`
  const who = member === 'service-agent:pubsub' ? agent : member
  return [role, who, ...(condition ? [condition.title, condition.expression] : [])].join(' | ')
}

const POLICIES: Readonly<Record<GrantObject['type'], (name: string) => string>> = {
  project: (name) => `projects get-iam-policy ${name}`,
  secret: (name) => `secrets get-iam-policy ${name}`,
  topic: (name) => `pubsub topics get-iam-policy ${name}`,
  subscription: (name) => `pubsub subscriptions get-iam-policy ${name}`,
  'run-service': (name) => `run services get-iam-policy ${name} ${REGION}`,
}

const reason = installed ? 'the real gcloud reads what we have deployed' : 'the Google Cloud CLI is not installed'
describe.skipIf(!installed)(reason, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stitch-gcloud-'))
    const token = tokenFor('dev@example.com', ['https://www.googleapis.com/auth/cloud-platform'])
    await writeFile(join(folder, 'token'), token)
    await using project = await makeProject()
    outcome = await deploy(deployOptions(project, ioFor(fake).io))
    cloud.settle()
    running = await fake.start()
  })
  afterAll(async () => {
    await running[Symbol.asyncDispose]()
    await rm(folder, {recursive: true})
    fake.assertValid()
  })

  test('functions as they are wanted', async () => {
    const specs = specsOf('function')
    expect(specs.map(({functionId}) => functionId)).toEqual(['stitch-lookup', 'stitch-worker'])
    for (const spec of specs) {
      const {functionId, labels, environment, secrets} = spec
      expect(await read(`functions describe ${functionId} --v2 ${REGION}`), functionId).toMatchObject({
        name: `projects/stitch-test/locations/us-central1/functions/${functionId}`,
        state: 'ACTIVE',
        environment: 'GEN_2',
        labels,
        buildConfig: {runtime: spec.runtime, entryPoint: spec.entryPoint},
        serviceConfig: {
          serviceAccountEmail: spec.serviceAccount,
          availableMemory: `${spec.memoryMb}Mi`,
          availableCpu: String(spec.cpu),
          maxInstanceRequestConcurrency: spec.concurrency,
          maxInstanceCount: spec.maxInstances,
          timeoutSeconds: spec.timeoutSeconds,
          environmentVariables: environment,
          secretEnvironmentVariables: Object.entries(secrets).map(([key, secret]) => ({key, secret, version: '1'})),
        },
      })
    }
  })

  test('topics and subscriptions as they are wanted', async () => {
    const topicName = (id: string): string => `projects/stitch-test/topics/${id}`
    const topics = (await read('pubsub topics list')) as readonly {readonly name: string}[]
    expect(topics.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      specsOf('topic')
        .map(({topicId, labels}) => ({name: topicName(topicId), labels}))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    )
    const worker = (await read(`functions describe stitch-worker --v2 ${REGION}`)) as {serviceConfig: {uri: string}}
    const {uri} = worker.serviceConfig
    for (const spec of specsOf('subscription')) {
      const {subscriptionId, retry, deadLetter, push} = spec
      expect(await read(`pubsub subscriptions describe ${subscriptionId}`), subscriptionId).toEqual({
        name: `projects/stitch-test/subscriptions/${subscriptionId}`,
        topic: topicName(spec.topicId),
        labels: spec.labels,
        state: 'ACTIVE',
        ackDeadlineSeconds: spec.ackDeadlineSeconds,
        messageRetentionDuration: `${spec.messageRetentionSeconds}s`,
        // Empty is never; absent would be 31 days.
        expirationPolicy: {},
        ...(retry && {
          retryPolicy: {minimumBackoff: `${retry.minSeconds}s`, maximumBackoff: `${retry.maxSeconds}s`},
        }),
        ...(deadLetter && {
          deadLetterPolicy: {
            deadLetterTopic: topicName(deadLetter.topicId),
            maxDeliveryAttempts: deadLetter.attempts,
          },
        }),
        pushConfig: push
          ? expect.objectContaining({
              pushEndpoint: uri,
              oidcToken: {serviceAccountEmail: push.serviceAccount, audience: new URL(uri).origin},
            })
          : {},
      })
    }
  })

  test('accounts, secrets and APIs as they are wanted', async () => {
    expect(await read('iam service-accounts list')).toMatchObject(
      specsOf('service-account').map(({email, displayName, description}) => ({email, displayName, description})),
    )
    const secrets = (await read('secrets list')) as readonly {readonly name: string}[]
    expect(secrets.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject(
      specsOf('secret').map(({secretId, labels}) => ({name: `projects/${number}/secrets/${secretId}`, labels})),
    )
    const services = (await read('services list --enabled')) as readonly {readonly config: {readonly name: string}}[]
    const enabled = services.map(({config}) => config.name)
    expect(enabled).toEqual(expect.arrayContaining(specsOf('service').map(({service}) => service)))
  })

  test('roles on every object, and no others', async () => {
    const grants = specsOf('grant')
    expect(new Set(grants.map(({on}) => on.type)).size).toBe(Object.keys(POLICIES).length)
    for (const {id, on, bindings} of grants) {
      const policy = (await read(POLICIES[on.type](on.name))) as Policy
      expect({[id]: linesOf(policy)}).toEqual({[id]: bindings.map(lineOf).toSorted()})
    }
  })

  test('the database, what is deleted by its time and what has no index', async () => {
    for (const {database, location} of specsOf('database')) {
      expect(await read(`firestore databases describe --database=${database}`)).toMatchObject({
        type: 'FIRESTORE_NATIVE',
        locationId: location,
      })
    }
    const fields = specsOf('field')
    const nameOf = ({database, collection, field}: (typeof fields)[number]): string =>
      `projects/stitch-test/databases/${database}/collectionGroups/${collection}/fields/${field}`
    const listed = async (what: string): Promise<readonly string[]> =>
      ((await read(`firestore ${what}`)) as readonly {readonly name: string}[]).map(({name}) => name).toSorted()
    const named = (setting: string): readonly string[] =>
      fields
        .filter((spec) => spec.setting === setting)
        .map(nameOf)
        .toSorted()
    expect(await listed('fields ttls list')).toEqual(named('ttl'))
    expect(await listed('indexes fields list')).toEqual(expect.arrayContaining([...named('unindexed')]))
  })

  test('how long images are kept', async () => {
    const [spec] = specsOf('image-policy')
    const repository = `${spec!.repository} --location=us-central1`
    const policies = (await read(`artifacts repositories list-cleanup-policies ${repository}`)) as readonly {
      readonly name: string
    }[]
    expect(policies.length).toBeGreaterThan(0)
    expect(policies.filter(({name}) => !name.startsWith(spec!.prefix))).toEqual([])
    expect(JSON.stringify(policies)).toContain(`"keepCount": ${spec!.keep}`.replace(' ', ''))
  })
})
