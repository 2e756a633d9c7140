import {BulkWriter, FieldPath, FieldValue, Firestore, GeoPoint, Timestamp} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import type {FirestoreClients} from './firestore-client.ts'

/** Reading and writing single documents, batches and lists, on any engine. */
export function describeDocuments({newDatabase, clientOf}: FirestoreClients): void {
  describe('documents', () => {
    test('every type comes back as it was written', async () => {
      const db = newDatabase()
      const data = {
        text: 'Zürich 😀',
        empty: '',
        yes: true,
        no: false,
        nothing: null,
        integer: 42,
        negative: -1,
        double: 1.5,
        nan: Number.NaN,
        infinity: Number.POSITIVE_INFINITY,
        minusZero: -0,
        time: new Timestamp(1_616_164_695, 123_456_000),
        before1970: new Timestamp(-1, 500_000_000),
        place: new GeoPoint(47.37, 8.54),
        bytes: Buffer.from([0, 1, 255]),
        reference: db.doc('products/P-1001'),
        list: [1, 'two', {three: [3]}],
        nested: {deeper: {'with.dot': 1, 'with`tick': 2}},
        vector: FieldValue.vector([1, 2.5]),
      }
      await db.doc('visitors/v1').set(data)
      const read = (await db.doc('visitors/v1').get()).data()!
      expect(read['reference'].path).toBe('products/P-1001')
      expect(read['vector'].toArray()).toEqual([1, 2.5])
      expect({...read, reference: null, vector: null}).toEqual({...data, reference: null, vector: null})
    })

    test('integers beyond 2^53 keep every digit', async () => {
      const db = newDatabase()
      db.settings({useBigInt: true})
      await db.doc('n/n').set({big: 9_007_199_254_740_993n, least: -(2n ** 63n)})
      expect((await db.doc('n/n').get()).data()).toEqual({big: 9_007_199_254_740_993n, least: -(2n ** 63n)})
    })

    test('a missing document has no data and getAll keeps the order', async () => {
      const db = newDatabase()
      await db.doc('c/b').set({n: 1})
      const found = await db.getAll(db.doc('c/x'), db.doc('c/b'), db.doc('c/x'))
      expect(found.map(({exists, id}) => [id, exists])).toEqual([
        ['x', false],
        ['b', true],
        ['x', false],
      ])
    })

    test('getAll with a field mask answers those fields only', async () => {
      const db = newDatabase()
      await db.doc('c/a').set({a: {b: 1, c: 2}, d: 3})
      const [read] = await db.getAll(db.doc('c/a'), {fieldMask: ['a.b']})
      expect(read!.data()).toEqual({a: {b: 1}})
    })

    test('writes of one document in a batch that contradict each other are refused, whatever is stored', async () => {
      const db = newDatabase()
      const ref = db.doc('c/d')
      const {writeTime: lastUpdateTime} = await ref.set({n: 0})
      const earlier = {lastUpdateTime: Timestamp.fromMillis(1)}
      const batches = [
        db.batch().set(ref, {n: 1}).create(ref, {n: 2}),
        db.batch().delete(ref).update(ref, {n: 2}),
        db.batch().delete(ref).delete(ref, {exists: true}),
        db.batch().set(ref, {n: 1}).update(ref, {n: 2}, {lastUpdateTime}),
        db.batch().update(ref, {n: 1}, {lastUpdateTime}).update(ref, {n: 2}, earlier),
      ]
      for (const batch of batches) await expect(batch.commit()).rejects.toMatchObject({code: 3})
      await db.batch().update(ref, {n: 1}, {lastUpdateTime}).update(ref, {m: 2}, {lastUpdateTime}).commit()
      expect((await ref.get()).data()).toEqual({n: 1, m: 2})
      await db.batch().delete(ref).create(ref, {n: 3}).update(ref, {m: 4}).commit()
      expect((await ref.get()).data()).toEqual({n: 3, m: 4})
    })

    test('create, update and delete have their preconditions', async () => {
      const db = newDatabase()
      const ref = db.doc('c/d')
      await expect(ref.update({a: 1})).rejects.toMatchObject({code: 5})
      await ref.create({a: 1})
      await expect(ref.create({a: 2})).rejects.toMatchObject({code: 6})
      await expect(ref.delete({lastUpdateTime: Timestamp.fromMillis(1)})).rejects.toMatchObject({code: 9})
      const {updateTime} = await ref.get()
      await ref.delete({lastUpdateTime: updateTime!})
      expect((await ref.get()).exists).toBe(false)
      await ref.delete()
    })

    test('update changes named paths and removes what is deleted', async () => {
      const db = newDatabase()
      const ref = db.doc('c/d')
      await ref.set({a: {b: 1, c: 2}, d: 3, 'e.f': 4})
      await ref.update({'a.b': 10, d: FieldValue.delete()})
      await ref.update(new FieldPath('e.f'), 5)
      expect((await ref.get()).data()).toEqual({a: {b: 10, c: 2}, 'e.f': 5})
      await ref.set({a: {z: 1}}, {merge: true})
      await ref.set({a: {y: 2}, d: 9}, {mergeFields: ['d']})
      expect((await ref.get()).data()).toEqual({a: {b: 10, c: 2, z: 1}, 'e.f': 5, d: 9})
    })

    test('a write that changes nothing keeps the update time', async () => {
      const db = newDatabase()
      const first = await db.doc('c/d').set({a: 1, b: {c: [1, 2]}})
      const second = await db.doc('c/d').set({b: {c: [1, 2]}, a: 1})
      expect(second.writeTime.isEqual(first.writeTime)).toBe(true)
      const third = await db.doc('c/d').set({a: 2})
      expect(third.writeTime.valueOf() > first.writeTime.valueOf()).toBe(true)
      expect((await db.doc('c/d').get()).createTime!.isEqual(first.writeTime)).toBe(true)
    })

    test('transforms compute on the server', async () => {
      const db = newDatabase()
      const ref = db.doc('c/d')
      await ref.set({n: 1, list: [1, 2], text: 'x', top: 2 ** 53})
      await ref.update({
        n: FieldValue.increment(1.5),
        text: FieldValue.increment(1),
        list: FieldValue.arrayUnion(2, 3),
        'deep.at': FieldValue.serverTimestamp(),
      })
      await ref.update({list: FieldValue.arrayRemove(1)})
      const read = (await ref.get()).data()!
      expect(read).toMatchObject({n: 2.5, text: 1, list: [2, 3]})
      expect(Math.abs(read['deep'].at.toMillis() - Date.now())).toBeLessThan(60_000)
    })

    test('a batch is all or nothing', async () => {
      const db = newDatabase()
      await Promise.all([db.doc('c/there').set({n: 0}), db.doc('c/other').set({n: 0})])
      const batch = db.batch().set(db.doc('c/there'), {n: 1}).set(db.doc('c/new'), {n: 1})
      batch.create(db.doc('c/other'), {n: 2})
      await expect(batch.commit()).rejects.toMatchObject({code: 6})
      expect((await db.doc('c/there').get()).data()).toEqual({n: 0})
      expect((await db.doc('c/new').get()).exists).toBe(false)
    })

    test('more than 500 writes go into one commit', async () => {
      const db = newDatabase()
      const batch = db.batch()
      for (let at = 0; at < 700; at++) batch.set(db.doc(`c/${at}`), {at})
      expect(await batch.commit()).toHaveLength(700)
      expect((await db.collection('c').count().get()).data().count).toBe(700)
    })

    test('BulkWriter settles each write by itself', async () => {
      const db = newDatabase()
      await db.doc('c/1').set({})
      const writer: BulkWriter = db.bulkWriter({throttling: false})
      writer.onWriteError(() => false)
      const settled = Promise.allSettled([
        writer.create(db.doc('c/1'), {n: 1}),
        writer.set(db.doc('c/2'), {n: 2}),
        writer.update(db.doc('c/3'), {n: 3}),
      ])
      await writer.close()
      expect((await settled).map(({status}) => status)).toEqual(['rejected', 'fulfilled', 'rejected'])
      expect((await db.doc('c/2').get()).data()).toEqual({n: 2})
    })

    test('recursiveDelete removes a document and what is below it, and nothing beside it', async () => {
      const db = newDatabase()
      const paths = ['c/a', 'c/a/sub/x', 'c/a/sub/x/deep/y', 'c/b', 'c/ab/sub/z', 'ca/a']
      await Promise.all(paths.map((path) => db.doc(path).set({path})))
      await db.recursiveDelete(db.doc('c/a'))
      const left = await db.getAll(...paths.map((path) => db.doc(path)))
      expect(left.map(({exists}) => exists)).toEqual([false, false, false, true, true, true])
      await db.recursiveDelete(db.collection('c'))
      const rest = await db.getAll(...paths.map((path) => db.doc(path)))
      expect(rest.map(({exists}) => exists)).toEqual([false, false, false, false, false, true])
    })

    test('listDocuments shows missing documents, listCollections what holds documents', async () => {
      const db = newDatabase()
      await Promise.all(['c/a', 'c/b/sub/x', 'c/d/one/y/two/z', 'e/f'].map((path) => db.doc(path).set({})))
      expect((await db.collection('c').listDocuments()).map(({id}) => id)).toEqual(['a', 'b', 'd'])
      expect((await db.listCollections()).map(({id}) => id)).toEqual(['c', 'e'])
      expect((await db.doc('c/d').listCollections()).map(({id}) => id)).toEqual(['one'])
      expect((await db.doc('c/d/one/y').listCollections()).map(({id}) => id)).toEqual(['two'])
      await db.doc('e/f').delete()
      expect((await db.listCollections()).map(({id}) => id)).toEqual(['c'])
    })

    test('projects and named databases are kept apart', async () => {
      const project = `demo-apart-${process.pid}`
      const all = [clientOf(project), clientOf(project, 'second'), clientOf(`${project}-b`)]
      for (const [at, db] of all.entries()) await db.doc('c/d').set({at})
      for (const [at, db] of all.entries()) expect((await db.doc('c/d').get()).data()).toEqual({at})
    })

    test('numeric ids keep their name', async () => {
      const db: Firestore = newDatabase()
      await Promise.all(['__id7__', '__id-3__', '7', '__id10__'].map((id) => db.doc(`c/${id}`).set({id})))
      const {docs} = await db.collection('c').get()
      expect(docs.map(({id}) => id)).toEqual(['__id-3__', '__id7__', '__id10__', '7'])
    })
  })
}
