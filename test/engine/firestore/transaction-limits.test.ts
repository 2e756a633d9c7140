import {Firestore, Timestamp} from '@google-cloud/firestore'
import {beforeEach, describe, expect, test} from 'vitest'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'
import {startEmbedded} from './start-embedded.ts'

const START = 1_700_000_000_000
const HOUR = 3_600_000
const NAME = `${ROOT}/c/a`

// Moved by hand.
let now = START
const clock = {now: () => now}
beforeEach(() => {
  now = START
})

type Raw = ReturnType<typeof createRawService>

const begin = async (service: Raw, options: object = {readWrite: {}}): Promise<Buffer> =>
  (await service.call('BeginTransaction', {database: DATABASE, options}))[0]!['transaction'] as Buffer
const set = (service: Raw, n: number, transaction?: Buffer) =>
  service.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n})], transaction})
const read = async (service: Raw, transaction: Buffer): Promise<unknown> =>
  (await service.call('BatchGetDocuments', {database: DATABASE, documents: [NAME], transaction}))[0]
const at = (time: number): object => ({readOnly: {readTime: {seconds: time / 1000}}})

const holds = (n: number): object => ({found: {fields: {n: {integerValue: String(n)}}}})
const EXPIRED = {code: 3, message: 'The referenced transaction has expired or is no longer valid.'}
const TOO_OLD = {code: 9, message: "The requested 'read_time' is too old."}

describe('how long a transaction lasts', () => {
  const LIMITS = [
    {limit: '60 s without a call', steps: [60_000]},
    {limit: '270 s in all', steps: [60_000, 60_000, 60_000, 60_000, 30_000]},
  ]
  /** Reads after each step of the clock but the last. */
  const pass = async (service: Raw, transaction: Buffer, steps: readonly number[]): Promise<void> => {
    for (const [index, step] of steps.entries()) {
      if (index > 0) await read(service, transaction)
      now += step
    }
  }

  test.each(LIMITS)('after $limit it still commits', async ({steps}) => {
    using service = createRawService(clock)
    const transaction = await begin(service)
    await pass(service, transaction, steps)
    await set(service, 1, transaction)
    expect(await read(service, await begin(service))).toMatchObject(holds(1))
  })

  test.each(LIMITS)(
    'after more than $limit it neither reads nor commits, and another attempt may begin',
    async ({steps}) => {
      using service = createRawService(clock)
      const [reading, writing] = [await begin(service), await begin(service)]
      for (const transaction of [reading, writing]) {
        now = START
        await pass(service, transaction, steps)
      }
      now++
      await expect(read(service, reading)).rejects.toMatchObject(EXPIRED)
      await expect(set(service, 1, writing)).rejects.toMatchObject(EXPIRED)
      expect(service.store.get(NAME)).toBeUndefined()
      await service.call('Rollback', {database: DATABASE, transaction: writing})
      await set(service, 2, await begin(service, {readWrite: {retryTransaction: writing}}))
      expect(service.store.get(NAME)).toBeDefined()
    },
  )

  test.each(LIMITS)('a read-only one ends after more than $limit as well', async ({steps}) => {
    using service = createRawService(clock)
    const transaction = await begin(service, {readOnly: {}})
    await pass(service, transaction, steps)
    now++
    await expect(read(service, transaction)).rejects.toMatchObject(EXPIRED)
  })

  test('the client begins again when its transaction has expired', async () => {
    await using engine = await startEmbedded({clock})
    const db = new Firestore({projectId: 'p', host: engine.firestoreHost, ssl: false})
    const ref = db.doc('c/a')
    await ref.set({n: 1})
    let attempts = 0
    await db.runTransaction(async (transaction) => {
      const found = await transaction.get(ref)
      if (++attempts === 1) now += 60_001
      transaction.update(ref, {n: found.get('n') + 1})
    })
    expect(attempts).toBe(2)
    expect((await ref.get()).get('n')).toBe(2)
    await db.terminate()
  })
})

describe('a read-only transaction of the past', () => {
  test('reaches back an hour', async () => {
    using service = createRawService(clock)
    await set(service, 1)
    now += HOUR
    await set(service, 2)
    expect(await read(service, await begin(service, at(START)))).toMatchObject(holds(1))
  })

  test('is refused for a time of more than an hour ago, however it begins', async () => {
    using service = createRawService(clock)
    await set(service, 1)
    now += HOUR + 1
    await expect(begin(service, at(START))).rejects.toMatchObject(TOO_OLD)
    const newTransaction = at(START)
    const reads: readonly (readonly [string, object])[] = [
      ['BatchGetDocuments', {database: DATABASE, documents: [NAME]}],
      ['RunQuery', {parent: ROOT, structuredQuery: {from: [{collectionId: 'c'}]}}],
    ]
    for (const [method, request] of reads) {
      await expect(service.call(method, {...request, newTransaction})).rejects.toMatchObject(TOO_OLD)
    }
  })

  test('is refused for a time that has yet to come', async () => {
    using service = createRawService(clock)
    await expect(begin(service, at(START + 1000))).rejects.toMatchObject({code: 3})
  })

  test('reads no more once its time is more than an hour ago, rather than what is left of that time', async () => {
    using service = createRawService(clock)
    await set(service, 1)
    now += HOUR - 10_000
    const transaction = await begin(service, at(START))
    await set(service, 2)
    expect(await read(service, transaction)).toMatchObject(holds(1))
    now += 10_000
    expect(await read(service, transaction)).toMatchObject(holds(1))
    now += 1
    await expect(read(service, transaction)).rejects.toMatchObject(TOO_OLD)
    await expect(service.call('GetDocument', {name: NAME, transaction})).rejects.toMatchObject(TOO_OLD)
  })

  test('reaches the caller as an error at its first attempt', async () => {
    await using engine = await startEmbedded({clock})
    const db = new Firestore({projectId: 'p', host: engine.firestoreHost, ssl: false})
    let attempts = 0
    const reading = db.runTransaction(
      (transaction) => {
        attempts++
        return transaction.get(db.doc('c/a'))
      },
      {readOnly: true, readTime: Timestamp.fromMillis(START - HOUR - 1)},
    )
    await expect(reading).rejects.toMatchObject({code: TOO_OLD.code})
    expect(attempts).toBe(1)
    await db.terminate()
  })
})
