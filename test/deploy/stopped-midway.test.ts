import {describe, expect, test} from 'vitest'
import {deploy} from '#runtime/deploy/plan/deploy.ts'
import {createCloud, type FakeCloud} from '../fake-gcp/cloud.ts'
import {createFakeGcp} from '../fake-gcp/handle.ts'
import {deployOptions, ioFor, makeProject, type Project} from './plan/stage.ts'
import {stopOf, USED} from './refusals.ts'

describe('what only shows on the way is told, and the next deployment goes on', () => {
  /** What an undisturbed deployment leaves. */
  async function undisturbed(project: Project): Promise<unknown> {
    const cloud = createCloud(USED)
    await deploy(deployOptions(project, ioFor(createFakeGcp(cloud)).io))
    return withoutIds(cloud)
  }

  /** Ids count the calls that took one; a deployment that was interrupted took more. */
  function withoutIds(cloud: FakeCloud): unknown {
    cloud.settle()
    return JSON.parse(JSON.stringify(cloud.snapshot()).replaceAll(/9\d{17}/g, 'id'))
  }

  test('where a policy of the organisation forbids what is public', async () => {
    await using project = await makeProject()
    const cloud = createCloud({...USED, membersRestricted: true})
    const fake = createFakeGcp(cloud, {strictScopes: true})
    const {code, message, hints} = await stopOf(project, fake)
    expect({code, message, hints}).toEqual({
      code: 'STITCH_ORG_POLICY',
      message:
        'A policy of the organisation forbids functions that everybody may call, ' +
        'so the roles on function stitch-lookup were not deployed.',
      hints: [
        '"deploy": {"access": "iam", "invokers": ["serviceAccount:CONTAINER_ACCOUNT"]}   ' +
          '(in stitch.config.json: only these may call lookup)',
        'gcloud org-policies describe iam.allowedPolicyMemberDomains --project=stitch-test --effective',
        'stitch deploy   (goes on from there: 19 of 25 changes are made)',
      ],
    })
    expect(JSON.stringify([...cloud.policies.values()])).not.toContain('allUsers')
    const closed = await project.withDeploy({access: 'iam', invokers: ['user:container@example.com']})
    const {plan} = await deploy({...deployOptions(closed, ioFor(fake).io), force: true})
    expect(plan.summary).toMatchObject({create: 6, update: 0})
    fake.assertValid()
  })

  const isUpload = ({host, method}: {readonly host: string; readonly method: string}): boolean =>
    host === 'storage.googleapis.com' && method === 'PUT'

  test.each(['before', 'after'] as const)(
    'an upload that breaks off once %s its end goes on by itself',
    async (when) => {
      await using project = await makeProject()
      const cloud = createCloud(USED)
      const fake = createFakeGcp(cloud, {strictScopes: true})
      cloud.faults.inject({match: isUpload, kind: 'reset', when})
      const {applied} = await deploy(deployOptions(project, ioFor(fake).io))
      expect({applied, met: cloud.faults.met()}).toEqual({applied: true, met: 1})
      expect(withoutIds(cloud)).toEqual(await undisturbed(project))
      fake.assertValid()
    },
  )

  test('an upload that breaks off again and again', async () => {
    await using project = await makeProject()
    const cloud = createCloud(USED)
    const fake = createFakeGcp(cloud, {strictScopes: true})
    // Six tries for each of the two functions.
    cloud.faults.inject({match: isUpload, kind: 'reset', times: 12})
    const {code, message, hints} = await stopOf(project, fake)
    expect({code, message, hints}).toEqual({
      code: 'STITCH_CLOUD_UNREACHABLE',
      message: 'storage.googleapis.com gave no answer (ECONNRESET), so the functions were not deployed.',
      hints: [
        'curl -sS https://storage.googleapis.com/   (shows whether this machine reaches Google)',
        'export HTTPS_PROXY=http://proxy.example:3128   (where a proxy is needed)',
        'stitch deploy   (goes on from there: 17 of 25 changes are made)',
      ],
    })
    expect(cloud.snapshot().resources['cloudfunctions.functions'] ?? {}).toEqual({})
    await deploy(deployOptions(project, ioFor(fake).io))
    expect(withoutIds(cloud)).toEqual(await undisturbed(project))
    fake.assertValid()
  })

  test('where a new project is to have its database in an unknown place', async () => {
    await using made = await makeProject()
    const project = await made.withDeploy({}, {region: 'mars-central1'})
    const cloud = createCloud()
    const {code, message, hints} = await stopOf(project, createFakeGcp(cloud, {strictScopes: true}))
    expect({code, message, hints}).toEqual({
      code: 'STITCH_REGION_UNKNOWN',
      message:
        'Firestore does not know the location ("Invalid locationId: mars-central1"), ' +
        'so the database (default) was not deployed.',
      hints: [
        'gcloud firestore locations list --project=stitch-test',
        'stitch deploy   (goes on from there: 12 of 34 changes are made)',
      ],
    })
  })

  test('where there may be no more topics', async () => {
    await using project = await makeProject()
    const cloud = createCloud(USED)
    const fake = createFakeGcp(cloud, {strictScopes: true})
    cloud.limits.set('pubsub.topics', 1)
    const {code, message, hints} = await stopOf(project, fake)
    expect({code, message, hints}).toEqual({
      code: 'STITCH_QUOTA_EXHAUSTED',
      message:
        'A quota of pubsub.googleapis.com is used up (Quota exceeded: at most 1 of pubsub.topics), ' +
        'so the topic stitch-dead-letter was not deployed.',
      hints: [
        'https://console.cloud.google.com/iam-admin/quotas?project=stitch-test',
        'stitch deploy   (goes on from there: 15 of 25 changes are made)',
      ],
    })
    cloud.limits.clear()
    await deploy(deployOptions(project, ioFor(fake).io))
    expect(withoutIds(cloud)).toEqual(await undisturbed(project))
    fake.assertValid()
  })
})
