import {describe, expect, test} from 'vitest'
import {PERMISSIONS, permissionsFor, rolesFor, type Extra, type Phase} from '#runtime/deploy/gcp/permissions.ts'
import {resolveStage} from '#runtime/deploy/settings.ts'
import type {Spec} from '#runtime/deploy/specs.ts'
import {readPage, listRows} from '../../docs/pages.ts'
import {demoConfig, demoDesired} from './stage.ts'

function find<T extends Spec['type']>(specs: readonly Spec[], type: T, name: string): Extract<Spec, {type: T}> {
  return specs.find(({id}) => id === `${type}/${name}`) as Extract<Spec, {type: T}>
}

describe('what a stage consists of', () => {
  test('every id is there once', async () => {
    const ids = (await demoDesired({alerts: {enabled: true, channels: []}})).map(({id}) => id)
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted())
  })

  test('no two stages share a name, but for what belongs to the whole project', async () => {
    const shared = new Set(['service', 'image-policy'])
    const namesOf = (specs: readonly Spec[]) =>
      specs.filter(({type, id}) => !shared.has(type) && id !== 'grant/project').map(({id}) => id)
    const staging = new Set(namesOf(await demoDesired({}, {stage: 'staging'})))
    expect(namesOf(await demoDesired()).filter((id) => staging.has(id))).toEqual([])
  })

  test('names stay within their limits for the longest stage', async () => {
    const specs = await demoDesired({}, {stage: 'a'.repeat(16)})
    const tooLong = specs.filter((spec) => spec.type === 'service-account' && spec.accountId.length > 30)
    expect(tooLong).toEqual([])
  })

  test('the order puts accounts before grants, functions before their callers', async () => {
    const ids = (await demoDesired()).map(({id}) => id)
    const inOrder = [
      'service/iam.googleapis.com',
      'service-account/stitch-lookup',
      'secret/stitch-pepper',
      'grant/secret/stitch-pepper',
      'topic/stitch-requests',
      'grant/topic/stitch-requests',
      'function/stitch-worker',
      'grant/run-service/stitch-worker',
      'subscription/stitch-worker',
      'grant/subscription/stitch-worker',
      'image-policy/gcf-artifacts',
    ].map((id) => ids.indexOf(id as Spec['id']))
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
    expect(inOrder).not.toContain(-1)
  })

  test('no variable of a function holds a secret, and callbacks to private addresses are refused', async () => {
    const {environment, secrets} = find(await demoDesired(), 'function', 'stitch-worker')
    expect(Object.keys(environment)).toEqual(['STITCH_CONFIG'])
    expect(JSON.parse(environment['STITCH_CONFIG']!)).toMatchObject({
      project: 'acme-tagging',
      database: '(default)',
      callback: {baseUrl: 'https://sgtm.acme.example', allowPrivate: false},
    })
    expect(secrets).toEqual({STITCH_HMAC_KEYS: 'stitch-hmac-keys', STITCH_PEPPER: 'stitch-pepper'})
  })

  test('lookup is public only where calls are signed instead', async () => {
    const open = find(await demoDesired(), 'grant', 'run-service/stitch-lookup')
    expect(open.bindings.map(({member}) => member)).toEqual(['allUsers'])
    const closed = find(
      await demoDesired({access: 'iam', invokers: ['serviceAccount:sgtm@acme-tagging.iam.gserviceaccount.com']}),
      'grant',
      'run-service/stitch-lookup',
    )
    expect(closed).toMatchObject({
      exact: true,
      bindings: [{member: 'serviceAccount:sgtm@acme-tagging.iam.gserviceaccount.com'}],
    })
  })

  test('only the push account may call worker, whatever the access to lookup is', async () => {
    for (const access of ['hmac', 'iam']) {
      expect(find(await demoDesired({access}), 'grant', 'run-service/stitch-worker')).toMatchObject({
        exact: true,
        bindings: [
          {role: 'roles/run.invoker', member: 'serviceAccount:stitch-push@acme-tagging.iam.gserviceaccount.com'},
        ],
      })
    }
  })

  test('roles on the project are narrowed to the one database, but for those that are configured', async () => {
    const {bindings} = find(
      await demoDesired({roles: {lookup: ['roles/bigquery.jobUser'], worker: []}}),
      'grant',
      'project',
    )
    expect(bindings.filter(({condition}) => condition === undefined)).toEqual([
      {
        role: 'roles/bigquery.jobUser',
        member: 'serviceAccount:stitch-lookup@acme-tagging.iam.gserviceaccount.com',
      },
    ])
    for (const {condition} of bindings.filter(({role}) => role.startsWith('roles/datastore.'))) {
      expect(condition?.expression).toBe('resource.name == "projects/acme-tagging/databases/(default)"')
    }
  })

  test('the builder gets its role only where it lacks it', async () => {
    const builders = (specs: readonly Spec[]) =>
      find(specs, 'grant', 'project').bindings.filter(({role}) => role === 'roles/cloudbuild.builds.builder')
    expect(builders(await demoDesired())).toEqual([])
    expect(builders(await demoDesired({}, {}, 'x@developer.gserviceaccount.com'))).toMatchObject([
      {member: 'serviceAccount:x@developer.gserviceaccount.com'},
    ])
  })
})

describe('the table of the docs', () => {
  const {text} = readPage('docs/deploy.md')
  const rows = listRows(text, 'resource')

  test('has every resource, and no other', async () => {
    const specs = await demoDesired({alerts: {enabled: true, channels: []}})
    const real = specs
      .filter(({type}) => type !== 'service' && type !== 'grant')
      .map(({type, id}) => `${type} ${id.slice(type.length + 1).replace('(default)/', '')}`)
    const said = rows
      .filter(([type]) => type !== 'service')
      .flatMap(([type, names]) => {
        const all = [...(names ?? '').matchAll(/`([^`]+)`|^([^`]+)$/g)].map((match) => match[1] ?? match[2] ?? '')
        return all.filter((name) => !name.includes('STAGE')).map((name) => `${type} ${name}`)
      })
    expect(said.toSorted()).toEqual(real.toSorted())
  })

  test('has every role on every object, and no other', async () => {
    const specs = await demoDesired({}, {}, 'builder@x')
    const real = new Set(
      specs.flatMap((spec) => (spec.type === 'grant' ? spec.bindings.map(({role}) => `${role} ${spec.on.type}`) : [])),
    )
    const objects: Readonly<Record<string, string>> = {service: 'run-service', each: 'secret'}
    const said = listRows(text, 'who')
      .filter(([who]) => who !== 'your own')
      .map(([, role, on]) => {
        const word = /^(?:the )?(\w+)/.exec(on ?? '')?.[1] ?? ''
        return `${role} ${objects[word] ?? word}`
      })
    expect([...new Set(said)].toSorted()).toEqual([...real].toSorted())
  })

  /** In words, what a permission is only needed for. */
  const EXTRAS: Readonly<Record<Extra, string>> = {
    builder: 'unless `deploy.buildServiceAccount` names it',
    alerts: 'with `deploy.alerts.enabled`',
    'delete-secrets': 'with `--delete-secrets`',
    'delete-database': 'with `--delete-database`',
  }

  test('has every permission of the deployer, and no other', () => {
    const real = PERMISSIONS.map(({permission, why, phases, role, only}) => [
      permission,
      only === undefined ? why : `${why}, ${EXTRAS[only]}`,
      phases.join(', '),
      role,
    ])
    expect(listRows(text, 'permission')).toEqual(real)
  })

  test('has the roles that each command takes', () => {
    const said = listRows(text, 'command').map(([command = '', does = '', roles = '']) => {
      const phases = does.split(', ') as Phase[]
      // Who builds is found out by a deploy only.
      const extras: readonly Extra[] = command.startsWith('stitch deploy') ? ['builder'] : []
      expect(roles.replaceAll('`', '').split(', '), command).toEqual(rolesFor(permissionsFor(phases, extras)))
      return does
    })
    expect(said).toEqual(['plan', 'plan, apply', 'rollback', 'verify', 'plan, status', 'logs', 'destroy'])
  })
})

describe('the settings of a stage', () => {
  test('a stage has what all share, its own over it, and flags over both', async () => {
    const config = await demoConfig({
      region: 'europe-west1',
      lookup: {maxInstances: 20, memoryMb: 512},
      stages: {staging: {region: 'europe-west3', lookup: {maxInstances: 2}}},
    })
    const staging = await resolveStage(config, {stage: 'staging'})
    expect(staging).toMatchObject({
      target: {region: 'europe-west3', stage: 'staging'},
      settings: {lookup: {maxInstances: 2, memoryMb: 512}},
    })
    expect((await resolveStage(config, {stage: 'staging', region: 'us-east1'})).target.region).toBe('us-east1')
    expect((await resolveStage(config, {stage: 'default'})).target).toMatchObject({
      region: 'europe-west1',
      stage: undefined,
    })
  })

  test('an unknown setting of a stage is refused with its path', async () => {
    const config = await demoConfig({stages: {staging: {lookup: {memory: 512}}}})
    await expect(resolveStage(config, {stage: 'staging'})).rejects.toMatchObject({
      code: 'STITCH_CONFIG_INVALID',
      message: expect.stringContaining('deploy.stages.staging.lookup.memory') as unknown,
    })
  })

  test.each(['S', 'x', 'has space', 'a'.repeat(17), '-ab'])('the stage name %j is refused', async (stage) => {
    await expect(resolveStage(await demoConfig(), {stage})).rejects.toMatchObject({code: 'STITCH_STAGE_INVALID'})
  })
})
