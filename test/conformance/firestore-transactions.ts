import {setTimeout as delay} from 'node:timers/promises'
import {describe, expect, test} from 'vitest'
import {idsOf} from './firestore-client.ts'
import type {FirestoreClients} from './firestore-client.ts'

/** Transactions and reads of the past, on any engine. */
export function describeTransactions({newDatabase}: FirestoreClients): void {
  describe('transactions', () => {
    test('two that read the same document both count', async () => {
      const db = newDatabase()
      const ref = db.doc('c/counter')
      await ref.set({n: 0})
      const both = Promise.withResolvers<void>()
      let arrived = 0
      let attempts = 0
      const increment = () =>
        db.runTransaction(async (transaction) => {
          attempts++
          const read = await transaction.get(ref)
          if (++arrived === 2) both.resolve()
          await both.promise
          transaction.update(ref, {n: read.get('n') + 1})
        })
      await Promise.all([increment(), increment()])
      expect((await ref.get()).get('n')).toBe(2)
      // One of them lost and came again; a slow machine may make it lose more than once.
      expect(attempts).toBeGreaterThanOrEqual(3)
    })

    test('one that is rolled back leaves nothing', async () => {
      const db = newDatabase()
      const failing = db.runTransaction(async (transaction) => {
        await transaction.get(db.doc('c/a'))
        transaction.set(db.doc('c/a'), {n: 1})
        throw new Error('changed my mind')
      })
      await expect(failing).rejects.toThrow('changed my mind')
      expect((await db.doc('c/a').get()).exists).toBe(false)
    })

    test('a refused precondition is not tried again', async () => {
      const db = newDatabase()
      let attempts = 0
      const failing = db.runTransaction(async (transaction) => {
        attempts++
        await transaction.get(db.doc('c/a'))
        transaction.update(db.doc('c/none'), {n: 1})
      })
      await expect(failing).rejects.toMatchObject({code: 5})
      expect(attempts).toBe(1)
    })

    test('read-only ones see one moment', async () => {
      const db = newDatabase()
      await db.doc('c/a').set({n: 1})
      const before = await db.doc('c/a').set({n: 2})
      await delay(2)
      await db.doc('c/a').set({n: 3})
      await db.doc('c/b').set({n: 3})
      const past = await db.runTransaction(
        async (transaction) => {
          const one = await transaction.get(db.doc('c/a'))
          const all = await transaction.get(db.collection('c'))
          return [one.get('n'), all.docs.map(({id}) => id)]
        },
        {readOnly: true, readTime: before.writeTime},
      )
      expect(past).toEqual([2, ['a']])
      expect(await idsOf(db.collection('c'))).toEqual(['a', 'b'])
    })

    test('queries and counts take part', async () => {
      const db = newDatabase()
      await db.doc('c/a').set({n: 1})
      const seen = await db.runTransaction(async (transaction) => {
        const {docs} = await transaction.get(db.collection('c').where('n', '==', 1))
        const counted = await transaction.get(db.collection('c').count())
        transaction.set(db.doc('c/b'), {n: 1})
        return [docs.length, counted.data().count]
      })
      expect(seen).toEqual([1, 1])
      expect(await idsOf(db.collection('c'))).toEqual(['a', 'b'])
    })
  })
}
