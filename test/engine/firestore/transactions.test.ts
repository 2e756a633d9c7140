import type {Transaction} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import {useFirestore} from '../../conformance/firestore-client.ts'
import {createRawService as createService, DATABASE, ROOT, writeOf} from './raw-service.ts'
import {startEmbedded} from './start-embedded.ts'

const NAME = `${ROOT}/c/a`
const OTHER = `${ROOT}/c/b`
const all = {structuredQuery: {from: [{collectionId: 'c'}], where: undefined as object | undefined}}
const above = (n: number) => ({
  fieldFilter: {field: {fieldPath: 'n'}, op: 'GREATER_THAN', value: {integerValue: n}},
})

type Raw = ReturnType<typeof createService>

const begin = async (service: Raw, options: object = {readWrite: {}}) =>
  (await service.call('BeginTransaction', {database: DATABASE, options}))[0]!['transaction'] as Buffer
const set = (service: Raw, path: string, n: number, transaction?: Buffer) =>
  service.call('Commit', {database: DATABASE, writes: [writeOf(path, {n})], transaction})

describe('contention, through the client', () => {
  const {newDatabase} = useFirestore(() => startEmbedded())

  test('twenty increments at once lose nothing and hardly ever have to try again', async () => {
    const db = newDatabase()
    const ref = db.doc('c/counter')
    await ref.set({n: 0})
    let attempts = 0
    const increment = () =>
      db.runTransaction(async (transaction) => {
        attempts++
        const read = await transaction.get(ref)
        transaction.update(ref, {n: read.get('n') + 1})
      })
    await Promise.all(Array.from({length: 20}, increment))
    expect((await ref.get()).get('n')).toBe(20)
    // One attempt each where the machine keeps up; whoever is held up for longer than its turn lasts comes again.
    expect(attempts).toBeGreaterThanOrEqual(20)
    expect(attempts).toBeLessThanOrEqual(28)
  })

  test('of sixteen that create the same document in one attempt each one does, and nobody is kept', async () => {
    const db = newDatabase()
    const ref = db.doc('c/once')
    const create = async (transaction: Transaction): Promise<void> => {
      await transaction.get(ref)
      transaction.create(ref, {})
    }
    const all = await Promise.allSettled(Array.from({length: 16}, () => db.runTransaction(create, {maxAttempts: 1})))
    expect(all.filter(({status}) => status === 'fulfilled')).toHaveLength(1)
    expect((await ref.get()).exists).toBe(true)
    await ref.delete()
  })

  test('reads of one transaction at the same time all belong to it', async () => {
    const db = newDatabase()
    const refs = ['a', 'b', 'd'].map((id) => db.doc(`c/${id}`))
    for (const ref of refs) await ref.set({n: 1})
    await db.runTransaction(async (transaction) => {
      const found = await Promise.all(refs.map((ref) => transaction.get(ref)))
      for (const read of found) transaction.update(read.ref, {n: read.get('n') + 1})
    })
    expect((await db.getAll(...refs)).map((read) => read.get('n'))).toEqual([2, 2, 2])
  })

  test('twenty increments of two counters in turn, each other way round, lose nothing', async () => {
    const db = newDatabase()
    const refs = [db.doc('c/one'), db.doc('c/two')]
    for (const ref of refs) await ref.set({n: 0})
    const increment = (at: number) =>
      db.runTransaction(async (transaction) => {
        const found = []
        for (const ref of at % 2 === 0 ? refs : refs.toReversed()) found.push(await transaction.get(ref))
        for (const read of found) transaction.update(read.ref, {n: read.get('n') + 1})
      })
    await Promise.all(Array.from({length: 20}, (_, at) => increment(at)))
    expect((await db.getAll(...refs)).map((read) => read.get('n'))).toEqual([20, 20])
  })
})

describe('contention without locks, through the client', () => {
  const {newDatabase} = useFirestore(() => startEmbedded({firestoreConcurrency: 'optimistic'}))

  test('an open transaction keeps nobody else from writing, and then tries again', async () => {
    const db = newDatabase()
    const ref = db.doc('c/d')
    await ref.set({n: 1})
    let attempts = 0
    await db.runTransaction(async (transaction) => {
      const read = await transaction.get(ref)
      if (++attempts === 1) await ref.set({n: 10})
      transaction.update(ref, {n: read.get('n') + 1})
    })
    expect((await ref.get()).get('n')).toBe(11)
    expect(attempts).toBe(2)
  })
})

describe('optimistic transactions, call by call', () => {
  const createRawService = () => createService(undefined, {concurrency: 'optimistic'})
  test('a commit is refused when a document it read has changed, and reads keep to their moment', async () => {
    using service = createRawService()
    await set(service, 'c/a', 1)
    const transaction = await begin(service)
    const get = async () => (await service.call('GetDocument', {name: NAME, transaction}))[0]!['fields']
    const before = await get()
    await set(service, 'c/a', 2)
    expect(await get()).toEqual(before)
    await expect(set(service, 'c/b', 1, transaction)).rejects.toMatchObject({code: 10})
    expect(service.store.get(OTHER)).toBeUndefined()
  })

  test('a document that did not exist and was created counts as changed', async () => {
    using service = createRawService()
    const transaction = await begin(service)
    await service.call('BatchGetDocuments', {database: DATABASE, documents: [NAME], transaction})
    await set(service, 'c/a', 1)
    await expect(set(service, 'c/b', 1, transaction)).rejects.toMatchObject({code: 10})
  })

  test.each([
    ['enters its result', 'c/new', 9, 10],
    ['leaves its result', 'c/high', 1, 10],
    ['changes outside of it', 'c/low', 2, undefined],
    ['changes in another collection', 'd/high', 9, undefined],
  ])('for a query, a document that %s is judged', async (_, path, n, code) => {
    using service = createRawService()
    await set(service, 'c/low', 1)
    await set(service, 'c/high', 8)
    const transaction = await begin(service)
    const structuredQuery = {...all.structuredQuery, where: above(5)}
    await service.call('RunQuery', {parent: ROOT, structuredQuery, transaction})
    await set(service, path, n)
    const committed = await set(service, 'c/mine', 1, transaction).then(
      () => undefined,
      (error: {code: number}) => error.code,
    )
    expect(committed).toBe(code)
  })

  test('a write that changes nothing disturbs nobody', async () => {
    using service = createRawService()
    await set(service, 'c/a', 1)
    const transaction = await begin(service)
    await service.call('GetDocument', {name: NAME, transaction})
    await set(service, 'c/a', 1)
    await set(service, 'c/a', 5, transaction)
    expect(service.store.get(NAME)).toBeDefined()
  })

  test.each([
    ['before the last result', 'c/a', 10],
    ['after the last result', 'c/z', undefined],
  ])('for a query with a limit, an insert %s is judged', async (_, path, code) => {
    using service = createRawService()
    await set(service, 'c/m', 1)
    await set(service, 'c/n', 1)
    const transaction = await begin(service)
    await service.call('RunQuery', {
      parent: ROOT,
      structuredQuery: {...all.structuredQuery, limit: {value: 2}},
      transaction,
    })
    await set(service, path, 1)
    const committed = await set(service, 'c/m', 2, transaction).then(
      () => undefined,
      (error: {code: number}) => error.code,
    )
    expect(committed).toBe(code)
  })
})

describe('transactions, call by call', () => {
  test('read-only ones must not write', async () => {
    using service = createService()
    const transaction = await begin(service, {readOnly: {}})
    await expect(set(service, 'c/a', 1, transaction)).rejects.toMatchObject({
      code: 3,
      message: 'Cannot modify entities in a read-only transaction.',
    })
  })

  test('after commit or rollback the id is no longer valid, in words that make the client try again', async () => {
    using service = createService()
    const committed = await begin(service)
    await set(service, 'c/a', 1, committed)
    const rolledBack = await begin(service)
    await service.call('Rollback', {database: DATABASE, transaction: rolledBack})
    await service.call('Rollback', {database: DATABASE, transaction: rolledBack})
    for (const transaction of [committed, rolledBack]) {
      await expect(set(service, 'c/a', 1, transaction)).rejects.toMatchObject({
        code: 3,
        message: 'The referenced transaction has expired or is no longer valid.',
      })
    }
    await expect(
      service.call('Rollback', {database: DATABASE, transaction: Buffer.from('bogus')}),
    ).rejects.toMatchObject({code: 3, message: 'Invalid transaction.'})
    await begin(service, {readWrite: {retryTransaction: rolledBack}})
  })

  test('reads of the past reach back an hour and not into the future', async () => {
    let now = 1_700_000_000_000
    using service = createService({now: () => now})
    await set(service, 'c/a', 1)
    const readAt = (seconds: number) =>
      service.call('BatchGetDocuments', {database: DATABASE, documents: [NAME], readTime: {seconds}})
    now += 1_800_000
    await set(service, 'c/a', 2)
    await set(service, 'c/b', 2)
    expect((await readAt(1_700_000_001))[0]).toMatchObject({found: {fields: {n: {integerValue: '1'}}}})
    expect((await readAt(1_699_999_999))[0]).toMatchObject({missing: NAME})
    const past = {parent: ROOT, structuredQuery: {from: [{collectionId: 'c'}]}, readTime: {seconds: 1_700_000_001}}
    expect(await service.call('RunQuery', past)).toMatchObject([{document: {name: NAME}}])
    await expect(readAt(1_700_000_000 + 86_400)).rejects.toMatchObject({code: 3})
    now += 3_600_000
    await expect(readAt(1_700_000_001)).rejects.toMatchObject({code: 9})
  })
})
