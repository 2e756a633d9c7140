import {expect, test} from 'vitest'
import {createClient, type Client} from './client.ts'
import {seedDatabase} from './firestore/databases.ts'

const root = 'firestore.googleapis.com/v1/projects/stitch-test/databases'
const api = 'firestore.googleapis.com/v1'
const fields = `${root}/(default)/collectionGroups`

function withDatabase(type = 'FIRESTORE_NATIVE'): Client {
  const client = createClient()
  seedDatabase(client.cloud, {location: 'us-central1', type})
  return client
}

test('a database is there when its operation is done', async () => {
  const {call, wait, fake} = createClient()
  const missing = await call('GET', `${root}/(default)`)
  expect(missing.json.error).toMatchObject({code: 404, status: 'NOT_FOUND'})
  const body = {type: 'FIRESTORE_NATIVE', locationId: 'eur3'}
  const {json: operation} = await call('POST', `${root}?databaseId=(default)`, body)
  expect(operation.done).toBeUndefined()
  expect((await call('POST', `${root}?databaseId=(default)`, body)).status).toBe(409)
  expect((await wait(api, operation)).response).toMatchObject({type: 'FIRESTORE_NATIVE', locationId: 'eur3'})
  expect((await call('GET', `${root}/(default)`)).json).toMatchObject({locationId: 'eur3', uid: expect.any(String)})
  fake.assertValid()
})

test('a database whose maker was killed is there for whoever looks again', async () => {
  const {call} = createClient()
  await call('POST', `${root}?databaseId=(default)`, {type: 'FIRESTORE_NATIVE', locationId: 'eur3'})
  await call('GET', `${root}/(default)`)
  expect((await call('GET', `${root}/(default)`)).status).toBe(200)
})

test.each([
  ['no such location', 'a-database', {type: 'FIRESTORE_NATIVE', locationId: 'mars1'}],
  ['no type', 'a-database', {locationId: 'eur3'}],
  ['a short name', 'abc', {type: 'FIRESTORE_NATIVE', locationId: 'eur3'}],
])('a database with %s is refused', async (_, id, body) => {
  expect((await createClient().call('POST', `${root}?databaseId=${id}`, body)).status).toBe(400)
})

test('the id of a deleted database is free again after five minutes', async () => {
  const {call, cloud} = withDatabase()
  const body = {type: 'FIRESTORE_NATIVE', locationId: 'eur3'}
  expect((await call('DELETE', `${root}/(default)`)).status).toBe(200)
  expect((await call('POST', `${root}?databaseId=(default)`, body)).json.error.message).toContain('Please retry in')
  cloud.clock.advance(300_000)
  expect((await call('POST', `${root}?databaseId=(default)`, body)).status).toBe(200)
})

test('a field inherits from its collection, and that from the database', async () => {
  const {call, wait, fake} = withDatabase()
  const fallback = 'projects/stitch-test/databases/(default)/collectionGroups/__default__/fields/*'
  const plain = await call('GET', `${fields}/requests/fields/body`)
  expect(plain.json.indexConfig).toMatchObject({usesAncestorConfig: true, ancestorField: fallback})
  expect(plain.json.indexConfig.indexes).toHaveLength(3)

  const {json} = await call('PATCH', `${fields}/requests/fields/*?updateMask=indexConfig`, {indexConfig: {indexes: []}})
  await wait(api, json)
  // An empty list is left out, and so is false.
  expect((await call('GET', `${fields}/requests/fields/*`)).json.indexConfig).toEqual({ancestorField: fallback})
  expect((await call('GET', `${fields}/requests/fields/body`)).json.indexConfig).toEqual({
    usesAncestorConfig: true,
    ancestorField: 'projects/stitch-test/databases/(default)/collectionGroups/requests/fields/*',
  })
  fake.assertValid()
})

test('a TTL is being made until its operation is done', async () => {
  const {call, wait, fake} = withDatabase()
  const field = `${fields}/requests/fields/expireAt`
  const {json: operation} = await call('PATCH', `${field}?updateMask=ttlConfig`, {ttlConfig: {}})
  expect(operation.metadata).toMatchObject({state: 'PROCESSING'})
  expect((await call('GET', field)).json.ttlConfig).toEqual({state: 'CREATING'})
  expect((await wait(api, operation)).response.ttlConfig).toEqual({state: 'ACTIVE'})
  expect((await call('GET', `${fields}/requests/fields?filter=ttlConfig:*`)).json.fields).toHaveLength(1)
  expect((await call('GET', `${fields}/requests/fields`)).status).toBe(400)
  await wait(api, (await call('PATCH', `${field}?updateMask=ttlConfig`, {})).json)
  expect((await call('GET', field)).json.ttlConfig).toBeUndefined()
  fake.assertValid()
})

test('a TTL goes on one single field of a collection', async () => {
  const {call} = withDatabase()
  const ttl = (field: string) =>
    call('PATCH', `${fields}/requests/fields/${field}?updateMask=ttlConfig`, {ttlConfig: {}})
  expect((await ttl('*')).json.error.message).toContain('other than single field level')
  expect((await ttl('expireAt')).status).toBe(200)
  expect((await ttl('other')).status).toBe(400)
})

test('a database in Datastore mode takes no settings of fields', async () => {
  const {call} = withDatabase('DATASTORE_MODE')
  expect((await call('GET', `${root}/(default)`)).json.type).toBe('DATASTORE_MODE')
  const refused = await call('PATCH', `${fields}/requests/fields/a?updateMask=ttlConfig`, {ttlConfig: {}})
  expect(refused.json.error).toMatchObject({code: 400, status: 'FAILED_PRECONDITION'})
})
