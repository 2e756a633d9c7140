import {describe, expect, test} from 'vitest'
import {Filter} from '@google-cloud/firestore'
import type {Firestore} from '@google-cloud/firestore'
import type {FirestoreClients} from './firestore-client.ts'

/** `depth` maps inside one another. */
function nest(depth: number): unknown {
  return depth === 0 ? 1 : {m: nest(depth - 1)}
}

const REFUSED: readonly (readonly [string, (db: Firestore) => Promise<unknown>])[] = [
  ['a reserved id', (db) => db.doc('c/__x__').set({})],
  ['an id of 1,501 bytes', (db) => db.doc(`c/${'x'.repeat(1501)}`).set({})],
  ['a reserved collection id', (db) => db.doc('__c__/a').set({})],
  ['a reserved field', (db) => db.doc('c/a').set({__x__: 1})],
  ['a reserved field in a map', (db) => db.doc('c/a').set({m: {__x__: 1}})],
  ['a field name of 1,501 bytes', (db) => db.doc('c/a').set({['x'.repeat(1501)]: 1})],
  ['a text of more than 1,048,487 bytes', (db) => db.doc('c/a').set({s: 'x'.repeat(1_048_488)})],
  ['a document of more than 1 MiB', (db) => db.doc('c/a').set({s: 'x'.repeat(600_000), t: 'x'.repeat(600_000)})],
  [
    'more than 30 alternatives',
    (db) =>
      db
        .collection('c')
        .where(Filter.or(...Array.from({length: 31}, (_, n) => Filter.where('n', '==', n))))
        .get(),
  ],
  [
    'more than 30 values of in',
    (db) =>
      db
        .collection('c')
        .where(
          'n',
          'in',
          Array.from({length: 31}, (_, n) => n),
        )
        .get(),
  ],
  [
    'more than 10 values of not-in',
    (db) =>
      db
        .collection('c')
        .where(
          'n',
          'not-in',
          Array.from({length: 11}, (_, n) => n),
        )
        .get(),
  ],
  [
    'two array-contains',
    (db) => db.collection('c').where('a', 'array-contains', 1).where('b', 'array-contains', 1).get(),
  ],
  ['not-in beside in', (db) => db.collection('c').where('a', 'not-in', [1]).where('b', 'in', [1]).get()],
  ['!= twice', (db) => db.collection('c').where('a', '!=', 1).where('b', '!=', 1).get()],
]

/** What production refuses with INVALID_ARGUMENT, on any engine. */
export function describeLimits({newDatabase}: FirestoreClients): void {
  describe('limits', () => {
    test.each(REFUSED)('%s is refused', async (_, attempt) => {
      await expect(attempt(newDatabase())).rejects.toMatchObject({code: 3})
    })

    test('what is just within them is taken', async () => {
      const db = newDatabase()
      await db.doc(`c/${'é'.repeat(750)}`).set({m: nest(19)})
      await db.doc('c/a').set({s: 'x'.repeat(1_048_000)})
      expect((await db.collection('c').count().get()).data().count).toBe(2)
    })
  })
}
