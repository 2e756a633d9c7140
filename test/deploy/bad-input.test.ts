import {describe, expect, test} from 'vitest'
import {permissionsFor} from '#runtime/deploy/gcp/permissions.ts'
import {createCloud, type CloudOptions, type FakeCloud} from '../fake-gcp/cloud.ts'
import {createFakeGcp, type FakeGcp} from '../fake-gcp/handle.ts'
import {seedDatabase} from '../fake-gcp/services/firestore/databases.ts'
import {makeProject} from './plan/stage.ts'
import {stopOf, USED} from './refusals.ts'

const P = 'projects/stitch-test'
const FUNCTION = `${P}/locations/us-central1/functions/stitch-lookup`
const SERVICE = `${P}/locations/us-central1/services/stitch-lookup`
const OTHER_STAGE = 'stitch deploy --stage NAME   (a stage has names of its own)'

type Refusal = {
  readonly cloud?: CloudOptions
  readonly seed?: (cloud: FakeCloud, fake: FakeGcp) => unknown
  readonly region?: string
  readonly code: `STITCH_${string}`
  readonly message: string
  readonly hints: readonly string[]
}

/** The rest of a quota's sentence, and where it is raised. */
const SPENT = "is used up (Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'"
const QUOTAS = 'https://console.cloud.google.com/iam-admin/quotas?project=stitch-test'

describe('nothing is written where', () => {
  test.each<[string, Refusal]>([
    [
      'nobody pays for the project',
      {
        cloud: {...USED, billing: false},
        code: 'STITCH_BILLING_OFF',
        message: 'The project stitch-test has no active billing account, so nothing was planned or changed.',
        hints: [
          'gcloud billing accounts list',
          'gcloud billing projects link stitch-test --billing-account=ACCOUNT_ID',
        ],
      },
    ],
    [
      'nobody pays for a new project, which only shows when APIs are enabled',
      {
        cloud: {billing: false},
        code: 'STITCH_BILLING_OFF',
        message: 'The project stitch-test has no active billing account, so the APIs were not enabled.',
        hints: [
          'gcloud billing accounts list',
          'gcloud billing projects link stitch-test --billing-account=ACCOUNT_ID',
          'stitch deploy   (goes on from there: 0 of 34 changes are made)',
        ],
      },
    ],
    [
      'Firestore is in Datastore mode',
      {
        seed: (cloud) => seedDatabase(cloud, {location: 'us-central1', type: 'DATASTORE_MODE'}),
        code: 'STITCH_FIRESTORE_DATASTORE_MODE',
        message:
          'The database (default) stands in the way (it is in Datastore mode, and stitch needs Native mode), ' +
          'so nothing was changed.',
        hints: [
          '"deploy": {"firestore": {"database": "stitch"}}   (a database of its own, in the configuration)',
          'gcloud firestore databases update --database="(default)" --type=firestore-native   (only while it is empty)',
        ],
      },
    ],
    [
      'Firestore is in another place',
      {
        seed: (cloud) => seedDatabase(cloud, {location: 'eur3'}),
        code: 'STITCH_FIRESTORE_LOCATION',
        message:
          'The database (default) stands in the way (it is in eur3, not in us-central1, and cannot be moved), ' +
          'so nothing was changed.',
        hints: [
          '"deploy": {"firestore": {"location": "eur3"}}   (in the configuration: uses it where it is)',
          '"deploy": {"firestore": {"database": "stitch"}}   (in the configuration: makes another one)',
        ],
      },
    ],
    [
      'the function is of somebody else',
      {
        seed: (cloud) =>
          cloud.table('cloudfunctions.functions').set(FUNCTION, {
            name: FUNCTION,
            environment: 'GEN_2',
            state: 'ACTIVE',
            labels: {team: 'theirs'},
            buildConfig: {runtime: 'nodejs24', entryPoint: 'main'},
            serviceConfig: {service: SERVICE},
          }),
        code: 'STITCH_FOREIGN_RESOURCE',
        message:
          'The function stitch-lookup stands in the way (it is there already and was not made by stitch), ' +
          'so nothing was changed.',
        hints: ['stitch deploy --adopt function/stitch-lookup   (takes it over; a destroy gives it back)', OTHER_STAGE],
      },
    ],
    [
      'a Cloud Run service has the name',
      {
        seed: (cloud) => cloud.table('run.services').set(SERVICE, {name: SERVICE}),
        code: 'STITCH_FOREIGN_RESOURCE',
        message:
          'The function stitch-lookup stands in the way (a Cloud Run service of this name is there already), ' +
          'so nothing was changed.',
        hints: [OTHER_STAGE],
      },
    ],
    [
      'the region is unknown',
      {
        region: 'mars-central1',
        code: 'STITCH_REGION_UNKNOWN',
        message:
          'The region mars-central1 is not one that cloudfunctions.googleapis.com knows, ' +
          'so nothing was planned or changed.',
        hints: ['gcloud functions regions list --project=stitch-test', 'stitch deploy --region us-central1'],
      },
    ],
    [
      'a quota stays exhausted, however often it is asked',
      {
        seed: ({faults}) =>
          faults.inject({match: ({host}) => host === 'pubsub.googleapis.com', kind: 429, times: Infinity}),
        code: 'STITCH_QUOTA_EXHAUSTED',
        message: `A quota of pubsub.googleapis.com ${SPENT}), so nothing was planned or changed.`,
        hints: [QUOTAS],
      },
    ],
    [
      "an API's requests per minute are spent",
      {
        cloud: {...USED, quotas: {'secretmanager.googleapis.com': 0}},
        code: 'STITCH_QUOTA_EXHAUSTED',
        message:
          `A quota of secretmanager.googleapis.com ${SPENT} of service 'secretmanager.googleapis.com'), ` +
          'so nothing was planned or changed.',
        hints: [QUOTAS],
      },
    ],
    [
      'the project is not found',
      {
        cloud: {...USED, project: 'another-project'},
        code: 'STITCH_PROJECT_NOT_FOUND',
        message:
          'There is no project stitch-test, or deployer@example.com may not see it, ' +
          'so nothing was planned or changed.',
        hints: [
          'gcloud projects list   (shows the ids of the projects that you may see)',
          'stitch deploy --project PROJECT_ID',
        ],
      },
    ],
    [
      'the sign-in has expired',
      {
        seed: ({faults}) => faults.inject({match: () => true, kind: 401, times: Infinity}),
        code: 'STITCH_CREDENTIALS_EXPIRED',
        message: 'Google no longer accepts the sign-in of deployer@example.com, so nothing was planned or changed.',
        hints: ['gcloud auth application-default login'],
      },
    ],
  ])('%s', async (_, {cloud: options = USED, seed, region, code, message, hints}) => {
    await using made = await makeProject()
    const project = region === undefined ? made : await made.withDeploy({}, {region})
    const cloud = createCloud(options)
    const fake = createFakeGcp(cloud, {strictScopes: true})
    await seed?.(cloud, fake)
    const before = cloud.snapshot()
    const error = await stopOf(project, fake)
    expect(error).toMatchObject({code, exit: 'deploy', message, hints})
    expect(error.hints).toHaveLength(hints.length)
    expect(cloud.snapshot()).toEqual(before)
  })

  test('permissions are missing, also the one that the policy is read with: all are named in one sentence', async () => {
    await using project = await makeProject()
    const missing = ['pubsub.topics.create', 'resourcemanager.projects.getIamPolicy', 'secretmanager.versions.add']
    const all = permissionsFor(['plan', 'apply'], ['builder']).map(({permission}) => permission)
    const cloud = createCloud({...USED, permissions: all.filter((one) => !missing.includes(one))})
    const fake = createFakeGcp(cloud, {strictScopes: true})
    const before = cloud.snapshot()
    const {code, message, hints} = await stopOf(project, fake)
    expect({code, message, hints}).toEqual({
      code: 'STITCH_PERMISSION_MISSING',
      message:
        'deployer@example.com lacks resourcemanager.projects.getIamPolicy, secretmanager.versions.add, ' +
        'pubsub.topics.create in stitch-test, so nothing was planned or changed.',
      hints: ['roles/browser', 'roles/secretmanager.admin', 'roles/pubsub.admin'].map(
        (role) =>
          `gcloud projects add-iam-policy-binding stitch-test --member=user:deployer@example.com --role=${role} --condition=None`,
      ),
    })
    expect(cloud.snapshot()).toEqual(before)
    expect(fake.calls.map(({path}) => path)).toEqual([`/v3/${P}`, `/v3/${P}:testIamPermissions`])
  })
})
