import {FieldPath} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import type {FirestoreClients} from './firestore-client.ts'
import {describeSnapshot, watchDocument, watchQuery} from './firestore-snapshots.ts'

/** Listeners on documents and queries, on any engine. */
export function describeListeners({newDatabase}: FirestoreClients): void {
  describe('listeners', () => {
    test('follow a document that is made, changed, deleted and made again', async () => {
      const ref = newDatabase().doc('c/a')
      using watched = watchDocument(ref)
      expect((await watched.next()).exists).toBe(false)
      const made = await ref.set({n: 1})
      const first = await watched.next()
      expect(first.data()).toEqual({n: 1})
      expect(first.updateTime!.isEqual(made.writeTime)).toBe(true)
      await ref.update({n: 2})
      expect((await watched.next()).data()).toEqual({n: 2})
      await ref.delete()
      expect((await watched.next()).exists).toBe(false)
      await ref.set({n: 3})
      expect((await watched.next()).data()).toEqual({n: 3})
    })

    test('tell what was added, modified and removed, in the order of the query', async () => {
      const all = newDatabase().collection('c')
      await all.doc('a').set({n: 1})
      await all.doc('b').set({n: 2})
      using watched = watchQuery(all.where('n', '>', 0).orderBy('n', 'desc'))
      expect(describeSnapshot(await watched.next())).toEqual({ids: ['b', 'a'], changes: ['added b', 'added a']})
      await all.doc('c').set({n: 3})
      expect(describeSnapshot(await watched.next())).toEqual({ids: ['c', 'b', 'a'], changes: ['added c']})
      await all.doc('a').set({n: 9})
      expect(describeSnapshot(await watched.next())).toEqual({ids: ['a', 'c', 'b'], changes: ['modified a']})
      await all.doc('c').set({n: 0})
      expect(describeSnapshot(await watched.next())).toEqual({ids: ['a', 'b'], changes: ['removed c']})
      await all.doc('b').delete()
      expect(describeSnapshot(await watched.next())).toEqual({ids: ['a'], changes: ['removed b']})
    })

    test('start with an empty snapshot where nothing matches', async () => {
      const all = newDatabase().collection('c')
      using watched = watchQuery(all.where('n', '==', 1))
      expect((await watched.next()).empty).toBe(true)
      await all.doc('other').set({n: 2})
      await all.doc('a').set({n: 1})
      expect(describeSnapshot(await watched.next())).toEqual({ids: ['a'], changes: ['added a']})
    })

    test('see a commit of several writes as one snapshot, from batches and transactions', async () => {
      const db = newDatabase()
      const all = db.collection('c')
      using watched = watchQuery(all)
      await watched.next()
      await db.batch().set(all.doc('a'), {n: 1}).set(all.doc('b'), {n: 2}).set(all.doc('c'), {n: 3}).commit()
      expect((await watched.next()).docs.map(({id}) => id)).toEqual(['a', 'b', 'c'])
      await db.runTransaction(async (transaction) => {
        const read = await transaction.get(all.doc('a'))
        transaction.update(all.doc('a'), {n: read.get('n') + 1})
        transaction.delete(all.doc('b'))
        transaction.create(all.doc('d'), {n: 4})
      })
      expect(describeSnapshot(await watched.next())).toEqual({
        ids: ['a', 'c', 'd'],
        changes: ['removed b', 'added d', 'modified a'],
      })
    })

    test('keep a limit full when a result leaves, and push out what no longer fits', async () => {
      const all = newDatabase().collection('c')
      await Promise.all([1, 2, 3].map((n) => all.doc(`d${n}`).set({n})))
      using watched = watchQuery(all.orderBy('n').limit(2))
      expect(describeSnapshot(await watched.next()).ids).toEqual(['d1', 'd2'])
      await all.doc('d0').set({n: 0})
      expect(describeSnapshot(await watched.next())).toEqual({
        ids: ['d0', 'd1'],
        changes: ['removed d2', 'added d0'],
      })
      await all.doc('d1').delete()
      expect(describeSnapshot(await watched.next())).toEqual({
        ids: ['d0', 'd2'],
        changes: ['removed d1', 'added d2'],
      })
    })

    test('show the last ones of a limitToLast, in the order asked for', async () => {
      const all = newDatabase().collection('c')
      await Promise.all([1, 2, 3].map((n) => all.doc(`d${n}`).set({n})))
      using watched = watchQuery(all.orderBy('n').limitToLast(2))
      expect(describeSnapshot(await watched.next()).ids).toEqual(['d2', 'd3'])
      await all.doc('d4').set({n: 4})
      expect(describeSnapshot(await watched.next()).ids).toEqual(['d3', 'd4'])
    })

    test('respect cursors and projections', async () => {
      const all = newDatabase().collection('c')
      await Promise.all([1, 2, 3, 4].map((n) => all.doc(`d${n}`).set({n, more: 'x'})))
      using watched = watchQuery(all.orderBy('n').startAfter(1).endBefore(4).select('n'))
      const first = await watched.next()
      expect(first.docs.map((document) => document.data())).toEqual([{n: 2}, {n: 3}])
      await all.doc('d4').update({more: 'y'})
      await all.doc('d5').set({n: 2.5})
      expect(describeSnapshot(await watched.next())).toEqual({ids: ['d2', 'd5', 'd3'], changes: ['added d5']})
      using byName = watchQuery(all.orderBy(FieldPath.documentId()).startAt('d3').endAt('d4'))
      expect(describeSnapshot(await byName.next()).ids).toEqual(['d3', 'd4'])
    })

    test('follow collection groups', async () => {
      const db = newDatabase()
      await db.doc('v/a/visits/1').set({n: 1})
      using watched = watchQuery(db.collectionGroup('visits').where('n', '>', 0))
      expect(describeSnapshot(await watched.next()).ids).toEqual(['1'])
      await db.doc('v/a/visited/9').set({n: 9})
      await db.doc('visits/2').set({n: 2})
      expect(describeSnapshot(await watched.next())).toEqual({ids: ['1', '2'], changes: ['added 2']})
    })

    test('hear nothing of other databases, nor of writes that change nothing', async () => {
      const db = newDatabase('other')
      const ref = db.doc('c/a')
      await ref.set({n: 1})
      using watched = watchDocument(ref)
      expect((await watched.next()).get('n')).toBe(1)
      await newDatabase().doc('c/a').set({n: 5})
      await ref.set({n: 1})
      await ref.set({n: 2})
      expect((await watched.next()).get('n')).toBe(2)
    })

    test('of one client do not disturb one another', async () => {
      const all = newDatabase().collection('c')
      using one = watchQuery(all.where('n', '<', 5))
      using other = watchQuery(all.where('n', '>=', 5))
      {
        using gone = watchDocument(all.doc('a'))
        await gone.next()
      }
      await Promise.all([one.next(), other.next()])
      await all.doc('a').set({n: 1})
      expect(describeSnapshot(await one.next()).ids).toEqual(['a'])
      await all.doc('a').set({n: 7})
      expect(describeSnapshot(await one.next()).changes).toEqual(['removed a'])
      expect(describeSnapshot(await other.next()).changes).toEqual(['added a'])
      expect(one.waiting() + other.waiting()).toBe(0)
    })

    test('of a query that is not allowed end with its error', async () => {
      const all = newDatabase().collection('c')
      const many = Array.from({length: 31}, (_, n) => n)
      using watched = watchQuery(all.where('n', 'in', many))
      await expect(watched.next()).rejects.toThrow(/3:.*30/)
    })
  })
}
