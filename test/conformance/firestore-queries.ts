import {AggregateField, FieldPath, FieldValue, Filter, GeoPoint, Timestamp} from '@google-cloud/firestore'
import type {CollectionReference, Firestore} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import {idsOf} from './firestore-client.ts'
import type {FirestoreClients} from './firestore-client.ts'

type Documents = Readonly<Record<string, FirebaseFirestore.DocumentData>>

async function fill(db: Firestore, collection: string, documents: Documents): Promise<CollectionReference> {
  const batch = db.batch()
  for (const [id, data] of Object.entries(documents)) batch.set(db.doc(`${collection}/${id}`), data)
  await batch.commit()
  return db.collection(collection)
}

/** One value of each kind, keyed by an id that says which, in Firestore's order. */
function everyKind(db: Firestore): Documents {
  const values: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['false', false],
    ['true', true],
    ['nan', Number.NaN],
    ['minus-infinity', Number.NEGATIVE_INFINITY],
    ['minus-one', -1],
    ['zero', 0],
    ['half', 0.5],
    ['one', 1],
    ['2^53', 2 ** 53],
    ['infinity', Number.POSITIVE_INFINITY],
    ['time', new Timestamp(5, 0)],
    ['later', new Timestamp(5, 1000)],
    ['empty-text', ''],
    ['a', 'a'],
    ['high-bmp', '\uFFEE'],
    ['emoji', '😀'],
    ['bytes', Buffer.from([1])],
    ['reference', db.doc('x/a')],
    ['reference-below', db.doc('x/a/b/c')],
    ['reference-b', db.doc('x/b')],
    ['place', new GeoPoint(1, 2)],
    ['empty-list', []],
    ['list', [1]],
    ['longer-list', [1, 0]],
    ['vector', FieldValue.vector([9])],
    ['longer-vector', FieldValue.vector([1, 1])],
    ['empty-map', {}],
    ['map', {a: 1}],
    ['longer-map', {a: 1, b: 0}],
    ['other-map', {b: 0}],
  ]
  return Object.fromEntries(values.map(([id, value]) => [id, {value}]))
}

/** Filters, orders, cursors, projections, groups and aggregations, on any engine. */
export function describeQueries({newDatabase}: FirestoreClients): void {
  describe('queries', () => {
    test('order values of all types, in both directions', async () => {
      const db = newDatabase()
      const documents = everyKind(db)
      const all = await fill(db, 'c', {...documents, without: {other: 1}})
      const ids = Object.keys(documents)
      expect(await idsOf(all.orderBy('value'))).toEqual(ids)
      expect(await idsOf(all.orderBy('value', 'desc'))).toEqual(ids.toReversed())
    })

    test('compare within a type only, and find null and NaN by name', async () => {
      const db = newDatabase()
      const all = await fill(db, 'c', everyKind(db))
      expect(await idsOf(all.where('value', '>', 0))).toEqual(['half', 'one', '2^53', 'infinity'])
      expect(await idsOf(all.where('value', '<=', 0))).toEqual(['minus-infinity', 'minus-one', 'zero'])
      expect(await idsOf(all.where('value', '>=', 'a'))).toEqual(['a', 'high-bmp', 'emoji'])
      expect(await idsOf(all.where('value', '==', null))).toEqual(['null'])
      expect(await idsOf(all.where('value', '==', Number.NaN))).toEqual(['nan'])
      const ids = Object.keys(everyKind(db))
      expect(await idsOf(all.where('value', '!=', null))).toEqual(ids.slice(1))
      expect(await idsOf(all.where('value', '!=', 1))).toEqual(ids.slice(1).filter((id) => id !== 'one'))
      expect(await idsOf(all.where('value', 'not-in', [1, 'a']))).toEqual(
        ids.slice(1).filter((id) => id !== 'one' && id !== 'a'),
      )
    })

    test('look into arrays and lists of values', async () => {
      const db = newDatabase()
      const all = await fill(db, 'c', {a: {l: [1, 2]}, b: {l: [2, 3]}, c: {l: 'x'}, d: {l: [{m: 1}]}, e: {}})
      expect(await idsOf(all.where('l', 'array-contains', 2))).toEqual(['a', 'b'])
      expect(await idsOf(all.where('l', 'array-contains-any', [3, {m: 1}]))).toEqual(['b', 'd'])
      expect(await idsOf(all.where('l', 'in', ['x', [1, 2]]))).toEqual(['a', 'c'])
    })

    test('combine AND and OR, and imply orders for ranges', async () => {
      const db = newDatabase()
      const all = await fill(db, 'c', {
        a: {x: 1, y: 3},
        b: {x: 2, y: 2},
        c: {x: 3, y: 1},
        d: {x: 2},
        e: {x: 2, y: 9},
      })
      const either = Filter.or(
        Filter.where('x', '==', 1),
        Filter.and(Filter.where('x', '==', 2), Filter.where('y', '<', 9)),
      )
      expect(await idsOf(all.where(either))).toEqual(['b', 'a'])
      expect(await idsOf(all.where('x', '>', 1).where('y', '<', 9))).toEqual(['b', 'c'])
      expect(await idsOf(all.where('x', '==', 2))).toEqual(['b', 'd', 'e'])
      expect(await idsOf(all.where('x', '>=', 2).orderBy('x', 'desc').orderBy('y'))).toEqual(['c', 'b', 'e'])
    })

    test('cut by limit, offset, limitToLast and cursors', async () => {
      const db = newDatabase()
      const all = await fill(db, 'c', {a: {n: 1}, b: {n: 2}, c: {n: 2}, d: {n: 3}, e: {n: 4}})
      const ordered = all.orderBy('n')
      expect(await idsOf(ordered.limit(2))).toEqual(['a', 'b'])
      expect(await idsOf(ordered.offset(1).limit(2))).toEqual(['b', 'c'])
      expect(await idsOf(ordered.limitToLast(2))).toEqual(['d', 'e'])
      expect(await idsOf(ordered.startAt(2).endBefore(4))).toEqual(['b', 'c', 'd'])
      expect(await idsOf(ordered.startAfter(2).endAt(4))).toEqual(['d', 'e'])
      expect(await idsOf(ordered.startAfter(await db.doc('c/b').get()))).toEqual(['c', 'd', 'e'])
      expect(await idsOf(all.orderBy(FieldPath.documentId()).startAfter('b').limit(2))).toEqual(['c', 'd'])
      expect(await idsOf(all.orderBy('n', 'desc').startAt(3))).toEqual(['d', 'c', 'b', 'a'])
    })

    test('go by document name', async () => {
      const db = newDatabase()
      const all = await fill(db, 'c', {a: {}, b: {}, c: {}})
      const name = FieldPath.documentId()
      expect(await idsOf(all.where(name, '>', 'a'))).toEqual(['b', 'c'])
      expect(await idsOf(all.where(name, 'in', ['c', 'a', 'zz']))).toEqual(['a', 'c'])
      expect(await idsOf(all.where(name, '==', 'b'))).toEqual(['b'])
    })

    test('project fields, nested ones and none', async () => {
      const db = newDatabase()
      const all = await fill(db, 'c', {a: {x: {y: 1, z: 2}, 'q.r': 3, s: 4}})
      expect((await all.select('x.y', new FieldPath('q.r')).get()).docs[0]!.data()).toEqual({x: {y: 1}, 'q.r': 3})
      expect((await all.select().get()).docs[0]!.data()).toEqual({})
    })

    test('collection groups cross documents and stop at the parent', async () => {
      const db = newDatabase()
      const paths = ['visits/1', 'v/a/visits/2', 'v/b/visits/3', 'v/b/visited/4', 'w/visits/x/5']
      await Promise.all(paths.map((path, n) => db.doc(path).set({n})))
      expect(await idsOf(db.collectionGroup('visits'))).toEqual(['2', '3', '1'])
      expect(await idsOf(db.collectionGroup('visits').where('n', '>=', 1).orderBy('n', 'desc'))).toEqual(['3', '2'])
      expect(await idsOf(db.collection('v/b/visits'))).toEqual(['3'])
    })

    test('an empty result and a query without a collection are fine', async () => {
      const db = newDatabase()
      const {empty, readTime} = await db.collection('nothing').get()
      expect(empty).toBe(true)
      expect(readTime.toMillis()).toBeGreaterThan(0)
    })

    test('count, sum and average', async () => {
      const db = newDatabase()
      const all = await fill(db, 'c', {a: {n: 1, m: 1}, b: {n: 2}, c: {n: 'x'}, d: {n: 3, m: 2.5}})
      expect((await all.count().get()).data().count).toBe(4)
      expect((await all.limit(3).count().get()).data().count).toBe(3)
      expect((await all.where('n', '>', 1).count().get()).data().count).toBe(2)
      const both = all.aggregate({
        sum: AggregateField.sum('n'),
        average: AggregateField.average('n'),
        count: AggregateField.count(),
      })
      expect((await both.get()).data()).toEqual({sum: 6, average: 2, count: 4})
      const none = all
        .where('n', '==', 99)
        .aggregate({sum: AggregateField.sum('n'), average: AggregateField.average('n')})
      expect((await none.get()).data()).toEqual({sum: 0, average: null})
      const two = all.aggregate({n: AggregateField.sum('n'), m: AggregateField.sum('m'), count: AggregateField.count()})
      expect((await two.get()).data()).toEqual({n: 4, m: 3.5, count: 2})
    })
  })
}
