import {describe, expect, test} from 'vitest'
import {addDocuments, addQuery, describeAnswer, nextSnapshot} from './listen-stream.ts'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'

type Service = ReturnType<typeof createRawService>

function commit(service: Service, ...writes: object[]): Promise<unknown> {
  return service.call('Commit', {database: DATABASE, writes})
}

const deletionOf = (path: string) => ({delete: `${ROOT}/${path}`})
const byNumber = {orderBy: [{field: {fieldPath: 'n'}}]}
const above = (value: number) => ({
  where: {fieldFilter: {field: {fieldPath: 'n'}, op: 'GREATER_THAN', value: {integerValue: value}}},
})

describe('a Listen stream', () => {
  test('answers a query target: added, its documents, current, and a snapshot', async () => {
    using service = createRawService()
    await commit(service, writeOf('c/a', {n: 1}), writeOf('c/b', {n: 2}), writeOf('d/x', {n: 3}))
    using stream = service.open('Listen')
    addQuery(stream, 7)
    const {lines} = await nextSnapshot(stream)
    expect(lines).toEqual(['ADD 7', 'change c/a 7', 'change c/b 7', 'CURRENT 7'])
  })

  test('answers a target of several documents, missing ones included', async () => {
    using service = createRawService()
    await commit(service, writeOf('c/a', {n: 1}))
    using stream = service.open('Listen')
    addDocuments(stream, 1, ['c/a', 'c/b', 'd/e/f/g'])
    const {lines} = await nextSnapshot(stream)
    expect(lines).toEqual(['ADD 1', 'change c/a 1', 'delete c/b -1', 'delete d/e/f/g -1', 'CURRENT 1'])
    await commit(service, deletionOf('c/a'), writeOf('d/e/f/g', {}), writeOf('c/other', {}))
    expect((await nextSnapshot(stream)).lines).toEqual(['delete c/a -1', 'change d/e/f/g 1'])
  })

  test('says once what concerns several targets', async () => {
    using service = createRawService()
    await commit(service, writeOf('c/a', {n: 1}))
    using stream = service.open('Listen')
    addQuery(stream, 1)
    addQuery(stream, 2, above(0))
    addDocuments(stream, 3, ['c/a'])
    for (const id of [1, 2, 3]) expect((await nextSnapshot(stream)).lines.at(-1)).toBe(`CURRENT ${id}`)
    await commit(service, writeOf('c/a', {n: 0}))
    expect((await nextSnapshot(stream)).lines).toEqual(['change c/a 1 3 -2'])
  })

  test('removes what a limit pushes out without sending it again', async () => {
    using service = createRawService()
    await commit(service, writeOf('c/a', {n: 1}), writeOf('c/b', {n: 2}))
    using stream = service.open('Listen')
    addQuery(stream, 1, {...byNumber, limit: {value: 2}})
    await nextSnapshot(stream)
    await commit(service, writeOf('c/z', {n: 0}))
    expect((await nextSnapshot(stream)).lines).toEqual(['remove c/b -1', 'change c/z 1'])
    // Outside the limit, so there is nothing to say before the next one.
    await commit(service, writeOf('c/y', {n: 9}))
    await commit(service, deletionOf('c/a'))
    expect((await nextSnapshot(stream)).lines).toEqual(['delete c/a -1', 'change c/b 1'])
  })

  test('shifts with an offset when something before it goes', async () => {
    using service = createRawService()
    await commit(service, ...[1, 2, 3, 4].map((n) => writeOf(`c/${n}`, {n})))
    using stream = service.open('Listen')
    addQuery(stream, 1, {...byNumber, offset: 1, limit: {value: 2}})
    expect((await nextSnapshot(stream)).lines).toEqual(['ADD 1', 'change c/2 1', 'change c/3 1', 'CURRENT 1'])
    await commit(service, deletionOf('c/1'))
    expect((await nextSnapshot(stream)).lines).toEqual(['remove c/2 -1', 'change c/4 1'])
  })

  test('gives a slow reader the latest state in one snapshot, of all targets at the same time', async () => {
    using service = createRawService()
    using stream = service.open('Listen')
    addQuery(stream, 1)
    addDocuments(stream, 2, ['d/x'])
    await nextSnapshot(stream)
    await nextSnapshot(stream)
    for (let n = 0; n < 50; n++) await commit(service, writeOf('c/a', {n}), writeOf('d/x', {n}))
    await commit(service, writeOf('c/b', {n: 1}))
    const {lines, readTime} = await nextSnapshot(stream)
    expect(lines).toEqual(['change c/a 1', 'change c/b 1', 'change d/x 2'])
    expect(readTime).toBeDefined()
  })

  test('ends a target that is not allowed with its error, and goes on with the others', async () => {
    using service = createRawService()
    using stream = service.open('Listen')
    addQuery(stream, 1, {limit: {value: -1}})
    addDocuments(stream, 2, ['c'])
    stream.send({database: DATABASE, addTarget: {targetId: 3}})
    addQuery(stream, 9, {findNearest: {}})
    addQuery(stream, 4)
    const lines = []
    for (let at = 0; at < 4; at++) lines.push(describeAnswer((await stream.next())!))
    expect(lines).toEqual([
      'REMOVE 1 3: limit is negative',
      expect.stringMatching(/^REMOVE 2 3: Document name .* lacks/),
      expect.stringMatching(/^REMOVE 3 3: /),
      'REMOVE 9 3: find_nearest cannot be listened to.',
    ])
    expect((await nextSnapshot(stream)).lines).toEqual(['ADD 4', 'CURRENT 4'])
  })

  test('listens no more to a target that is removed, and not beyond the first snapshot to one asked for once', async () => {
    using service = createRawService()
    await commit(service, writeOf('c/a', {n: 1}))
    using stream = service.open('Listen')
    addQuery(stream, 1)
    addQuery(stream, 2, {}, {once: true})
    await nextSnapshot(stream)
    expect((await nextSnapshot(stream)).lines).toEqual(['ADD 2', 'change c/a 2', 'CURRENT 2'])
    expect(describeAnswer((await stream.next())!)).toBe('REMOVE 2')
    await commit(service, writeOf('c/a', {n: 2}))
    expect((await nextSnapshot(stream)).lines).toEqual(['change c/a 1'])
    stream.send({database: DATABASE, removeTarget: 1})
    expect(describeAnswer((await stream.next())!)).toBe('REMOVE 1')
    await commit(service, writeOf('c/a', {n: 3}))
    stream.end()
    expect(await stream.next()).toBeUndefined()
  })

  test('chooses an id for a target without one', async () => {
    using service = createRawService()
    using stream = service.open('Listen')
    addQuery(stream, 1)
    addQuery(stream, 0)
    await nextSnapshot(stream)
    expect((await nextSnapshot(stream)).lines).toEqual(['ADD 2', 'CURRENT 2'])
  })

  test('is refused for a name that is no database, for another one, and for an id in use', async () => {
    using service = createRawService()
    await expect(service.call('Listen', {database: 'p'})).rejects.toMatchObject({code: 3})
    using other = service.open('Listen')
    addQuery(other, 1)
    await nextSnapshot(other)
    other.send({database: 'projects/p/databases/other', removeTarget: 1})
    await expect(other.next()).rejects.toMatchObject({code: 3, message: expect.stringContaining('databases/other')})
    using twice = service.open('Listen')
    addQuery(twice, 1)
    addQuery(twice, 1)
    await nextSnapshot(twice)
    await expect(twice.next()).rejects.toMatchObject({code: 3})
  })
})
