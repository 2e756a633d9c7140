import {readdir} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import {deploy} from '#runtime/deploy/plan/deploy.ts'
import {destroy} from '#runtime/deploy/plan/destroy.ts'
import {listReleases, releasesFolder} from '#runtime/deploy/plan/release.ts'
import {rollback} from '#runtime/deploy/plan/rollback.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {createCloud} from '../../fake-gcp/cloud.ts'
import {createFakeGcp, type FakeGcp} from '../../fake-gcp/handle.ts'
import {deployOptions, ioFor, makeProject, type Project} from './stage.ts'

/** Calls that change something: POSTs that only read are told by their verb. */
function writes(fake: FakeGcp, since = 0): string[] {
  return fake.calls
    .slice(since)
    .filter(({method, path}) => method !== 'GET' && !/:(getIamPolicy|testIamPermissions)$/.test(path))
    .map(({method, host, path}) => `${method} ${host}${path}`)
}

function destroyOptions(project: Project, fake: FakeGcp) {
  const {config, stage} = project
  const {io} = ioFor(fake)
  return {
    config,
    stage,
    deleteSecrets: false,
    deleteDatabase: undefined,
    io,
    again: 'stitch destroy',
    planOnly: false,
    review: async () => true,
  }
}

describe('a deployment', () => {
  test('makes everything, and the second one writes nothing', async () => {
    await using project = await makeProject()
    const cloud = createCloud()
    const fake = createFakeGcp(cloud, {strictScopes: true})
    const {io, events} = ioFor(fake)
    const first = await deploy(deployOptions(project, io))
    fake.assertValid()
    expect(first).toMatchObject({
      applied: true,
      deployed: {keyId: 'k1', hmacSecret: 'stitch-hmac-keys', hmacVersion: '1'},
    })
    expect(first.deployed?.lookupUrl).toMatch(/^https:\/\/stitch-lookup-.*\.run\.app$/)
    expect(events.filter(({type}) => type === 'step.done')).toHaveLength(first.plan.summary.create)
    const before = cloud.snapshot()
    const count = fake.calls.length
    const second = await deploy(deployOptions(project, io))
    expect(second.plan.summary).toEqual({create: 0, update: 0, delete: 0, same: second.plan.changes.length})
    expect(second.applied).toBe(false)
    expect(second.deployed).toEqual(first.deployed)
    expect(writes(fake, count)).toEqual([])
    expect(cloud.snapshot()).toEqual(before)
    fake.assertValid()
  })

  test('only planned, writes nothing, neither there nor here', async () => {
    await using project = await makeProject()
    const fake = createFakeGcp(createCloud(), {strictScopes: true})
    const {io} = ioFor(fake)
    const {plan, applied, deployed} = await deploy({...deployOptions(project, io), planOnly: true})
    expect({applied, deployed, writes: writes(fake)}).toEqual({applied: false, deployed: undefined, writes: []})
    expect(plan.summary.create).toBeGreaterThan(25)
    await expect(readdir(releasesFolder(project.config.dataDir, project.stage.target))).rejects.toThrow('ENOENT')
    fake.assertValid()
  })

  test('refused by its review, changes nothing', async () => {
    await using project = await makeProject()
    const fake = createFakeGcp(createCloud())
    const {io} = ioFor(fake)
    await deploy({...deployOptions(project, io), review: async () => false})
    expect(writes(fake)).toEqual([])
  })

  test('of what was not simulated makes no call at all', async () => {
    await using project = await makeProject()
    const fake = createFakeGcp(createCloud())
    const {io} = ioFor(fake)
    const config = {...project.config, limits: {...project.config.limits, batch: 7}}
    await expect(deploy({...deployOptions(project, io), config})).rejects.toMatchObject({code: 'STITCH_NOT_SIMULATED'})
    expect(fake.calls).toEqual([])
    const {checked, deployed} = await deploy({...deployOptions(project, io), config, force: true})
    expect(checked.verified).toBe(false)
    const [release] = await listReleases(releasesFolder(config.dataDir, project.stage.target), project.stage.target)
    expect(release).toMatchObject({id: deployed?.release, verified: false})
  })

  test('is stopped by a topic of somebody else, and takes it over by name', async () => {
    await using project = await makeProject()
    const cloud = createCloud()
    const fake = createFakeGcp(cloud)
    const name = 'projects/stitch-test/topics/stitch-requests'
    await fake.seed(
      'POST',
      'serviceusage.googleapis.com/v1/projects/stitch-test/services/pubsub.googleapis.com:enable',
      {},
    )
    await fake.seed('PUT', `pubsub.googleapis.com/v1/${name}`, {name, labels: {team: 'theirs'}})
    const {io} = ioFor(fake)
    const before = fake.calls.length
    const error = (await deploy(deployOptions(project, io)).catch((thrown: unknown) => thrown)) as StitchError
    expect(error).toMatchObject({code: 'STITCH_FOREIGN_RESOURCE', exit: 'deploy'})
    expect(error.hints[0]).toContain('stitch deploy --adopt topic/stitch-requests')
    expect(writes(fake, before)).toEqual([])
    await deploy({...deployOptions(project, io), adopt: ['topic/stitch-requests']})
    await destroy(destroyOptions(project, fake))
    expect(cloud.snapshot().resources['pubsub.topics']).toEqual({
      [name]: expect.objectContaining({labels: {team: 'theirs'}}),
    })
  })

  test('with another topic removes what it no longer needs, and nothing of another stage', async () => {
    await using project = await makeProject()
    const cloud = createCloud()
    const fake = createFakeGcp(cloud, {strictScopes: true})
    const {io} = ioFor(fake)
    await deploy(deployOptions(project, io))
    const staging = await project.withDeploy({}, {stage: 'staging'})
    await deploy(deployOptions(staging, io))
    const config = {...project.config, topic: 'other-requests'}
    const {plan} = await deploy({...deployOptions(project, io), config, force: true})
    expect(plan.changes.filter(({symbol}) => symbol !== '=').map(({symbol, id}) => `${symbol} ${id}`)).toEqual([
      '+ topic/other-requests',
      '+ grant/topic/other-requests',
      '~ function/stitch-lookup',
      '~ function/stitch-worker',
      '~ subscription/stitch-worker',
      '- topic/stitch-requests',
    ])
    expect(Object.keys(cloud.snapshot().resources['pubsub.topics'] ?? {})).toEqual(
      ['other-requests', 'stitch-dead-letter', 'stitch-dead-letter-staging', 'stitch-requests-staging'].map(
        (topic) => `projects/stitch-test/topics/${topic}`,
      ),
    )
    fake.assertValid()
  })

  test('in another region moves the functions, and leaves none behind', async () => {
    await using project = await makeProject()
    const cloud = createCloud()
    const fake = createFakeGcp(cloud, {strictScopes: true})
    const {io} = ioFor(fake)
    const located = await project.withDeploy({firestore: {location: 'us-central1'}})
    await deploy(deployOptions(located, io))
    const moved = await project.withDeploy({firestore: {location: 'us-central1'}}, {region: 'europe-west1'})
    const {plan} = await deploy(deployOptions(moved, io))
    expect(plan.changes.filter(({symbol}) => symbol === '-').map(({id}) => id)).toEqual([
      'function/stitch-worker@us-central1',
      'function/stitch-lookup@us-central1',
    ])
    expect(Object.keys(cloud.snapshot().resources['cloudfunctions.functions'] ?? {})).toEqual([
      'projects/stitch-test/locations/europe-west1/functions/stitch-lookup',
      'projects/stitch-test/locations/europe-west1/functions/stitch-worker',
    ])
    fake.assertValid()
  })
})

describe('a destroy', () => {
  test('leaves what was there before, the enabled APIs, the secrets and the database', async () => {
    await using project = await makeProject()
    const cloud = createCloud()
    const fake = createFakeGcp(cloud, {strictScopes: true})
    const {io} = ioFor(fake)
    const before = cloud.snapshot()
    await deploy(deployOptions(project, io))
    const {plan, applied} = await destroy(destroyOptions(project, fake))
    expect(applied).toBe(true)
    expect(plan.kept.map(({id}) => id)).toEqual([
      'secret/stitch-pepper',
      'secret/stitch-hmac-keys',
      'database/(default)',
      'service',
      'google',
    ])
    const count = fake.calls.length
    expect((await destroy(destroyOptions(project, fake))).applied).toBe(false)
    expect(writes(fake, count)).toEqual([])
    await destroy({...destroyOptions(project, fake), deleteSecrets: true, deleteDatabase: '(default)'})
    const after = cloud.snapshot()
    expect(after.policies).toEqual(before.policies)
    // Cloud Functions makes these for itself, and nobody but Google may take them away.
    const own = ['artifactregistry.repositories', 'storage.buckets']
    expect(Object.keys(after.resources).filter((table) => !own.includes(table))).toEqual(Object.keys(before.resources))
    fake.assertValid()
  })

  test('deletes no other database than the stage’s', async () => {
    await using project = await makeProject()
    const fake = createFakeGcp(createCloud())
    await expect(destroy({...destroyOptions(project, fake), deleteDatabase: 'other'})).rejects.toMatchObject({
      code: 'STITCH_DATABASE_UNKNOWN',
      exit: 'usage',
    })
    expect(fake.calls).toEqual([])
  })
})

describe('a rollback', () => {
  test('deploys the kept archive with its variables, and can be rolled back itself', async () => {
    await using project = await makeProject()
    const cloud = createCloud()
    const fake = createFakeGcp(cloud, {strictScopes: true})
    const {io} = ioFor(fake)
    const one = await deploy(deployOptions(project, io))
    const before = cloud.snapshot()
    await project.rebuild('exports.lookup = exports.worker = () => 2\n')
    const two = await deploy(deployOptions(project, io))
    expect(two.plan.changes.filter(({symbol}) => symbol !== '=').map(({id}) => id)).toEqual([
      'function/stitch-lookup',
      'function/stitch-worker',
    ])
    const options = {
      ...deployOptions(project, io),
      release: undefined,
      again: 'stitch rollback',
      review: async () => true,
    }
    const back = await rollback(options)
    expect(back).toMatchObject({applied: true, current: {id: two.deployed?.release}, to: {id: one.deployed?.release}})
    expect(cloud.snapshot().resources['cloudfunctions.functions']).toEqual(before.resources['cloudfunctions.functions'])
    expect((await rollback(options)).to.id).toBe(two.deployed?.release)
    fake.assertValid()
  })

  test('needs a release', async () => {
    await using project = await makeProject()
    const fake = createFakeGcp(createCloud())
    const {io} = ioFor(fake)
    const options = {...deployOptions(project, io), release: undefined, review: async () => true}
    await expect(rollback(options)).rejects.toMatchObject({code: 'STITCH_RELEASE_NOT_FOUND'})
    expect(fake.calls).toEqual([])
  })
})
