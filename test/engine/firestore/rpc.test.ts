import {describe, expect, test} from 'vitest'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'

const text = (value: string) => ({stringValue: value})

describe('RPCs that the Node client does not use', () => {
  test('CreateDocument, GetDocument, UpdateDocument and DeleteDocument work on one document', async () => {
    using service = createRawService()
    const name = `${ROOT}/c/a`
    const document = {fields: {x: text('1'), y: text('2')}}
    const [created] = await service.call('CreateDocument', {parent: ROOT, collectionId: 'c', documentId: 'a', document})
    expect(created).toMatchObject({name, ...document})
    await expect(
      service.call('CreateDocument', {parent: ROOT, collectionId: 'c', documentId: 'a', document}),
    ).rejects.toMatchObject({code: 6, message: `Document already exists: ${name}`})
    await service.call('UpdateDocument', {
      document: {name, fields: {x: text('9')}},
      updateMask: {fieldPaths: ['x', 'y']},
    })
    expect((await service.call('GetDocument', {name}))[0]).toMatchObject({fields: {x: text('9')}})
    await service.call('DeleteDocument', {name})
    await expect(service.call('GetDocument', {name})).rejects.toMatchObject({
      code: 5,
      message: `Document "${name}" not found.`,
    })
  })

  test('CreateDocument chooses an id where none is given', async () => {
    using service = createRawService()
    const [created] = await service.call('CreateDocument', {parent: ROOT, collectionId: 'c', document: {}})
    expect(created!['name']).toMatch(/\/c\/[A-Za-z0-9]{20}$/)
  })

  test('ListDocuments pages by id, with missing documents, and by an order', async () => {
    using service = createRawService()
    const paths = ['c/a', 'c/b/s/x', 'c/c', 'c/d/s/y', 'c/e']
    await service.call('Commit', {database: DATABASE, writes: paths.map((path, n) => writeOf(path, {n}))})
    const list = async (request: object): Promise<string[][]> => {
      const pages: string[][] = []
      for (let pageToken = ''; ;) {
        const [page] = await service.call('ListDocuments', {
          parent: ROOT,
          collectionId: 'c',
          pageSize: 2,
          pageToken,
          ...request,
        })
        pages.push(((page!['documents'] ?? []) as {name: string}[]).map(({name}) => name.slice(-1)))
        pageToken = (page!['nextPageToken'] as string | undefined) ?? ''
        if (pageToken === '') return pages
      }
    }
    expect(await list({showMissing: true})).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    expect(await list({})).toEqual([['a', 'c'], ['e']])
    expect(await list({orderBy: 'n desc'})).toEqual([['e', 'c'], ['a']])
    await expect(list({showMissing: true, orderBy: 'n'})).rejects.toMatchObject({code: 3})
    await expect(list({pageToken: 'zzz'})).rejects.toMatchObject({code: 3, message: 'invalid page token'})
  })

  test('a query tells how many results its offset passed over, on its first answer', async () => {
    using service = createRawService()
    const writes = ['a', 'b', 'c'].map((id, n) => writeOf(`c/${id}`, {n}))
    await service.call('Commit', {database: DATABASE, writes})
    const skippedOf = async (query: object) => {
      const structuredQuery = {from: [{collectionId: 'c'}], ...query}
      const answers = await service.call('RunQuery', {parent: ROOT, structuredQuery})
      return answers.map(({skippedResults}) => skippedResults)
    }
    expect(await skippedOf({})).toEqual([undefined, undefined, undefined])
    expect(await skippedOf({offset: 1})).toEqual([1, undefined])
    expect(await skippedOf({offset: 2, limit: {value: 5}})).toEqual([2])
    expect(await skippedOf({offset: 9})).toEqual([3])
  })

  test('what is not in a list of nothing but null is nothing, and orders by no field', async () => {
    using service = createRawService()
    await service.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 1})]})
    const find = async (...values: object[]) => {
      const where = {fieldFilter: {field: {fieldPath: 'n'}, op: 'NOT_IN', value: {arrayValue: {values}}}}
      const orderBy = [{field: {fieldPath: '__name__'}}]
      const structuredQuery = {from: [{collectionId: 'c'}], where, orderBy}
      const answers = await service.call('RunQuery', {parent: ROOT, structuredQuery})
      return answers.filter(({document}) => document)
    }
    expect(await find({nullValue: 0}, {nullValue: 0})).toEqual([])
    await expect(find({nullValue: 0}, {integerValue: 5})).rejects.toMatchObject({code: 3})
  })

  test('a cursor without values stands at every result', async () => {
    using service = createRawService()
    await service.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 1})]})
    const countOf = async (cursors: object) => {
      const structuredQuery = {from: [{collectionId: 'c'}], orderBy: [{field: {fieldPath: 'n'}}], ...cursors}
      const answers = await service.call('RunQuery', {parent: ROOT, structuredQuery})
      return answers.filter(({document}) => document).length
    }
    expect(await countOf({startAt: {before: true}})).toBe(1)
    expect(await countOf({startAt: {before: false}})).toBe(0)
    expect(await countOf({endAt: {before: true}})).toBe(0)
    expect(await countOf({endAt: {before: false}})).toBe(1)
  })

  test('ListCollectionIds pages', async () => {
    using service = createRawService()
    await service.call('Commit', {database: DATABASE, writes: ['a/1', 'b/1', 'c/1'].map((path) => writeOf(path, {}))})
    const [page] = await service.call('ListCollectionIds', {parent: ROOT, pageSize: 2})
    expect(page!['collectionIds']).toEqual(['a', 'b'])
    const [rest] = await service.call('ListCollectionIds', {
      parent: ROOT,
      pageSize: 2,
      pageToken: page!['nextPageToken'],
    })
    expect(rest).toEqual({collectionIds: ['c']})
  })

  test('lists of the past are what the lists of then were', async () => {
    let now = 1_000_000_000_000
    using service = createRawService({now: () => now})
    const list = async (readTime?: object): Promise<unknown[]> => {
      const at = readTime && {readTime}
      const parents = [ROOT, `${ROOT}/c/a`, `${ROOT}/c/b`]
      const collections = parents.map((parent) => service.call('ListCollectionIds', {parent, ...at}))
      const documents = ['c', 'd'].map(async (collectionId) => {
        const [page] = await service.call('ListDocuments', {parent: ROOT, collectionId, showMissing: true, ...at})
        return ((page!['documents'] ?? []) as {name: string; createTime?: object}[]).map(({name, createTime}) => [
          name,
          createTime !== undefined,
        ])
      })
      return await Promise.all([...collections, ...documents])
    }
    const writes = [
      writeOf('c/a', {}),
      writeOf('c/b/s/x', {}),
      writeOf('d/a/t/x', {}),
      {delete: `${ROOT}/c/a`},
      {delete: `${ROOT}/c/b/s/x`},
      writeOf('c/a/u/v/w/x', {}),
      writeOf('c/b/s/y', {}),
      {delete: `${ROOT}/d/a/t/x`},
    ]
    const seen: {readonly at: object; readonly listed: unknown}[] = []
    for (const write of writes) {
      now += 1000
      await service.call('Commit', {database: DATABASE, writes: [write]})
      seen.push({at: {seconds: now / 1000}, listed: await list()})
    }
    expect(new Set(seen.map(({listed}) => JSON.stringify(listed))).size).toBe(writes.length)
    for (const {at, listed} of seen) expect(await list(at)).toEqual(listed)
  })

  test('BatchWrite refuses a document that occurs twice, and writes nothing', async () => {
    using service = createRawService()
    const writes = [writeOf('c/a', {n: 1}), {delete: `${ROOT}/c/a`}]
    await expect(service.call('BatchWrite', {database: DATABASE, writes})).rejects.toMatchObject({code: 3})
    expect(service.store.get(`${ROOT}/c/a`)).toBeUndefined()
  })

  test('a request above 10 MiB is refused', async () => {
    using service = createRawService()
    const fields = {s: text('x'.repeat(1_000_000))}
    const writes = Array.from({length: 11}, (_, n) => ({update: {name: `${ROOT}/c/${n}`, fields}}))
    await expect(service.call('Commit', {database: DATABASE, writes})).rejects.toMatchObject({
      code: 3,
      message: 'Request payload size exceeds the limit: 10485760 bytes.',
    })
  })

  test('findNearest refuses what it cannot search for', async () => {
    using service = createRawService()
    const vector = (...values: number[]) => ({
      mapValue: {
        fields: {
          __type__: {stringValue: '__vector__'},
          value: {arrayValue: {values: values.map((doubleValue) => ({doubleValue}))}},
        },
      },
    })
    const right = {vectorField: {fieldPath: 'v'}, queryVector: vector(1), distanceMeasure: 'COSINE', limit: {value: 1}}
    const search = (over: object) =>
      service.call('RunQuery', {
        parent: ROOT,
        structuredQuery: {from: [{collectionId: 'c'}], findNearest: {...right, ...over}},
      })
    await expect(search({})).resolves.toHaveLength(1)
    for (const over of [
      {vectorField: null},
      {queryVector: {stringValue: 'x'}},
      {queryVector: vector()},
      {distanceMeasure: 0},
      {limit: {value: 0}},
      {limit: {value: 1001}},
    ]) {
      await expect(search(over)).rejects.toMatchObject({code: 3})
    }
  })
})
