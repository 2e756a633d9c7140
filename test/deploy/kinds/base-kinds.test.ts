import {describe, expect, test} from 'vitest'
import {databaseKind, deleteDatabase} from '#runtime/deploy/kinds/database.ts'
import {fieldKind} from '#runtime/deploy/kinds/field.ts'
import {serviceAccountKind} from '#runtime/deploy/kinds/service-account.ts'
import {serviceKind} from '#runtime/deploy/kinds/service.ts'
import type {DatabaseSpec, FieldSpec, ServiceAccountSpec, ServiceSpec} from '#runtime/deploy/specs.ts'
import {applying, comparing, expectValid, reasonsOf} from './contexts.ts'
import {createRecordingApi, refusal} from './recording-api.ts'

const why = 'it is needed'

describe('an API', () => {
  const spec: ServiceSpec = {type: 'service', id: 'service/run.googleapis.com', service: 'run.googleapis.com', why}

  test.each([
    [undefined, 'create'],
    [{state: 'DISABLED' as const}, 'create'],
    [{state: 'ENABLED' as const}, 'same'],
  ])('that is %j needs: %s', (live, verdict) => {
    expect(serviceKind.compare(spec, live, comparing()).verdict).toBe(verdict)
  })

  test('is enabled by the number of its project, and never disabled', async () => {
    const context = applying()
    await serviceKind.apply(spec, undefined, context)
    expect(context.api.writes()).toEqual(['POST /v1/projects/123456/services/run.googleapis.com:enable'])
    expectValid(context.api)
    expect(serviceKind.remove).toBeUndefined()
  })
})

describe('a service account', () => {
  const email = 'stitch-lookup@acme-tagging.iam.gserviceaccount.com'
  const path = `/v1/projects/acme-tagging/serviceAccounts/${email}`
  const description = 'Managed by stitch, stage default.'
  const spec: ServiceAccountSpec = {
    type: 'service-account',
    id: 'service-account/stitch-lookup',
    accountId: 'stitch-lookup',
    email,
    displayName: 'Stitch lookup',
    description,
    why,
  }
  const live = {displayName: spec.displayName, description}

  test.each([
    ['as it was made', live, []],
    ['renamed', {...live, displayName: 'X'}, ['displayName X -> Stitch lookup']],
    ['disabled', {...live, disabled: true}, ['is disabled']],
    [
      'described otherwise',
      {...live, description: `${description} X`},
      [`description ${description} X -> ${description}`],
    ],
    ['adopted, with a name of its own', {displayName: 'X', description: `Y ${description} It was there before.`}, []],
  ])('%s: what differs', (_, found, reasons) => {
    expect(reasonsOf(serviceAccountKind.compare(spec, found, comparing()))).toEqual(reasons)
  })

  test('of somebody else stands in the way until it is adopted by name', () => {
    const found = {displayName: 'Theirs', description: 'For the shop'}
    expect(serviceAccountKind.compare(spec, found, comparing())).toMatchObject({verdict: 'foreign', adopt: true})
    expect(serviceAccountKind.compare(spec, found, comparing([spec.id]))).toMatchObject({
      reasons: ['is taken over'],
      notes: [{kind: 'privilege'}],
    })
  })

  test('of another stage cannot be adopted', () => {
    const found = {description: 'Managed by stitch, stage staging.'}
    expect(serviceAccountKind.compare(spec, found, comparing([spec.id]))).toEqual({
      verdict: 'foreign',
      reason: 'it belongs to the stage staging of stitch',
      adopt: false,
    })
  })

  test('is made, and waited for while nobody may see it yet', async () => {
    const hidden = refusal({api: 'iam', method: 'GET', path}, 403, 'PERMISSION_DENIED')
    const context = applying(createRecordingApi({[`GET ${path}`]: [hidden, live]}))
    await serviceAccountKind.apply(spec, undefined, context)
    expect(context.api.writes()).toEqual(['POST /v1/projects/acme-tagging/serviceAccounts'])
    expect(context.slept).toHaveLength(1)
    expectValid(context.api)
  })

  test('is enabled without being written anew', async () => {
    const context = applying()
    await serviceAccountKind.apply(spec, {...live, disabled: true}, context)
    expect(context.api.writes()).toEqual([`POST ${path}:enable`])
    expectValid(context.api)
  })

  test('that was adopted keeps its name and description, and gets them back', async () => {
    const context = applying()
    await serviceAccountKind.apply(spec, {displayName: 'Theirs', description: 'For the shop'}, context)
    const marked = `For the shop ${description} It was there before.`
    expect(context.api.bodies(`PATCH ${path}`)).toEqual([
      {serviceAccount: {displayName: 'Theirs', description: marked}, updateMask: 'displayName,description'},
    ])
    await serviceAccountKind.remove!(spec, {description: marked}, context)
    expect(context.api.bodies(`PATCH ${path}`)[1]).toEqual({
      serviceAccount: {description: 'For the shop'},
      updateMask: 'description',
    })
    expectValid(context.api)
  })

  test('that bears no mark of this stage is never deleted', async () => {
    const context = applying()
    await serviceAccountKind.remove!(spec, {description: 'For the shop'}, context)
    expect(context.api.requests).toEqual([])
    await serviceAccountKind.remove!(spec, live, context)
    expect(context.api.writes()).toEqual([`DELETE ${path}`])
  })
})

describe('the database', () => {
  const spec: DatabaseSpec = {
    type: 'database',
    id: 'database/(default)',
    database: '(default)',
    location: 'us-central1',
    why,
  }
  const path = '/v1/projects/acme-tagging/databases'

  test.each([
    [{type: 'FIRESTORE_NATIVE', locationId: 'us-central1'}, {verdict: 'same'}],
    [
      {type: 'DATASTORE_MODE', locationId: 'us-central1'},
      {verdict: 'impossible', code: 'STITCH_FIRESTORE_DATASTORE_MODE'},
    ],
    [
      {type: 'FIRESTORE_NATIVE', locationId: 'nam5'},
      {verdict: 'impossible', code: 'STITCH_FIRESTORE_LOCATION'},
    ],
  ])('%j is judged', (live, expected) => {
    expect(databaseKind.compare(spec, live, comparing())).toMatchObject(expected)
  })

  test('in another location comes with the line of configuration that uses it there', () => {
    const found = databaseKind.compare(spec, {type: 'FIRESTORE_NATIVE', locationId: 'nam5'}, comparing())
    expect(found).toMatchObject({
      hints: [expect.stringContaining('"deploy": {"firestore": {"location": "nam5"}}'), expect.anything()],
    })
  })

  test('says before it is made that its location stays, and is left alone once it is there', async () => {
    expect(databaseKind.compare(spec, undefined, comparing())).toMatchObject({
      notes: [{kind: 'irreversible'}, {kind: 'cost'}],
    })
    const context = applying()
    await databaseKind.apply(spec, {}, context)
    expect(context.api.requests).toEqual([])
    await databaseKind.apply(spec, undefined, context)
    expect(context.api.bodies(`POST ${path}`)).toEqual([{type: 'FIRESTORE_NATIVE', locationId: 'us-central1'}])
    expect(databaseKind.remove).toBeUndefined()
    await deleteDatabase(spec, context)
    expect(context.api.writes()).toContain(`DELETE ${path}/(default)`)
    expectValid(context.api)
  })
})

describe('a field', () => {
  const ttl: FieldSpec = {
    type: 'field',
    id: 'field/(default)/requests/expireAt',
    database: '(default)',
    collection: 'requests',
    field: 'expireAt',
    setting: 'ttl',
    why,
  }
  const unindexed: FieldSpec = {...ttl, id: 'field/(default)/requests/*', field: '*', setting: 'unindexed'}
  const group = '/v1/projects/acme-tagging/databases/(default)/collectionGroups/requests/fields'
  const inherited = {indexConfig: {usesAncestorConfig: true, indexes: [{}, {}]}}

  test.each([
    ['not there', ttl, undefined, 'create'],
    ['without a setting of its own', ttl, inherited, 'create'],
    ['becoming a time to live', ttl, {...inherited, ttlConfig: {state: 'CREATING'}}, 'same'],
    ['a time to live', ttl, {ttlConfig: {state: 'ACTIVE', expirationOffset: '0s'}}, 'same'],
    ['a broken time to live', ttl, {ttlConfig: {state: 'NEEDS_REPAIR'}}, 'update'],
    ['a later time to live', ttl, {ttlConfig: {state: 'ACTIVE', expirationOffset: '3600s'}}, 'update'],
    ['all fields, indexed as everywhere', unindexed, inherited, 'create'],
    ['all fields, without indexes', unindexed, {indexConfig: {}}, 'same'],
    ['all fields, with indexes of their own', unindexed, {indexConfig: {indexes: [{}]}}, 'update'],
    ['all fields, going back to be indexed', unindexed, {indexConfig: {reverting: true}}, 'create'],
  ])('%s: %#', (_, spec, live, verdict) => {
    expect(fieldKind.compare(spec, live, comparing()).verdict).toBe(verdict)
  })

  test.each([
    [ttl, 'ttlConfig', {ttlConfig: {}}],
    [unindexed, 'indexConfig', {indexConfig: {indexes: []}}],
  ])('%j is set and taken back by its own mask', async (spec, updateMask, setting) => {
    const context = applying()
    await fieldKind.apply(spec, undefined, context)
    await fieldKind.remove!(spec, {ttlConfig: {}, indexConfig: {}}, context)
    const path = `${group}/${spec.field}`
    const name = path.slice('/v1/'.length)
    expect(context.api.bodies(`PATCH ${path}`)).toEqual([{name, ...setting}, {name}])
    expect(context.api.requests.map(({query}) => query)).toEqual([{updateMask}, {updateMask}])
    expectValid(context.api)
  })

  test('without the setting is not taken back', async () => {
    const context = applying()
    await fieldKind.remove!(ttl, inherited, context)
    expect(context.api.requests).toEqual([])
  })
})
