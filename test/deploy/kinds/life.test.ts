import {strToU8, zipSync} from 'fflate'
import {describe, expect, test} from 'vitest'
import {ApiError} from '#runtime/deploy/gcp/api-error.ts'
import {createApi} from '#runtime/deploy/gcp/call.ts'
import {applySpec, compareSpec, readSpec, removeSpec} from '#runtime/deploy/kinds/kinds.ts'
import {deriveOutputs} from '#runtime/deploy/plan/outputs.ts'
import type {Spec} from '#runtime/deploy/specs.ts'
import type {ApplyContext, CompareContext, Outputs} from '#runtime/deploy/types.ts'
import {createCloud} from '../../fake-gcp/cloud.ts'
import {createFakeGcp} from '../../fake-gcp/handle.ts'
import {tokenFor} from '../../fake-gcp/token.ts'
import {demoDesired} from '../desired/stage.ts'

const files = {
  'index.js': strToU8('exports.lookup = exports.worker = () => {}'),
  'package.json': strToU8('{"main": "index.js", "dependencies": {"@google-cloud/functions-framework": "5.0.5"}}'),
}
const source = {sha256: 'ab'.repeat(32), zip: zipSync(files)}
// What a new project builds as.
const builder = '123456789012-compute@developer.gserviceaccount.com'
const specs = await demoDesired({alerts: {enabled: true, channels: []}}, {}, builder)

/** A new project of the fake with what it takes to make things there. */
function openCloud() {
  const cloud = createCloud({project: 'acme-tagging'})
  const fake = createFakeGcp(cloud, {strictScopes: true})
  const {clock} = cloud
  const api = createApi({
    transport: fake.transport,
    authorize: async (scopes) => await Promise.resolve({authorization: `Bearer ${tokenFor('me@example.com', scopes)}`}),
    clock,
    signal: new AbortController().signal,
    random: () => 0,
  })
  const live = new Map<string, unknown>()
  const target = {project: 'acme-tagging', region: 'us-central1', stage: undefined}
  const base = {target, projectNumber: cloud.project.number}
  const outputs = (): Outputs => deriveOutputs({...base, source, specs, live})
  const applying = (): ApplyContext => ({
    ...base,
    api,
    outputs: outputs(),
    clock,
    tell: () => undefined,
    random: (bytes) => Buffer.alloc(bytes, 7),
  })
  const comparing = (adopt: readonly string[]): CompareContext => ({outputs: outputs(), stage: undefined, adopt})
  const look = async (spec: Spec, adopt: readonly string[] = []) => {
    live.set(spec.id, await readSpec(spec, {...base, api}))
    return compareSpec(spec, live.get(spec.id), comparing(adopt))
  }
  /** Applies until nothing differs; what is new to the cloud takes some tries. */
  const make = async (spec: Spec, adopt: readonly string[] = []): Promise<void> => {
    for (let tries = 0; tries < 10; tries++) {
      const found = await look(spec, adopt)
      if (found.verdict === 'same') return
      expect(['create', 'update'], `${spec.id}: ${JSON.stringify(found)}`).toContain(found.verdict)
      try {
        await applySpec(spec, live.get(spec.id), applying())
      } catch (error) {
        if (!(error instanceof ApiError) || ![400, 403, 404].includes(error.status)) throw error
        await clock.sleep(5000)
      }
    }
    throw new Error(`${spec.id} still differs: ${JSON.stringify(await look(spec, adopt))}`)
  }
  const writes = (): number =>
    fake.calls.filter(({method, path}) => method !== 'GET' && !path.endsWith(':getIamPolicy')).length
  return {cloud, fake, live, look, make, writes, applying}
}

describe('the life of a stage in the fake', () => {
  test('everything is made once, stays as it is, and goes without a trace but for what is kept', async () => {
    const {cloud, fake, live, look, make, writes, applying} = openCloud()
    for (const spec of specs) await make(spec)
    const made = writes()
    for (const spec of specs) expect([spec.id, await look(spec)]).toMatchObject([spec.id, {verdict: 'same'}])
    expect(writes()).toBe(made)
    for (const spec of specs.toReversed()) await removeSpec(spec, live.get(spec.id), applying())
    cloud.settle()
    for (const spec of specs) {
      const kept = spec.type === 'service' || spec.type === 'database'
      const {verdict} = await look(spec)
      expect([spec.id, verdict]).toEqual([spec.id, kept ? 'same' : 'create'])
    }
    fake.assertValid()
  })

  test.each([
    ['BUILD', 'STITCH_BUILD_FAILED'],
    ['SERVICE', 'STITCH_REVISION_FAILED'],
  ])('a function that failed at %s says so, and is built again by the next attempt', async (stage, code) => {
    const {cloud, fake, look, make} = openCloud()
    const worker = specs.find(({id}) => id === 'function/stitch-worker')!
    for (const spec of specs.slice(0, specs.indexOf(worker))) await make(spec)
    cloud.faults.inject({match: ({path}) => path.endsWith('/functions'), kind: `operation:${stage}`})
    await expect(make(worker)).rejects.toMatchObject({code})
    expect(await look(worker)).toMatchObject({verdict: 'update', reasons: ['the last deployment failed']})
    await make(worker)
    fake.assertValid()
  })

  const p = 'projects/acme-tagging'
  const account = (name: string) =>
    `iam.googleapis.com/v1/${p}/serviceAccounts/${name}@acme-tagging.iam.gserviceaccount.com`
  const deadline = {ackDeadlineSeconds: 99, expirationPolicy: {ttl: '86400s'}}

  test.each<[string, string, string, object | undefined]>([
    ['an account', 'DELETE', account('stitch-lookup'), undefined],
    ['an account that was disabled', 'POST', `${account('stitch-worker')}:disable`, {}],
    ['a topic', 'DELETE', `pubsub.googleapis.com/v1/${p}/topics/stitch-requests`, undefined],
    [
      'settings of the subscription',
      'PATCH',
      `pubsub.googleapis.com/v1/${p}/subscriptions/stitch-worker`,
      {subscription: deadline, updateMask: 'ackDeadlineSeconds,expirationPolicy'},
    ],
    [
      'settings of a function',
      'PATCH',
      `cloudfunctions.googleapis.com/v2/${p}/locations/us-central1/functions/stitch-worker?updateMask=serviceConfig.environmentVariables,serviceConfig.timeoutSeconds`,
      {serviceConfig: {environmentVariables: {DEBUG: '1'}, timeoutSeconds: 5}},
    ],
    [
      'a function',
      'DELETE',
      `cloudfunctions.googleapis.com/v2/${p}/locations/us-central1/functions/stitch-lookup`,
      undefined,
    ],
    [
      'who may call worker',
      'POST',
      `run.googleapis.com/v2/${p}/locations/us-central1/services/stitch-worker:setIamPolicy`,
      {policy: {bindings: [{role: 'roles/run.invoker', members: ['allUsers']}]}},
    ],
    [
      'the clean-up of images',
      'PATCH',
      `artifactregistry.googleapis.com/v1/${p}/locations/us-central1/repositories/gcf-artifacts?updateMask=cleanupPolicies`,
      {cleanupPolicies: {}},
    ],
    ['the metric', 'DELETE', `logging.googleapis.com/v2/${p}/metrics/stitch-errors`, undefined],
  ])('%s that somebody has changed is put right', async (_, method, url, body) => {
    const {fake, look, make} = openCloud()
    for (const spec of specs) await make(spec)
    await fake.seed(method, url, body)
    const differing: string[] = []
    for (const spec of specs) if ((await look(spec)).verdict !== 'same') differing.push(spec.id)
    expect(differing).not.toEqual([])
    for (const spec of specs) await make(spec)
    // What was made again may have changed what others need of it: a second look shows that nothing is left.
    for (const spec of specs) expect([spec.id, await look(spec)]).toMatchObject([spec.id, {verdict: 'same'}])
    fake.assertValid()
  })

  test('a disabled account is enabled again, and nothing else of it is touched', async () => {
    const {cloud, fake, look, make} = openCloud()
    const spec = specs.find(({id}) => id === 'service-account/stitch-worker')!
    for (const one of specs.slice(0, specs.indexOf(spec) + 1)) await make(one)
    const before = cloud.snapshot()
    await fake.seed('POST', `${account('stitch-worker')}:disable`, {})
    expect(cloud.snapshot()).not.toEqual(before)
    expect(await look(spec)).toMatchObject({verdict: 'update', reasons: ['is disabled']})
    const count = fake.calls.length
    await make(spec)
    const changes = fake.calls.slice(count).filter(({method}) => method !== 'GET')
    expect(changes.map(({path}) => path.split('/').at(-1))).toEqual([
      'stitch-worker@acme-tagging.iam.gserviceaccount.com:enable',
    ])
    expect(cloud.snapshot()).toEqual(before)
    fake.assertValid()
  })

  test('a secret whose value somebody has disabled is told, and gets no other value', async () => {
    const {fake, look, make} = openCloud()
    for (const spec of specs) await make(spec)
    await fake.seed('POST', `secretmanager.googleapis.com/v1/${p}/secrets/stitch-pepper/versions/1:disable`, {})
    const spec = specs.find(({id}) => id === 'secret/stitch-pepper')!
    expect(await look(spec)).toMatchObject({
      verdict: 'impossible',
      code: 'STITCH_SECRET_DISABLED',
      hints: ['gcloud secrets versions enable 1 --secret=stitch-pepper --project=acme-tagging'],
    })
  })

  test.each<[string, string, string, object]>([
    ['topic/stitch-requests', 'PUT', `pubsub.googleapis.com/v1/${p}/topics/stitch-requests`, {labels: {team: 'web'}}],
    [
      'secret/stitch-pepper',
      'POST',
      `secretmanager.googleapis.com/v1/${p}/secrets?secretId=stitch-pepper`,
      {labels: {team: 'web'}, replication: {automatic: {}}},
    ],
    [
      'service-account/stitch-lookup',
      'POST',
      `iam.googleapis.com/v1/${p}/serviceAccounts`,
      {accountId: 'stitch-lookup', serviceAccount: {description: 'team web'}},
    ],
    [
      'log-metric/stitch-errors',
      'POST',
      `logging.googleapis.com/v2/${p}/metrics`,
      {name: 'stitch-errors', description: 'team web', filter: 'severity>=ERROR'},
    ],
  ])('%s of others is taken over by name, and given back', async (id, method, url, body) => {
    const {fake, live, look, make, applying} = openCloud()
    for (const spec of specs.filter(({type}) => type === 'service')) await make(spec)
    const spec = specs.find((one) => one.id === id)!
    await fake.seed(method, url, body)
    expect(await look(spec)).toMatchObject({verdict: 'foreign', adopt: true})
    await make(spec, [id])
    expect(await look(spec)).toEqual({verdict: 'same'})
    await removeSpec(spec, live.get(id), applying())
    expect(await look(spec)).toMatchObject({verdict: 'foreign', adopt: true})
    expect(JSON.stringify(live.get(id))).toContain('web')
    fake.assertValid()
  })
})
