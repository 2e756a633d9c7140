import {Firestore, Timestamp} from '@google-cloud/firestore'
import {expect, test} from 'vitest'
import {startEmbedded} from './start-embedded.ts'

const START = Date.UTC(2030, 0, 1)
const at = (minutes: number): Timestamp => Timestamp.fromMillis(START + minutes * 60_000)

test('documents go when the time in their field has passed, in every database, and listeners see it', async () => {
  let now = START
  const ttl = [{collection: 'requests', field: 'times.expireAt'}]
  await using engine = await startEmbedded({ttl, clock: {now: () => now}})
  const open = (databaseId: string) =>
    new Firestore({projectId: 'p', databaseId, host: engine.firestoreHost, ssl: false})
  const clients = [open('(default)'), open('other')]
  const [db, other] = clients as [Firestore, Firestore]
  const batch = db.batch()
  // More than a collection has before it gets an index, and than one commit deletes.
  for (let n = 0; n < 600; n++) batch.set(db.doc(`requests/soon-${n}`), {times: {expireAt: at(5)}})
  for (const [id, expireAt] of Object.entries({later: at(90), text: 'now', none: null})) {
    batch.set(db.doc(`requests/${id}`), {times: {expireAt}})
  }
  batch.set(db.doc('visitors/soon'), {times: {expireAt: at(5)}})
  batch.set(db.doc('visitors/soon/requests/below'), {times: {expireAt: at(5)}})
  await batch.commit()
  await other.doc('requests/soon').set({times: {expireAt: at(5)}})

  const seen: number[] = []
  const stop = db.collection('requests').onSnapshot(({size}) => seen.push(size))
  await expect.poll(() => seen.at(-1), {timeout: 5000}).toBe(603)
  now += 10 * 60_000
  await expect.poll(() => seen.at(-1), {timeout: 5000}).toBe(3)
  stop()
  const left = await Promise.all([db.collectionGroup('requests').get(), db.collection('visitors').get()])
  expect(left.map(({docs}) => docs.map(({id}) => id))).toEqual([['later', 'none', 'text'], ['soon']])
  expect((await other.collection('requests').get()).size).toBe(0)
  await Promise.all(clients.map((client) => client.terminate()))
})
