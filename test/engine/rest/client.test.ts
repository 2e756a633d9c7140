import {FieldValue, Firestore, Timestamp} from '@google-cloud/firestore'
import {expect, test} from 'vitest'
import {startEmbedded} from '../firestore/start-embedded.ts'

/** With its REST transport the client asks for credentials even where an emulator is named. */
const auth = {
  getClient: async () => auth,
  getRequestHeaders: async () => new Headers({authorization: 'Bearer owner'}),
  getUniverseDomain: async () => 'googleapis.com',
  fetch: (url: string, init: RequestInit) => fetch(url, init),
}

test("Google's client works over its REST transport", async () => {
  await using engine = await startEmbedded()
  const [host, port] = engine.firestoreHost.split(':')
  const settings = {preferRest: true, projectId: 'p', servicePath: host, port: Number(port), ssl: false, auth}
  const client = new Firestore(settings)
  const data = {
    n: 1,
    big: Number.MAX_SAFE_INTEGER,
    nan: Number.NaN,
    at: Timestamp.fromMillis(1),
    bytes: Buffer.from('x'),
    map: {list: [1, 'é', null]},
  }
  await client.doc('v/a').set(data)
  expect((await client.doc('v/a').get()).data()).toEqual(data)
  await client.doc('v/b').create({n: 2})
  await expect(client.doc('v/b').create({})).rejects.toMatchObject({code: 6})
  const found = await client.collection('v').where('n', '>', 0).orderBy('n', 'desc').limit(5).get()
  expect(found.docs.map(({id}) => id)).toEqual(['b', 'a'])
  expect((await client.collection('v').count().get()).data()).toEqual({count: 2})
  await client.runTransaction(async (transaction) => {
    const snapshot = await transaction.get(client.doc('v/a'))
    transaction.update(snapshot.ref, {n: FieldValue.increment(snapshot.get('n') as number)})
  })
  expect(
    (await client.getAll(client.doc('v/a'), client.doc('v/none'))).map((each) => each.get('n') as unknown),
  ).toEqual([2, undefined])
  expect((await client.collection('v').listDocuments()).map(({id}) => id)).toEqual(['a', 'b'])
  const many = client.collection('v').where(
    'n',
    'in',
    Array.from({length: 31}, (_, n) => n),
  )
  await expect(many.get()).rejects.toMatchObject({code: 3})
  await client.terminate()
})
