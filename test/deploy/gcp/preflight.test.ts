import {describe, expect, test} from 'vitest'
import {findBuilder} from '#runtime/deploy/gcp/builder.ts'
import {PERMISSIONS, permissionsFor} from '#runtime/deploy/gcp/permissions.ts'
import {preflight} from '#runtime/deploy/gcp/preflight.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {apiOver, errorInfo, failureOf, refusal, startGoogle, type Reply, type Seen} from './google.ts'

const target = {project: 'shop', region: 'europe-west1', stage: undefined}
const looking = {target, account: 'ann@example.com', doing: 'nothing was planned or changed'}
const needs = {phases: ['plan', 'apply'], extras: ['builder']} as const
const all = permissionsFor(needs.phases, ['builder', 'alerts']).map(({permission}) => permission)
/** Every permission that there is. */
const held = {body: {permissions: PERMISSIONS.map(({permission}) => permission)}}
const builder = '12-compute@developer.gserviceaccount.com'
const disabled = refusal(403, 'PERMISSION_DENIED', 'off', [errorInfo('SERVICE_DISABLED')])
const denied = refusal(403, 'PERMISSION_DENIED', 'The caller does not have permission')

const usual: Readonly<Record<string, Reply>> = {
  'GET cloudresourcemanager/v3/projects/shop': {body: {name: 'projects/12', projectId: 'shop', state: 'ACTIVE'}},
  'GET serviceusage/v1/projects/shop/services/cloudresourcemanager.googleapis.com': {
    body: {name: 'projects/12/services/cloudresourcemanager.googleapis.com', parent: 'projects/12', state: 'DISABLED'},
  },
  'POST cloudresourcemanager/v3/projects/shop:testIamPermissions': {body: {permissions: all}},
  'GET cloudbilling/v1/projects/shop/billingInfo': {body: {name: 'projects/shop/billingInfo', billingEnabled: true}},
  'GET cloudbuild/v1/projects/shop/locations/europe-west1/defaultServiceAccount': {
    body: {serviceAccountEmail: `projects/shop/serviceAccounts/${builder}`},
  },
  'POST cloudresourcemanager/v3/projects/shop:getIamPolicy': {body: {version: 3, etag: 'BwY='}},
}

const key = ({method, url}: Seen): string => `${method} ${url.replace('https://', '').replace('.googleapis.com', '')}`

async function look(changed: Readonly<Record<string, Reply>>, more: object = {}) {
  const replies = {...usual, ...changed}
  await using google = await startGoogle((seen) => replies[key(seen)] ?? {status: 501})
  const outcome = await preflight(apiOver(google.transport), looking, {...needs, ...more}).then(
    (value: unknown) => ({value}),
    (error: unknown) => ({error: error as StitchError}),
  )
  return {value: undefined, error: undefined, ...outcome, seen: google.seen}
}

describe('looking at a project', () => {
  test('tells its number and who builds, with reads only', async () => {
    const {value, seen} = await look({})
    expect(value).toEqual({projectNumber: '12', builder})
    expect(seen.map(key).sort()).toEqual(
      Object.keys(usual)
        .filter((one) => !one.includes('serviceusage'))
        .sort(),
    )
    const scopes = seen.map(({headers}) => headers.authorization!.split('/auth/')[1])
    expect(new Set(scopes)).toEqual(new Set(['cloud-platform.read-only', 'cloud-billing.readonly', 'cloud-platform']))
    // Cloud Build accepts nothing narrower, also for reading.
    expect(scopes.filter((scope) => scope === 'cloud-platform')).toHaveLength(1)
  })

  test.each<[string, object, readonly string[]]>([
    ['only plans asks nobody about billing', {phases: ['plan']}, ['getIamPolicy', 'defaultServiceAccount']],
    ['builds as an account of its own needs no policy', {extras: []}, ['billingInfo']],
    ['rolls back pays for a build', {phases: ['rollback'], extras: []}, ['billingInfo']],
    ['only looks or takes away makes two calls', {phases: ['destroy'], extras: []}, []],
  ])('who %s', async (_, changed, besides) => {
    const {error, seen} = await look({'POST cloudresourcemanager/v3/projects/shop:testIamPermissions': held}, changed)
    expect(error).toBeUndefined()
    const asked = seen.map(({url}) => /(?:\w+)$/.exec(url)![0])
    expect(asked.toSorted()).toEqual(['shop', 'testIamPermissions', ...besides].toSorted())
  })

  test('tells what is missing before it tries what needs it', async () => {
    const {error, seen} = await look({
      'POST cloudresourcemanager/v3/projects/shop:testIamPermissions': {body: {}},
      'POST cloudresourcemanager/v3/projects/shop:getIamPolicy': denied,
    })
    expect(error).toMatchObject({code: 'STITCH_PERMISSION_MISSING'})
    expect(seen.some(({url}) => url.endsWith(':getIamPolicy'))).toBe(false)
  })

  test('asks for all permissions in one call', async () => {
    const phases = ['plan', 'apply', 'rollback', 'verify', 'status', 'logs', 'destroy']
    const {seen} = await look({}, {phases, extras: ['builder', 'alerts', 'delete-secrets', 'delete-database']})
    const asked = seen.filter(({url}) => url.endsWith(':testIamPermissions'))
    expect(asked).toHaveLength(1)
    const {permissions} = JSON.parse(asked[0]!.body) as {permissions: string[]}
    expect(new Set(permissions).size).toBe(permissions.length)
    // More than a hundred are refused (cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions).
    expect(permissions.length).toBeLessThanOrEqual(100)
  })

  test('goes on in a new project, where only Service Usage is enabled', async () => {
    const off = Object.fromEntries(
      Object.keys(usual)
        .filter((one) => !one.includes('serviceusage'))
        .map((one) => [one, disabled]),
    )
    const {value} = await look(off)
    expect(value).toEqual({projectNumber: '12', builder})
  })

  test.each<[string, Readonly<Record<string, Reply>>]>([
    [
      'there is no such project',
      {
        'GET cloudresourcemanager/v3/projects/shop': denied,
        'GET serviceusage/v1/projects/shop/services/cloudresourcemanager.googleapis.com': denied,
      },
    ],
    [
      'it is being deleted',
      {'GET cloudresourcemanager/v3/projects/shop': {body: {name: 'projects/12', state: 'DELETE_REQUESTED'}}},
    ],
  ])('stops where %s', async (_, changed) => {
    const {error, seen} = await look(changed)
    expect(error).toMatchObject({
      code: 'STITCH_PROJECT_NOT_FOUND',
      message: 'There is no project shop, or ann@example.com may not see it, so nothing was planned or changed.',
    })
    expect(seen.map(key).some((one) => one.includes('testIam'))).toBe(false)
  })

  test('says which permission is missing for the calls to count on the project', async () => {
    const reply = refusal(403, 'PERMISSION_DENIED', 'no', [errorInfo('USER_PROJECT_DENIED')])
    const {error} = await look({'GET cloudresourcemanager/v3/projects/shop': reply})
    expect(error).toMatchObject({reason: 'USER_PROJECT_DENIED'})
  })

  test('names all permissions that are missing, with one command per role', async () => {
    const missing = ['pubsub.topics.get', 'pubsub.topics.create', 'secretmanager.versions.add']
    const permissions = all.filter((one) => !missing.includes(one))
    const {error} = await look({'POST cloudresourcemanager/v3/projects/shop:testIamPermissions': {body: {permissions}}})
    expect(error).toBeInstanceOf(StitchError)
    expect(error).toMatchObject({code: 'STITCH_PERMISSION_MISSING', exit: 'deploy'})
    for (const one of missing) expect(error!.message).toContain(one)
    expect(error!.hints).toEqual(
      ['roles/secretmanager.admin', 'roles/pubsub.admin'].map(
        (role) =>
          `gcloud projects add-iam-policy-binding shop --member=user:ann@example.com --role=${role} --condition=None`,
      ),
    )
  })

  test('counts them where they are many, and still names them', async () => {
    const {error} = await look({'POST cloudresourcemanager/v3/projects/shop:testIamPermissions': {body: {}}})
    const needed = permissionsFor(needs.phases, needs.extras)
    expect(error!.message).toBe(
      `ann@example.com lacks ${needed.length} permissions in shop, so nothing was planned or changed.`,
    )
    for (const {permission} of needed) expect(error!.hints.at(-1)).toContain(permission)
  })

  test('finds actAs where it is granted on the accounts', async () => {
    const actAs = ['a@shop.iam.gserviceaccount.com', 'b@shop.iam.gserviceaccount.com']
    const permissions = all.filter((one) => one !== 'iam.serviceAccounts.actAs')
    const test = (email: string) => `POST iam/v1/projects/shop/serviceAccounts/${email}:testIamPermissions`
    const changed: Record<string, Reply> = {
      'POST cloudresourcemanager/v3/projects/shop:testIamPermissions': {body: {permissions}},
      [test(actAs[0]!)]: {body: {permissions: ['iam.serviceAccounts.actAs']}},
      [test(actAs[1]!)]: {body: {permissions: ['iam.serviceAccounts.actAs']}},
    }
    expect(await look(changed, {actAs})).toMatchObject({value: {projectNumber: '12'}})
    const {error} = await look({...changed, [test(actAs[1]!)]: refusal(404, 'NOT_FOUND', 'no')}, {actAs})
    expect(error).toMatchObject({message: expect.stringContaining('lacks iam.serviceAccounts.actAs in shop')})
  })

  test.each<[string, Reply, boolean]>([
    ['is off', {body: {name: 'projects/shop/billingInfo', billingEnabled: false}}, true],
    ['is off, and false is left out', {body: {name: 'projects/shop/billingInfo'}}, true],
    ['may not be seen', denied, false],
    ['cannot be told', disabled, false],
  ])('where billing %s', async (_, reply, stops) => {
    const {error} = await look({'GET cloudbilling/v1/projects/shop/billingInfo': reply})
    if (stops) expect(error).toMatchObject({code: 'STITCH_BILLING_OFF'})
    else expect(error).toBeUndefined()
  })
})

describe('who builds', () => {
  const role = 'roles/cloudbuild.builds.builder'
  const member = `serviceAccount:${builder}`
  const policy = 'POST cloudresourcemanager/v3/projects/shop:getIamPolicy'
  const account = 'GET cloudbuild/v1/projects/shop/locations/europe-west1/defaultServiceAccount'

  test.each<[string, Readonly<Record<string, Reply>>, string | undefined]>([
    ['has no role', {}, builder],
    ['is a builder', {[policy]: {body: {bindings: [{role, members: [member]}]}}}, undefined],
    ['is an editor', {[policy]: {body: {bindings: [{role: 'roles/editor', members: ['user:x', member]}]}}}, undefined],
    [
      'is a builder on a condition',
      {[policy]: {body: {bindings: [{role, members: [member], condition: {title: 't'}}]}}},
      builder,
    ],
    ['has another role', {[policy]: {body: {bindings: [{role: 'roles/viewer', members: [member]}]}}}, builder],
    ['is not the one with the role', {[policy]: {body: {bindings: [{role, members: ['serviceAccount:x']}]}}}, builder],
    ['is nobody', {[account]: {body: {}}}, undefined],
    [
      'is the old account of builds',
      {[account]: {body: {serviceAccountEmail: 'projects/shop/serviceAccounts/12@cloudbuild.gserviceaccount.com'}}},
      '12@cloudbuild.gserviceaccount.com',
    ],
    ['cannot be told yet', {[account]: disabled}, builder],
    ['may not be asked', {[account]: denied}, builder],
  ])('%s', async (_, changed, expected) => {
    const replies = {...usual, ...changed}
    await using google = await startGoogle((seen) => replies[key(seen)] ?? {status: 501})
    expect(await findBuilder(apiOver(google.transport), target, '12')).toBe(expected)
  })

  test('is not guessed where the policy may not be read', async () => {
    await using google = await startGoogle((seen) => ({...usual, [policy]: denied})[key(seen)] ?? {status: 501})
    expect(await failureOf(findBuilder(apiOver(google.transport), target, '12'))).toMatchObject({status: 403})
  })
})
