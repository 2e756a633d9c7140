import {describe, expect, test} from 'vitest'
import {createHandTimeline} from '../pubsub/hand-timeline.ts'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'
import {ABORTED, begin, commit, numberOf, read, rollback, runQuery, stateOf} from './transaction-calls.ts'
import {WAYS} from './ways-to-write.ts'

describe('what a transaction read is locked', () => {
  describe.each(Object.entries(WAYS))('for %s', (name, write) => {
    test.each(['is committed', 'is rolled back'])('until it %s', async (end) => {
      using service = createRawService()
      await commit(service, {'c/a': 1})
      const transaction = await begin(service)
      await read(service, 'c/a', transaction)
      const writing = write(service)
      expect(await stateOf(writing)).toBe('waiting')
      expect(numberOf(service, 'c/a')).toBe(1)
      if (end === 'is committed') await commit(service, {'c/b': 2}, transaction)
      else await rollback(service, transaction)
      await writing
      expect(numberOf(service, 'c/a')).toBe(name === 'DeleteDocument' ? undefined : 9)
    })
  })

  test('for CreateDocument, if it read that there is none; a refusal comes after what the transaction wrote', async () => {
    using service = createRawService()
    const transaction = await begin(service)
    expect(await read(service, 'c/a', transaction)).toBeUndefined()
    const request = {parent: ROOT, collectionId: 'c', documentId: 'a', document: {fields: {}}}
    const creating = service.call('CreateDocument', request)
    expect(await stateOf(creating)).toBe('waiting')
    await commit(service, {'c/a': 1}, transaction)
    await expect(creating).rejects.toMatchObject({code: 6})
    expect(numberOf(service, 'c/a')).toBe(1)
  })

  test('not for itself, nor for reads, nor for what it did not read', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const transaction = await begin(service)
    await read(service, 'c/a', transaction)
    expect(await read(service, 'c/a', await begin(service))).toBe(1)
    expect(await read(service, 'c/a')).toBe(1)
    await commit(service, {'c/b': 2})
    await commit(service, {'c/a': 3}, transaction)
    expect(numberOf(service, 'c/a')).toBe(3)
  })

  test('by a read-only one nothing is locked', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const transaction = await begin(service, {readOnly: {}})
    await read(service, 'c/a', transaction)
    await commit(service, {'c/a': 2})
    expect(await read(service, 'c/a', transaction)).toBe(1)
  })

  test('by an optimistic one nothing is locked, also where the others are pessimistic', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    // TransactionOptions.ReadWrite.concurrency_mode = OPTIMISTIC, which the client's definition does not have yet.
    const transaction = await begin(service, {readWrite: {}}, Buffer.from([0x12, 4, 0x1a, 2, 0x10, 1]))
    await read(service, 'c/a', transaction)
    await commit(service, {'c/a': 2})
    await expect(commit(service, {'c/b': 1}, transaction)).rejects.toMatchObject(ABORTED)
  })

  test('for each write of a batch by itself: those that need not wait are there before', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1, 'c/b': 1})
    const transaction = await begin(service)
    await read(service, 'c/b', transaction)
    const writes = [
      writeOf('c/a', {n: 2}),
      writeOf('c/b', {n: 2}),
      writeOf('c/none', {n: 2}, {currentDocument: {exists: true}}),
      writeOf('c/d', {n: 2}),
    ]
    const writing = service.call('BatchWrite', {database: DATABASE, writes})
    expect(await stateOf(writing)).toBe('waiting')
    expect(['c/a', 'c/b', 'c/d'].map((path) => numberOf(service, path))).toEqual([2, 1, 2])
    await rollback(service, transaction)
    const [answer] = (await writing) as {writeResults: object[]; status: {code?: number}[]}[]
    expect(answer!.status.map(({code = 0}) => code)).toEqual([0, 0, 5, 0])
    expect(answer!.writeResults.map((result) => 'updateTime' in result)).toEqual([true, true, false, true])
    expect(numberOf(service, 'c/b')).toBe(2)
  })

  test.each([
    ['', {}],
    [', also where it would be refused for what is there', {currentDocument: {exists: true}}],
  ])('a batch that is wrong in itself is refused at once, and nothing of it is applied%s', async (_, more) => {
    using service = createRawService()
    const transaction = await begin(service)
    await read(service, 'c/a', transaction)
    let deep: object = {integerValue: 1}
    for (let depth = 0; depth < 22; depth++) deep = {mapValue: {fields: {m: deep}}}
    const wrong = {update: {name: `${ROOT}/c/wrong`, fields: {deep}}, ...more}
    const writes = [writeOf('c/b', {n: 1}), wrong]
    await expect(service.call('BatchWrite', {database: DATABASE, writes})).rejects.toMatchObject({code: 3})
    expect(numberOf(service, 'c/b')).toBeUndefined()
  })
})

describe('what a query in a transaction looked at is locked', () => {
  const above5 = {where: {fieldFilter: {field: {fieldPath: 'n'}, op: 'GREATER_THAN', value: {integerValue: 5}}}}
  test.each([
    ['an insert that matches', 'c/new', 7, above5, 'waiting'],
    ['an insert that does not match', 'c/new', 1, above5, 'done'],
    ['a result that changes and still matches', 'c/m', 7, above5, 'waiting'],
    ['a result that leaves', 'c/m', 1, above5, 'waiting'],
    ['one that enters', 'c/low', 7, above5, 'waiting'],
    ['one that stays outside', 'c/low', 2, above5, 'done'],
    ['another collection', 'd/new', 7, above5, 'done'],
    ['an insert before the last result of a limited one', 'c/a', 1, {limit: {value: 2}}, 'waiting'],
    ['an insert after the last result of a limited one', 'c/z', 1, {limit: {value: 2}}, 'done'],
    ['an insert at the end of one that did not reach its limit', 'c/z', 1, {limit: {value: 9}}, 'waiting'],
    ['an insert in what an offset skipped', 'c/a', 1, {offset: 1, limit: {value: 1}}, 'waiting'],
  ])('%s', async (_, path, n, query, state) => {
    using service = createRawService()
    await commit(service, {'c/low': 1, 'c/m': 8})
    const transaction = await begin(service)
    await runQuery(service, query, transaction)
    const writing = commit(service, {[path]: n})
    expect(await stateOf(writing)).toBe(state)
    await commit(service, {'d/mine': 1}, transaction)
    await writing
    expect(numberOf(service, path)).toBe(n)
  })

  test('for writes that depend on what is there, as it is when they are applied', async () => {
    using service = createRawService()
    await commit(service, {'c/low': 1})
    const transaction = await begin(service)
    await runQuery(service, above5, transaction)
    const increment = (by: number) =>
      service.call('Commit', {
        database: DATABASE,
        writes: [
          writeOf('c/low', {}, {updateMask: {}, updateTransforms: [{fieldPath: 'n', increment: {integerValue: by}}]}),
        ],
      })
    await increment(3)
    const writing = increment(3)
    expect(await stateOf(writing)).toBe('waiting')
    await rollback(service, transaction)
    await writing
    expect(numberOf(service, 'c/low')).toBe(7)
  })
})

test('documents whose time is over are deleted when no transaction has them locked any more', async () => {
  const timers = createHandTimeline(1_700_000_000_000)
  using service = createRawService(timers, {timers, ttl: [{collection: 'c', field: 'until'}]})
  const until = {timestampValue: {seconds: 1_700_000_001}}
  const writes = ['a', 'b'].map((id) => ({update: {name: `${ROOT}/c/${id}`, fields: {until}}}))
  await service.call('Commit', {database: DATABASE, writes})
  const transaction = await begin(service)
  await read(service, 'c/a', transaction)
  await timers.moveTo(timers.now() + 2000)
  expect(service.expire()).toBe(1)
  expect(service.store.get(`${ROOT}/c/a`)).toBeDefined()
  await commit(service, {'d/mine': 1}, transaction)
  expect(service.expire()).toBe(1)
  expect(service.store.get(`${ROOT}/c/a`)).toBeUndefined()
})

test.each([
  ['nothing is locked', []],
  ['something else is locked', ['c/other']],
])('a write is applied synchronously where %s', async (_, locked) => {
  using service = createRawService()
  const transaction = await begin(service)
  for (const path of locked) await read(service, path, transaction)
  const answer = service.answer('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 1})]})
  expect(answer).toBeInstanceOf(Uint8Array)
  expect(numberOf(service, 'c/a')).toBe(1)
})
