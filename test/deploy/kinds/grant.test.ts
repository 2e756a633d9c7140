import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {grantKind} from '#runtime/deploy/kinds/grant/kind.ts'
import type {Policy} from '#runtime/deploy/kinds/grant/policy.ts'
import type {Binding, GrantObject, GrantSpec} from '#runtime/deploy/specs.ts'
import {applying, comparing, expectValid, reasonsOf} from './contexts.ts'
import {createRecordingApi, refusal} from './recording-api.ts'

const lookup = 'serviceAccount:stitch-lookup@acme-tagging.iam.gserviceaccount.com'
const agent = 'serviceAccount:service-123456@gcp-sa-pubsub.iam.gserviceaccount.com'
const publisher = 'roles/pubsub.publisher'
const condition = {title: 'stitch (default)', expression: 'resource.name == "x"'}

function grant(on: GrantObject, bindings: readonly Binding[], exact = false): GrantSpec {
  return {type: 'grant', id: `grant/${on.type}/${on.name}`, on, bindings, exact, why: 'it is needed'}
}

const onTopic = grant({type: 'topic', name: 'stitch-requests'}, [{role: publisher, member: lookup}])
const onProject = grant({type: 'project', name: 'acme-tagging'}, [
  {role: 'roles/datastore.viewer', member: lookup, condition},
])
const isPublic = grant(
  {type: 'run-service', name: 'stitch-lookup'},
  [{role: 'roles/run.invoker', member: 'allUsers'}],
  true,
)
const toPubsub = grant({type: 'topic', name: 'stitch-dead'}, [{role: publisher, member: 'service-agent:pubsub'}])

function policy(
  ...bindings: readonly [role: string, members: readonly string[], condition?: object | undefined][]
): Policy {
  return {
    version: 3,
    etag: 'BwX=',
    bindings: bindings.map(([role, members, condition]) => ({role, members, ...(condition ? {condition} : {})})),
  }
}

describe('what differs of roles', () => {
  test.each<[string, GrantSpec, Policy | undefined, string, readonly string[]]>([
    ['on an object that is not there', onTopic, undefined, 'create', []],
    ['that nobody has', onTopic, {etag: 'ACAB'}, 'create', []],
    ['that all have', onTopic, policy([publisher, ['user:a@b', lookup]]), 'same', []],
    [
      'in other letters',
      onTopic,
      policy([publisher, [lookup.toUpperCase().replace('SERVICEACCOUNT', 'serviceAccount')]]),
      'same',
      [],
    ],
    ['of a service agent', toPubsub, policy([publisher, [agent]]), 'same', []],
    ['under its condition', onProject, policy(['roles/datastore.viewer', [lookup], condition]), 'same', []],
    ['without its condition', onProject, policy(['roles/datastore.viewer', [lookup]]), 'create', []],
    [
      'under the condition of an older configuration',
      onProject,
      policy(['roles/datastore.viewer', [lookup], {...condition, expression: 'false'}]),
      'update',
      [`roles/datastore.viewer for ${lookup} is missing`, `roles/datastore.viewer for ${lookup} is taken away`],
    ],
    [
      'that others have where nobody else may',
      isPublic,
      policy(['roles/run.invoker', ['allUsers', 'user:a@b']], ['roles/run.admin', ['user:a@b']]),
      'update',
      ['roles/run.invoker for user:a@b is taken away'],
    ],
    [
      'that a deleted account of the same name has',
      onTopic,
      policy([publisher, [lookup, `deleted:${lookup}?uid=1`, 'deleted:serviceAccount:x@y?uid=2']]),
      'update',
      [`${publisher} for the deleted ${lookup} is taken away`],
    ],
  ])('%s', (_, spec, live, verdict, reasons) => {
    const found = grantKind.compare(spec, live, comparing())
    expect(found.verdict).toBe(verdict)
    if (found.verdict === 'update') expect(reasonsOf(found)).toEqual(reasons)
  })

  test('nobody may call a function that has no invokers', () => {
    const closed = {...isPublic, bindings: []}
    expect(grantKind.compare(closed, undefined, comparing()).verdict).toBe('same')
    expect(grantKind.compare(closed, policy(['roles/run.invoker', ['allUsers']]), comparing())).toMatchObject({
      reasons: ['roles/run.invoker for allUsers is taken away'],
    })
  })

  test('what is public is told always, what is new on a project once', () => {
    const live = policy(['roles/run.invoker', ['allUsers']])
    expect(grantKind.compare(isPublic, live, comparing())).toMatchObject({notes: [{kind: 'public'}]})
    expect(grantKind.compare(onProject, {}, comparing())).toMatchObject({
      notes: [{kind: 'privilege', text: expect.stringContaining('on the project where resource.name ==')}],
    })
    const there = policy(['roles/datastore.viewer', [lookup], condition])
    expect(grantKind.compare(onProject, there, comparing())).toEqual({verdict: 'same'})
  })
})

const paths: readonly (readonly [GrantObject['type'], string, 'GET' | 'POST'])[] = [
  ['project', '/v3/projects/thing', 'POST'],
  ['secret', '/v1/projects/acme-tagging/secrets/thing', 'GET'],
  ['topic', '/v1/projects/acme-tagging/topics/thing', 'GET'],
  ['subscription', '/v1/projects/acme-tagging/subscriptions/thing', 'GET'],
  ['run-service', '/v2/projects/acme-tagging/locations/us-central1/services/thing', 'GET'],
]

describe('giving roles', () => {
  test.each(paths)('on a %s reads all conditions and writes what it has read', async (type, path, method) => {
    const others = policy([publisher, ['user:a@b'], {title: 'x', expression: 'true', description: 'theirs'}])
    const context = applying(createRecordingApi({[`${method} ${path}:getIamPolicy`]: others}))
    const spec = grant({type, name: 'thing'}, [{role: publisher, member: lookup}])
    expect(await grantKind.read(spec, context)).toEqual(others)
    await grantKind.apply(spec, undefined, context)
    expect(context.api.writes()).toEqual([`POST ${path}:setIamPolicy`])
    expect(context.api.bodies(`POST ${path}:setIamPolicy`)).toEqual([
      {
        policy: {
          version: 3,
          etag: 'BwX=',
          bindings: [...others.bindings!, {role: publisher, members: [lookup]}],
        },
      },
    ])
    expectValid(context.api)
  })

  const topic = '/v1/projects/acme-tagging/topics/stitch-requests'
  const write = {api: 'pubsub', method: 'POST', path: `${topic}:setIamPolicy`} as const

  test('writes nothing where nothing differs', async () => {
    const context = applying(createRecordingApi({[`GET ${topic}:getIamPolicy`]: policy([publisher, [lookup]])}))
    await grantKind.apply(onTopic, undefined, context)
    expect(context.api.writes()).toEqual([])
  })

  test.each([
    ['somebody else wrote in between', refusal(write, 409, 'ABORTED')],
    ['the etag is out of date', refusal(write, 412, 'FAILED_PRECONDITION')],
    ['it is unclear whether it was written', refusal(write, 0, 'ECONNRESET', 'reset', true)],
  ])('reads again where %s', async (_, error) => {
    const reads = [policy(), policy([publisher, ['user:a@b']])]
    const context = applying(
      createRecordingApi({[`GET ${topic}:getIamPolicy`]: reads, [`POST ${topic}:setIamPolicy`]: [error, {}]}),
    )
    await grantKind.apply(onTopic, undefined, context)
    expect(context.api.bodies(`POST ${topic}:setIamPolicy`)[1]).toMatchObject({
      policy: {bindings: [{members: ['user:a@b', lookup]}]},
    })
  })

  test('stops after some conflicts, and at once after a refusal', async () => {
    const answer = async (error: Error) => {
      const context = applying(createRecordingApi({[`POST ${topic}:setIamPolicy`]: error}))
      await expect(grantKind.apply(onTopic, undefined, context)).rejects.toBe(error)
      return context.api.writes().length
    }
    expect(await answer(refusal(write, 409, 'ABORTED'))).toBe(5)
    expect(await answer(refusal(write, 403, 'PERMISSION_DENIED'))).toBe(1)
  })

  test('asks for the account of Pub/Sub before it is given a role, and only then', async () => {
    const context = applying()
    await grantKind.apply(toPubsub, undefined, context)
    expect(context.api.writes()).toEqual([
      'POST /v1beta1/projects/123456/services/pubsub.googleapis.com:generateServiceIdentity',
      'POST /v1/projects/acme-tagging/topics/stitch-dead:setIamPolicy',
    ])
    expectValid(context.api)
    const there = applying(
      createRecordingApi({
        'GET /v1/projects/acme-tagging/topics/stitch-dead:getIamPolicy': policy([publisher, [agent]]),
      }),
    )
    await grantKind.apply(toPubsub, undefined, there)
    expect(there.api.writes()).toEqual([])
  })

  test('takes exactly what was given away again', async () => {
    const before = policy([publisher, ['user:a@b']], ['roles/viewer', [lookup]])
    const given = policy([publisher, ['user:a@b', lookup, `deleted:${lookup}?uid=1`]], ['roles/viewer', [lookup]])
    const context = applying(createRecordingApi({[`GET ${topic}:getIamPolicy`]: given}))
    await grantKind.remove!(onTopic, given, context)
    expect(context.api.bodies(`POST ${topic}:setIamPolicy`)).toEqual([{policy: before}])
    const gone = applying()
    await grantKind.remove!(onTopic, given, gone)
    expect(gone.api.writes()).toEqual([])
  })

  test('and taking them leaves the bindings of others as they were', async () => {
    const members = fc.uniqueArray(fc.constantFrom('user:a@b', 'group:c@d', 'allUsers'), {minLength: 1})
    const foreign = fc.uniqueArray(
      fc.tuple(
        fc.constantFrom(publisher, 'roles/viewer'),
        members,
        fc.option(fc.constant({title: 'x', expression: 'y'}), {nil: undefined}),
      ),
      {selector: ([role, , condition]) => `${role} ${condition?.title}`, maxLength: 3},
    )
    await fc.assert(
      fc.asyncProperty(foreign, async (bindings) => {
        const before = policy(...bindings)
        const giving = applying(createRecordingApi({[`GET ${topic}:getIamPolicy`]: before}))
        await grantKind.apply(onTopic, undefined, giving)
        const [{policy: given}] = giving.api.bodies(`POST ${topic}:setIamPolicy`) as [{policy: Policy}]
        expect(grantKind.compare(onTopic, given, comparing())).toEqual({verdict: 'same'})
        const taking = applying(createRecordingApi({[`GET ${topic}:getIamPolicy`]: given}))
        await grantKind.remove!(onTopic, given, taking)
        expect(taking.api.bodies(`POST ${topic}:setIamPolicy`)).toEqual([{policy: before}])
      }),
      {numRuns: 50},
    )
  })
})
