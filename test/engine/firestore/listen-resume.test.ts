import {describe, expect, test} from 'vitest'
import {HISTORY_MICROS} from '#runtime/engine/embedded/store/store.ts'
import {addDocuments, addQuery, nextSnapshot} from './listen-stream.ts'
import type {Snapshot} from './listen-stream.ts'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'

type Service = ReturnType<typeof createRawService>

const commit = (service: Service, ...writes: object[]): Promise<unknown> =>
  service.call('Commit', {database: DATABASE, writes})

/** Listens to `c` on a stream of its own, up to the first snapshot. */
async function listenOnce(service: Service, target: object = {}, query: object = {}): Promise<Snapshot> {
  using stream = service.open('Listen')
  addQuery(stream, 1, query, target)
  return await nextSnapshot(stream)
}

describe('a listener that comes back', () => {
  test('gets what changed while it was away, with the number of results to check', async () => {
    using service = createRawService()
    await commit(service, ...['a', 'b', 'c', 'd'].map((id) => writeOf(`c/${id}`, {n: 1})))
    const {token} = await listenOnce(service)
    await commit(service, writeOf('c/b', {n: 2}), {delete: `${ROOT}/c/c`}, writeOf('c/e', {n: 5}))
    expect((await listenOnce(service, {resumeToken: token})).lines).toEqual([
      'ADD 1',
      'delete c/c -1',
      'change c/b 1',
      'change c/e 1',
      'filter 1 = 4',
      'CURRENT 1',
    ])
  })

  test('gets nothing but the confirmation where nothing changed', async () => {
    using service = createRawService()
    await commit(service, writeOf('c/a', {n: 1}))
    const {token} = await listenOnce(service)
    expect((await listenOnce(service, {resumeToken: token})).lines).toEqual(['ADD 1', 'filter 1 = 1', 'CURRENT 1'])
  })

  test('with a limit learns what was pushed out', async () => {
    using service = createRawService()
    await commit(service, writeOf('c/a', {n: 1}), writeOf('c/b', {n: 2}))
    const query = {orderBy: [{field: {fieldPath: 'n'}}], limit: {value: 1}}
    const {token} = await listenOnce(service, {}, query)
    await commit(service, writeOf('c/z', {n: 0}))
    expect((await listenOnce(service, {resumeToken: token}, query)).lines).toEqual([
      'ADD 1',
      'remove c/a -1',
      'change c/z 1',
      'filter 1 = 1',
      'CURRENT 1',
    ])
  })

  test('may come back to documents, and by a read time', async () => {
    using service = createRawService()
    await commit(service, writeOf('c/a', {n: 1}), writeOf('c/b', {n: 1}))
    using first = service.open('Listen')
    addDocuments(first, 1, ['c/a', 'c/b', 'c/none'])
    const {token, readTime} = await nextSnapshot(first)
    await commit(service, writeOf('c/b', {n: 2}))
    for (const target of [{resumeToken: token}, {readTime}]) {
      using again = service.open('Listen')
      addDocuments(again, 1, ['c/a', 'c/b', 'c/none'], target)
      expect((await nextSnapshot(again)).lines).toEqual(['ADD 1', 'change c/b 1', 'CURRENT 1'])
    }
  })

  test('after more than an hour starts anew', async () => {
    const clock = {time: 1_700_000_000_000, now: () => clock.time}
    using service = createRawService(clock)
    await commit(service, writeOf('c/a', {n: 1}))
    const {token} = await listenOnce(service)
    clock.time += HISTORY_MICROS / 1000 + 1
    expect((await listenOnce(service, {resumeToken: token})).lines).toEqual([
      'ADD 1',
      'RESET 1',
      'change c/a 1',
      'CURRENT 1',
    ])
  })

  test('to another run of the engine starts anew', async () => {
    using before = createRawService()
    await commit(before, writeOf('c/gone', {n: 1}))
    const {token} = await listenOnce(before)
    using after = createRawService()
    await commit(after, writeOf('c/a', {n: 1}))
    expect((await listenOnce(after, {resumeToken: token})).lines).toEqual([
      'ADD 1',
      'RESET 1',
      'change c/a 1',
      'CURRENT 1',
    ])
  })
})
