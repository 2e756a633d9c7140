import {setTimeout as delay} from 'node:timers/promises'
import {describe, expect, test} from 'vitest'
import {idsOf} from './firestore-client.ts'
import type {FirestoreClients} from './firestore-client.ts'
import {ABORTED, OK, openSession} from './firestore-session.ts'

/**
 * Transactions and reads of the past, on any engine.
 * @param contention `pessimistic`: what a transaction read is locked, and of two that are in each other's way the older
 *   one wins; `optimistic`: whoever writes first wins, and a transaction learns at its commit that it lost; `emulator`:
 *   locked as well, but whoever meets a lock is refused after a while, and queries lock more than they asked for
 */
export function describeTransactions(clients: FirestoreClients, {contention}: {readonly contention: Contention}): void {
  describeThroughTheClient(clients)
  describeContention(clients, contention)
}

export type Contention = 'pessimistic' | 'optimistic' | 'emulator'

function describeThroughTheClient({newDatabase}: FirestoreClients): void {
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

    test.each(['a plain write', 'a batch', 'a bulk writer'])(
      'of %s in the midst of one nothing is lost',
      async (what) => {
        const db = newDatabase()
        const ref = db.doc('c/a')
        await ref.set({n: 1, m: 1})
        const write = async (): Promise<unknown> => {
          if (what === 'a plain write') return await ref.update({m: 2})
          if (what === 'a batch') return await db.batch().update(ref, {m: 2}).set(db.doc('c/b'), {m: 2}).commit()
          const bulk = db.bulkWriter()
          const written = bulk.update(ref, {m: 2})
          await bulk.close()
          return await written
        }
        let outside: Promise<unknown> | undefined
        await db.runTransaction(async (transaction) => {
          const read = await transaction.get(ref)
          outside ??= write()
          await ref.get()
          transaction.update(ref, {n: read.get('n') + 1})
        })
        await outside
        expect((await ref.get()).data()).toEqual({n: 2, m: 2})
      },
    )

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

/** What each call answers where two want the same: nobody waits here before asking again, as the client would. */
function describeContention({host}: FirestoreClients, contention: Contention): void {
  const optimistic = contention === 'optimistic'
  describe('contention, call by call', () => {
    test('of two that read a document and write it one is ABORTED, and a retry of it succeeds', async () => {
      using session = openSession(host())
      await session.set('c/a', 1)
      const [one, two] = [await session.begin(), await session.begin()]
      expect([await session.get('c/a', one), await session.get('c/a', two)]).toEqual([1, 1])
      const codes = [await session.set('c/a', 10, one), await session.set('c/a', 20, two)]
      const firstWins = contention !== 'emulator'
      expect(codes).toEqual(firstWins ? [OK, ABORTED] : [ABORTED, OK])
      const retry = await session.begin({readWrite: {retryTransaction: firstWins ? two : one}})
      expect(await session.get('c/a', retry)).toBe(firstWins ? 10 : 20)
      expect(await session.set('c/a', 30, retry)).toBe(OK)
      expect(await session.get('c/a')).toBe(30)
    })

    test('of two that commit at once at most one succeeds, and nothing of the other is kept', async () => {
      using session = openSession(host())
      await session.set('c/a', 1)
      const both = [await session.begin(), await session.begin()]
      for (const transaction of both) await session.get('c/a', transaction)
      const codes = await Promise.all(both.map((transaction, at) => session.set('c/a', 10 + at, transaction)))
      const possible = [[OK, ABORTED]]
      // Each may hold what the other waits for, and both give up.
      if (contention === 'emulator') possible.push([ABORTED, ABORTED])
      expect(possible).toContainEqual(codes.toSorted((a, b) => a - b))
      const winner = codes.indexOf(OK)
      expect(await session.get('c/a')).toBe(winner < 0 ? 1 : 10 + winner)
    })

    test('of two that read what the other writes one is ABORTED', async () => {
      using session = openSession(host())
      await session.set('c/a', 1)
      await session.set('c/b', 1)
      const [one, two] = [await session.begin(), await session.begin()]
      expect([await session.get('c/a', one), await session.get('c/b', two)]).toEqual([1, 1])
      expect([await session.get('c/b', one), await session.get('c/a', two)]).toEqual([1, 1])
      const codes = await Promise.all([session.set('c/a', 10, one), session.set('c/b', 20, two)])
      const possible = [[OK, ABORTED]]
      if (contention === 'emulator') possible.push([ABORTED, ABORTED])
      expect(possible).toContainEqual(codes.toSorted((a, b) => a - b))
    })

    test('a write from outside comes after a transaction that read the document, or that one is ABORTED', async () => {
      using session = openSession(host())
      await session.set('c/a', 1)
      const transaction = await session.begin()
      expect(await session.get('c/a', transaction)).toBe(1)
      let isWritten = false
      const outside = session.set('c/a', 9).finally(() => (isWritten = true))
      // Reads outside do not wait; and in the transaction the document is what it was.
      expect(await session.get('c/a')).toBe(optimistic ? 9 : 1)
      expect(await session.get('c/a', transaction)).toBe(1)
      expect(isWritten).toBe(optimistic)
      expect(await session.set('c/b', 2, transaction)).toBe(optimistic ? ABORTED : OK)
      expect(await outside).toBe(OK)
      expect([await session.get('c/a'), await session.get('c/b')]).toEqual(optimistic ? [9, undefined] : [9, 2])
    })

    test('a transaction that wrote nothing after all lets the write of another go on', async () => {
      using session = openSession(host())
      await session.set('c/a', 1)
      const [one, two] = [await session.begin(), await session.begin()]
      expect([await session.get('c/a', one), await session.get('c/a', two)]).toEqual([1, 1])
      const writing = session.set('c/a', 2, two)
      expect(await session.get('c/a', one)).toBe(1)
      await session.rollback(one)
      expect(await writing).toBe(OK)
      expect(await session.get('c/a')).toBe(2)
    })

    describe.each(['RunQuery', 'RunAggregationQuery'] as const)('after %s', (method) => {
      test.each([
        {what: 'matches', n: 9},
        // Google's emulator locks more than the query asked for.
        {what: 'does not match', n: 1},
      ])('an insert that $what is judged', async ({n}) => {
        using session = openSession(host())
        await session.set('c/a', 8)
        const transaction = await session.begin()
        await session.queryAbove(5, method, transaction)
        let isWritten = false
        const insert = session.set('c/new', n).finally(() => (isWritten = true))
        await session.get('c/a')
        const waits = contention === 'emulator' || (contention === 'pessimistic' && n > 5)
        expect(isWritten).toBe(!waits)
        expect(await session.set('d/mine', 1, transaction)).toBe(optimistic && n > 5 ? ABORTED : OK)
        expect(await insert).toBe(OK)
      })
    })
  })
}
