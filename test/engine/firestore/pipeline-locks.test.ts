import {describe, expect, test} from 'vitest'
import {createRawService, DATABASE, ROOT} from './raw-service.ts'
import type {RawService} from './raw-service.ts'
import {ABORTED, begin, commit, numberOf, read, rollback, stateOf} from './transaction-calls.ts'

const call = (name: string, ...args: readonly object[]): object => ({functionValue: {name, args}})
const N = {fieldReferenceValue: 'n'}
const FROM = {name: 'collection', args: [{referenceValue: '/c'}]}
const ABOVE_5 = {name: 'where', args: [call('greater_than', N, {integerValue: 5})]}
const ADD_1 = {name: 'update', args: [{mapValue: {fields: {n: call('add', N, {integerValue: 1})}}}]}

const execute = (
  service: RawService,
  stages: readonly object[],
  {
    signal,
    ...more
  }: {readonly signal?: AbortSignal; readonly transaction?: Buffer; readonly newTransaction?: object} = {},
  encoded?: Buffer,
) => {
  const request = {database: DATABASE, structuredPipeline: {pipeline: {stages}}, ...more}
  return service.call('ExecutePipeline', request, signal, encoded)
}
/** `auto_commit_transaction`, which the client's definition of the service does not have. */
const AUTO_COMMIT = Buffer.from([0x48, 1])

describe('a pipeline in a transaction', () => {
  test.each([
    ['an insert that matches', 'c/new', 7, 'waiting'],
    ['an insert that does not match', 'c/new', 1, 'done'],
    ['a result that leaves', 'c/high', 1, 'waiting'],
    ['another collection', 'd/high', 9, 'done'],
  ])('locks what it reads: %s', async (_, path, n, state) => {
    using service = createRawService()
    await commit(service, {'c/low': 1, 'c/high': 8})
    const transaction = await begin(service)
    await execute(service, [FROM, ABOVE_5], {transaction})
    const writing = commit(service, {[path]: n})
    expect(await stateOf(writing)).toBe(state)
    await commit(service, {'d/mine': 1}, transaction)
    await writing
    expect(numberOf(service, path)).toBe(n)
  })

  test('without locks is ABORTED at its commit if something it read has changed', async () => {
    using service = createRawService(undefined, {concurrency: 'optimistic'})
    await commit(service, {'c/high': 8})
    const transaction = await begin(service)
    await execute(service, [FROM, ABOVE_5, ADD_1], {transaction})
    await commit(service, {'c/new': 7})
    await expect(commit(service, {}, transaction)).rejects.toMatchObject(ABORTED)
    expect(numberOf(service, 'c/high')).toBe(8)
  })

  test('waits for writes that waited before it began', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 8})
    const holder = await begin(service)
    await read(service, 'c/a', holder)
    const writing = commit(service, {'c/a': 1})
    expect(await stateOf(writing)).toBe('waiting')
    const reading = execute(service, [FROM, ABOVE_5], {transaction: await begin(service)})
    expect(await stateOf(reading)).toBe('waiting')
    await rollback(service, holder)
    await writing
    const [answer] = await reading
    expect(answer).not.toHaveProperty('results')
  })

  test('that modifies and commits at once waits with its commit, and is ABORTED if the older one has written', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const older = await begin(service)
    await read(service, 'c/a', older)
    const options = {newTransaction: {readWrite: {}}}
    const [losing, behind] = [1, 2].map(() => execute(service, [FROM, ADD_1], options, AUTO_COMMIT))
    expect(await Promise.all([stateOf(losing!), stateOf(behind!)])).toEqual(['waiting', 'waiting'])
    await commit(service, {'c/a': 10}, older)
    await expect(losing).rejects.toMatchObject(ABORTED)
    // The other one has its turn after it, and reads what there is then.
    await behind
    expect(numberOf(service, 'c/a')).toBe(11)
  })
})

describe('a pipeline that is cancelled while it waits for its turn', () => {
  const newTransaction = {readWrite: {}}
  const beginFirst = async (service: RawService): Promise<Buffer> => {
    await commit(service, {'c/a': 1})
    const request = {parent: ROOT, structuredQuery: {from: [{collectionId: 'c'}]}, newTransaction}
    const [begun] = await service.call('RunQuery', request)
    return begun!['transaction'] as Buffer
  }
  const cancel = async (service: RawService): Promise<{readonly running: Promise<unknown>}> => {
    const cancelled = new AbortController()
    const running = execute(service, [FROM, ADD_1], {newTransaction, signal: cancelled.signal}, AUTO_COMMIT)
    expect(await stateOf(running)).toBe('waiting')
    cancelled.abort(new Error('gone'))
    return {running}
  }

  test('writes nothing when that comes', async () => {
    using service = createRawService()
    const first = await beginFirst(service)
    const {running} = await cancel(service)
    await rollback(service, first)
    await expect(running).rejects.toThrow('gone')
    expect(numberOf(service, 'c/a')).toBe(1)
  })

  test('does not begin to wait for a write when that comes', async () => {
    using service = createRawService()
    const first = await beginFirst(service)
    const writing = commit(service, {'c/a': 5})
    const {running} = await cancel(service)
    await expect(running).rejects.toThrow('gone')
    await rollback(service, first)
    await writing
    expect(numberOf(service, 'c/a')).toBe(5)
  })
})

describe('a pipeline that modifies outside of transactions', () => {
  test.each([
    ['it is rolled back', 2],
    ['it has changed the document', 11],
  ])('waits for a transaction that has read the document, and goes by what is there when %s', async (end, n) => {
    using service = createRawService()
    await commit(service, {'c/a': 1})
    const transaction = await begin(service)
    await read(service, 'c/a', transaction)
    const modifying = execute(service, [FROM, ADD_1])
    expect(await stateOf(modifying)).toBe('waiting')
    if (end === 'it is rolled back') await rollback(service, transaction)
    else await commit(service, {'c/a': 10}, transaction)
    await modifying
    expect(numberOf(service, 'c/a')).toBe(n)
  })

  test('waits as well for whoever has locked what it only finds when it goes on', async () => {
    using service = createRawService()
    await commit(service, {'c/a': 8, 'c/b': 1})
    const [older, holder] = [await begin(service), await begin(service)]
    await read(service, 'c/a', holder)
    const modifying = execute(service, [FROM, ABOVE_5, ADD_1])
    expect(await stateOf(modifying)).toBe('waiting')
    await commit(service, {'c/b': 7})
    await read(service, 'c/b', older)
    await rollback(service, holder)
    expect(await stateOf(modifying)).toBe('waiting')
    expect(numberOf(service, 'c/a')).toBe(8)
    await commit(service, {'c/b': 20}, older)
    const [answer] = await modifying
    expect(answer!['results']).toMatchObject([{fields: {documents_modified: {integerValue: '2'}}}])
    expect(['c/a', 'c/b'].map((path) => numberOf(service, path))).toEqual([9, 21])
  })
})
