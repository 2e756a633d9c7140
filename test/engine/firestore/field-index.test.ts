import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {Query} from '#runtime/engine/embedded/firestore/query/query.ts'
import {runQuery} from '#runtime/engine/embedded/firestore/query/run-query.ts'
import {compareValues} from '#runtime/engine/embedded/firestore/values/compare.ts'
import {encodeFields} from '#runtime/engine/embedded/firestore/values/encode.ts'
import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'
import {encodeIndexKey, isWhole} from '#runtime/engine/embedded/store/index-keys.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import type {DocumentStore} from '#runtime/engine/embedded/store/store.ts'
import {arbitraryQuery, arbitraryValue, documentName, text} from './arbitrary-query.ts'
import {ROOT} from './raw-service.ts'

const docs = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', '__id3__', 'é'),
    parent: fc.constantFrom('', 'p/q/'),
    fields: fc.option(
      fc.dictionary(fc.constantFrom('a', 'b', 'm'), arbitraryValue).map((fields) => new Map(Object.entries(fields))),
      {freq: 8},
    ),
  }),
  {minLength: 1, maxLength: 14},
)

type DocumentOf = {readonly id: string; readonly parent: string; readonly fields: ReadonlyMap<string, Value> | null}

function write(stores: readonly DocumentStore[], documents: readonly DocumentOf[], time: number): void {
  for (const store of stores) {
    const changes = new Map(
      documents.map(({id, parent, fields}) => {
        const name = documentName(`${parent}c/${id}`)
        const before = store.get(name)
        const after = fields ? {createTime: time, updateTime: time, fields: encodeFields(fields)} : undefined
        return [name, {name, before, after}]
      }),
    )
    store.apply({time, changes: [...changes.values()].filter(({before, after}) => before ?? after)})
  }
}

const namesOf = (store: DocumentStore, query: Query): string[] =>
  runQuery(store, query, undefined).map(({name}) => name.slice(ROOT.length))

describe('field indexes', () => {
  test('find what a scan finds, in the same order, before and after writes', () => {
    fc.assert(
      fc.property(docs, docs, fc.array(arbitraryQuery, {minLength: 1, maxLength: 6}), (documents, changed, queries) => {
        using indexed = openStore({indexAbove: 0})
        using scanned = openStore({indexAbove: Number.POSITIVE_INFINITY})
        write([indexed, scanned], documents, 1)
        for (const query of queries) expect(namesOf(indexed, query)).toEqual(namesOf(scanned, query))
        write([indexed, scanned], changed, 2)
        for (const query of queries) expect(namesOf(indexed, query)).toEqual(namesOf(scanned, query))
      }),
      {numRuns: 400},
    )
  })

  test('sort values as Firestore does', () => {
    fc.assert(
      fc.property(arbitraryValue, arbitraryValue, (left, right) => {
        const [a, b] = [encodeIndexKey(left), encodeIndexKey(right)]
        const [order, wanted] = [Buffer.compare(a, b), Math.sign(compareValues(left, right))]
        if (order !== wanted) expect({order, whole: isWhole(a) && isWhole(b)}).toEqual({order: 0, whole: false})
      }),
      {numRuns: 3000},
    )
  })

  test.each<[string, Value, Value]>([
    ['2^53 and 2^53 + 1', {kind: 'double', value: 2 ** 53}, {kind: 'integer', value: 2n ** 53n + 1n}],
    ['the largest integer and 2^63', {kind: 'integer', value: 2n ** 63n - 1n}, {kind: 'double', value: 2 ** 63}],
    [
      'minus infinity and the smallest integer',
      {kind: 'double', value: -Infinity},
      {kind: 'integer', value: -(2n ** 63n)},
    ],
    ['NaN and minus infinity', {kind: 'double', value: Number.NaN}, {kind: 'double', value: -Infinity}],
  ])('tell %s apart', (_, left, right) => {
    expect(Buffer.compare(encodeIndexKey(left), encodeIndexKey(right))).toBe(-1)
  })

  test('are kept between processes, and made in a file of an earlier version', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-index-'))
    const options = {dataDir: folder.path, indexAbove: 0}
    const index = {path: ['a'], of: 'value'} as const
    const count = (store: DocumentStore) =>
      store.openIndex(`${ROOT}/c`, index)?.count([{from: Buffer.alloc(0), to: Buffer.from([0xff])}], 100)
    const document = (id: string) => ({id, parent: '', fields: new Map([['a', text(id)]])})
    {
      using store = openStore(options)
      write([store], [document('a')], 1)
    }
    {
      using database = new DatabaseSync(join(folder.path, 'firestore.db'))
      database.exec('DROP TABLE field_entries; DROP TABLE field_indexes; PRAGMA user_version = 1')
    }
    {
      using store = openStore(options)
      expect(count(store)).toBe(1)
    }
    {
      using database = new DatabaseSync(join(folder.path, 'firestore.db'))
      database.exec('ALTER TABLE field_indexes DROP COLUMN reached; PRAGMA user_version = 2')
    }
    using store = openStore({...options, indexAbove: Number.POSITIVE_INFINITY})
    write([store], [document('b')], 2)
    expect(count(store)).toBe(2)
  })

  test('read only what a query is about', () => {
    using store = openStore({indexAbove: 0})
    const documents = Array.from({length: 300}, (_, at) => ({
      id: `d${at}`,
      parent: '',
      fields: new Map<string, Value>([
        ['n', {kind: 'integer', value: BigInt(at)}],
        ['half', {kind: 'boolean', value: at % 2 === 0}],
      ]),
    }))
    write([store], documents, 1)
    const base: Query = {
      parent: ROOT,
      collectionId: 'c',
      allDescendants: false,
      where: undefined,
      orderBy: [{path: ['__name__'], descending: false}],
      startAt: undefined,
      endAt: undefined,
      offset: 0,
      limit: undefined,
      select: undefined,
    }
    const readBy = (query: Partial<Query>): number => {
      const trace = {documents: 0, indexes: 0, scans: 0, skipped: 0}
      runQuery(store, {...base, ...query}, undefined, trace)
      expect(trace.scans).toBe(0)
      return trace.documents
    }
    const equals = (path: string, value: Value) => ({kind: 'compare', path: [path], operator: 'EQUAL', value}) as const
    const seven = equals('n', {kind: 'double', value: 7})
    expect(readBy({where: seven})).toBe(1)
    expect(readBy({where: {kind: 'and', filters: [equals('half', {kind: 'boolean', value: false}), seven]}})).toBe(1)
    expect(readBy({where: {kind: 'or', filters: [equals('n', {kind: 'integer', value: 9n}), seven]}})).toBe(2)
    const byNumber = [
      {path: ['n'], descending: true},
      {path: ['__name__'], descending: true},
    ]
    expect(readBy({orderBy: byNumber, limit: 5})).toBe(5)
    expect(readBy({where: equals('half', {kind: 'boolean', value: true}), limit: 3})).toBe(3)
  })
})
