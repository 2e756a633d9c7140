import {fork} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {setImmediate} from 'node:timers/promises'
import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {createFirestoreService} from '#runtime/engine/embedded/firestore/service.ts'
import {encodeFields} from '#runtime/engine/embedded/firestore/values/encode.ts'
import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'
import {startGrpcServer} from '#runtime/engine/embedded/grpc/server.ts'
import {createEntryRuns} from '#runtime/engine/embedded/store/entry-runs.ts'
import {ALL_KEYS} from '#runtime/engine/embedded/store/index-keys.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import type {DocumentStore, FieldIndex} from '#runtime/engine/embedded/store/store.ts'
import {openGrpcChannel} from '#runtime/engine/grpc-call.ts'
import {arbitraryValue, documentName} from './arbitrary-query.ts'
import {createRawService, ROOT, wireOf} from './raw-service.ts'

/** So that a few documents take many pieces, several runs and several rounds. */
const indexBuild = {atOnce: 0, pieceMs: 0, stepRows: 2, roundBytes: 200, runBytes: 256}
const SMALL = {indexAbove: 0, indexBuild}
const COLLECTION = documentName('c')
const BY_A: FieldIndex = {path: ['a'], of: 'value'}

const change = (store: DocumentStore, id: string, fields: ReadonlyMap<string, Value> | null, time: number) => {
  const name = documentName(`c/${id}`)
  const after = fields ? {createTime: time, updateTime: time, fields: encodeFields(fields)} : undefined
  return {name, before: store.get(name), after}
}
const number = (value: number): Value => ({kind: 'integer', value: BigInt(value)})

/** Documents with a number each, ten to a commit. */
function fill(store: DocumentStore, count: number): void {
  for (let at = 0; at < count; at += 10) {
    const ids = Array.from({length: Math.min(10, count - at)}, (_, more) => at + more)
    const changes = ids.map((id) => change(store, `d${id}`, new Map([['a', number(id)]]), at + 1))
    store.apply({time: at + 1, changes})
  }
}

/** What an index finds, by its keys. */
function entriesOf(store: DocumentStore, index: FieldIndex): readonly string[] | undefined {
  const found = store.openIndex(COLLECTION, index)?.read([ALL_KEYS], false)
  return found && [...found].map(({name, indexKey}) => `${Buffer.from(indexKey).toString('hex')} ${name}`)
}

describe('an index that is built in pieces', () => {
  test('has what one has that was there before all writes, whatever is written between its pieces', async () => {
    const id = fc.integer({min: 0, max: 20}).map(String)
    const fields = fc.option(
      fc.dictionary(fc.constantFrom('a', 'b'), arbitraryValue).map((entries) => new Map(Object.entries(entries))),
      {freq: 4},
    )
    const commit = fc.record({
      documents: fc.dictionary(id, fields, {minKeys: 1, maxKeys: 6}),
      fails: fc.boolean(),
      turns: fc.nat(30),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(id, fields, {minKeys: 8}),
        fc.array(commit, {maxLength: 12}),
        fc.constantFrom<FieldIndex['of']>('value', 'elements'),
        async (first, commits, of) => {
          const index: FieldIndex = {path: ['a'], of}
          using built = openStore(SMALL)
          using kept = openStore({indexAbove: -1, indexBuild: {...indexBuild, atOnce: 1000}})
          let time = 0
          const write = (documents: typeof first, fails: boolean): void => {
            time++
            for (const store of [built, kept]) {
              const changes = Object.entries(documents)
                .map(([name, entries]) => change(store, name, entries, time))
                .filter(({before, after}) => before ?? after)
              const broken = {name: documentName('c/x'), before: undefined, after: undefined as never}
              const bad = {...broken, after: {createTime: time, updateTime: time, fields: undefined as never}}
              const apply = () => store.apply({time, changes: fails ? [...changes, bad] : changes})
              if (fails) expect(apply).toThrow()
              else apply()
            }
          }
          write({z: new Map()}, false)
          expect(entriesOf(kept, index)).toEqual([])
          write(first, false)
          const ended = built.buildIndex(COLLECTION, index)
          for (const {documents, fails, turns} of commits) {
            for (let turn = 0; turn < turns; turn++) await setImmediate()
            write(documents, fails)
          }
          await ended
          expect(entriesOf(built, index)).toEqual(entriesOf(kept, index))
          write(first, false)
          expect(entriesOf(built, index)).toEqual(entriesOf(kept, index))
        },
      ),
      {numRuns: 150},
    )
  })

  test('is built once, however many wait for it, and queries that do not wait read the collection', async () => {
    using store = openStore(SMALL)
    fill(store, 40)
    const builds = [1, 2, 3].map(() => store.buildIndex(COLLECTION, BY_A))
    expect(builds[0]).toBeInstanceOf(Promise)
    expect(new Set(builds).size).toBe(1)
    expect(store.openIndex(COLLECTION, BY_A)).toBeUndefined()
    await builds[0]
    expect(store.buildIndex(COLLECTION, BY_A)).toBeUndefined()
    expect(entriesOf(store, BY_A)).toHaveLength(40)
  })

  test('is one of a large collection, or of one of many small ones', async () => {
    using store = openStore({indexAbove: 0, indexBuild: {...indexBuild, atOnce: 25}})
    const collections = [1, 2, 3].map((number) => documentName(`p/${number}/c`))
    for (const [time, collection] of collections.entries()) {
      const after = {createTime: 1, updateTime: 1, fields: encodeFields(new Map([['a', number(1)]]))}
      const changes = Array.from({length: 20}, (_, at) => ({name: `${collection}/${at}`, before: undefined, after}))
      store.apply({time: time + 1, changes})
    }
    const [first, ...rest] = collections.map((collection) => store.buildIndex(collection, BY_A))
    expect(first).toBeUndefined()
    expect(rest).toEqual([expect.any(Promise), expect.any(Promise)])
    for (const build of rest) await build
    for (const collection of collections) expect(store.openIndex(collection, BY_A)).toBeDefined()
    // In a later turn there is room again.
    expect(store.buildIndex(collections[0]!, {path: ['b'], of: 'value'})).toBeUndefined()
  })

  test('is given up where the disk is full, and leaves room for others', async () => {
    using store = openStore({...SMALL, maxBytes: 110_000, indexBuild: {...indexBuild, stepRows: 20}})
    const long = 'x'.repeat(150)
    const pad = (at: number) => new Map<string, Value>([['a', {kind: 'string', value: `${at} ${long}`}]])
    const changes = Array.from({length: 200}, (_, at) => change(store, `d${at}`, pad(at), 1))
    store.apply({time: 1, changes})
    await store.buildIndex(COLLECTION, BY_A)
    expect(store.openIndex(COLLECTION, BY_A)).toBeUndefined()
    expect(store.buildIndex(COLLECTION, BY_A)).toBeUndefined()
    // Its pages are free again.
    const more = Array.from({length: 80}, (_, at) => change(store, `e${at}`, pad(at), 2))
    store.apply({time: 2, changes: more})
    expect([...store.scan(COLLECTION, {})]).toHaveLength(280)
  })

  test('that was given up and only half removed is built anew when the store is opened again', async () => {
    const rounds = {...SMALL, indexBuild: {...indexBuild, stepRows: 20, roundBytes: 2000}}
    const pad = (at: number) => new Map<string, Value>([['a', {kind: 'string', value: `${at} ${'x'.repeat(150)}`}]])
    let furthest = 0
    let removing = 0
    // There is no telling from outside what it is doing: it is stopped after each of its pieces in turn.
    for (let turns = 0, isOver = false; !isOver; turns += 8) {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-index-'))
      const file = join(folder.path, 'firestore.db')
      const readReached = (): number => {
        using database = new DatabaseSync(file)
        return Number(database.prepare('SELECT length(reached) AS length FROM field_indexes').get()?.['length'])
      }
      {
        using store = openStore({...rounds, dataDir: folder.path, maxBytes: 110_000})
        store.apply({time: 1, changes: Array.from({length: 200}, (_, at) => change(store, `d${at}`, pad(at), 1))})
        void store.buildIndex(COLLECTION, BY_A)
        for (let turn = 0; turn < turns; turn++) await setImmediate()
        isOver = store.buildIndex(COLLECTION, BY_A) === undefined
      }
      if (readReached() === 0 && furthest > 0) removing++
      furthest = Math.max(furthest, readReached())
      using store = openStore({...rounds, dataDir: folder.path})
      await store.buildIndex(COLLECTION, BY_A)
      expect(entriesOf(store, BY_A)).toHaveLength(200)
    }
    expect(removing).toBeGreaterThan(0)
  })

  test('ends with its store', async () => {
    const store = openStore(SMALL)
    fill(store, 40)
    const built = store.buildIndex(COLLECTION, BY_A)
    await setImmediate()
    store[Symbol.dispose]()
    await built
  })

  test('goes on after kill -9 at any of its pieces, with what was written in between', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-index-'))
    const reached: (number | undefined)[] = []
    for (const turns of [100, 700, 900, 600]) {
      const child = fork(join(import.meta.dirname, '../stand-ins/index-builder.ts'), [folder.path, String(turns)], {
        execArgv: ['--conditions', 'stitch-source'],
      })
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
      expect(signal).toBe('SIGKILL')
      using database = new DatabaseSync(join(folder.path, 'firestore.db'))
      expect(database.prepare('PRAGMA integrity_check').get()).toEqual({integrity_check: 'ok'})
      const row = database.prepare('SELECT length(reached) AS length FROM field_indexes').get()
      reached.push(row?.['length'] === null ? undefined : Number(row?.['length']))
    }
    // It was in the middle of it, and further than at its beginning.
    expect(reached).not.toContain(undefined)
    expect(reached.some((length) => length !== undefined && length > 0)).toBe(true)
    using store = openStore({dataDir: folder.path, ...SMALL})
    await store.buildIndex(COLLECTION, BY_A)
    using fresh = openStore({indexAbove: -1})
    expect(fresh.openIndex(COLLECTION, BY_A)).toBeUndefined()
    const documents = [...store.scan(COLLECTION, {})]
    fresh.apply({time: 1, changes: documents.map(({name, ...after}) => ({name, before: undefined, after}))})
    expect(entriesOf(store, BY_A)).toEqual(entriesOf(fresh, BY_A))
  })
})

describe('while an index is built', () => {
  /** A service whose store lets nobody read the whole collection. */
  const createService = (count: number) => {
    const store = openStore(SMALL)
    fill(store, count)
    const scan = (): never => {
      throw new Error('the collection was read')
    }
    return createRawService(undefined, {}, Object.assign(store, {scan}))
  }
  const where = (value: number) => ({
    fieldFilter: {field: {fieldPath: 'a'}, op: 'EQUAL', value: {integerValue: value}},
  })
  const structuredQuery = {from: [{collectionId: 'c'}], where: where(7)}
  const stages = [
    {name: 'collection', args: [{referenceValue: '/c'}]},
    {
      name: 'where',
      args: [{functionValue: {name: 'equal', args: [{fieldReferenceValue: 'a'}, {integerValue: 7}]}}],
    },
  ]
  const seventh = expect.objectContaining({name: `${ROOT}/c/d7`})

  test('others are answered, and its query after them', async () => {
    using service = createService(100)
    const order: string[] = []
    const query = service.call('RunQuery', {parent: ROOT, structuredQuery}).then((answers) => {
      order.push('query')
      return answers
    })
    for (let read = 0; read < 5; read++) {
      await setImmediate()
      await service.call('GetDocument', {name: `${ROOT}/c/d${read}`})
      order.push('read')
    }
    expect(await query).toEqual([expect.objectContaining({document: seventh})])
    expect(order).toEqual(['read', 'read', 'read', 'read', 'read', 'query'])
  })

  test.each([
    ['RunQuery', {parent: ROOT, structuredQuery}, {document: seventh}],
    ['RunQuery', {parent: ROOT, structuredQuery, newTransaction: {readWrite: {}}}, {document: seventh}],
    [
      'RunAggregationQuery',
      {parent: ROOT, structuredAggregationQuery: {structuredQuery, aggregations: [{alias: 'n', count: {}}]}},
      {result: {aggregateFields: {n: {integerValue: '1'}}}},
    ],
    [
      'ListDocuments',
      {parent: ROOT, collectionId: 'c', orderBy: 'a desc', pageSize: 1},
      {documents: [expect.objectContaining({name: `${ROOT}/c/d49`})]},
    ],
    [
      'ExecutePipeline',
      {database: ROOT.replace('/documents', ''), structuredPipeline: {pipeline: {stages}}},
      {results: [seventh]},
    ],
  ])('%s waits for it instead of reading the collection', async (method, request, answer) => {
    using service = createService(50)
    expect((await service.call(method, request)).at(-1)).toMatchObject(answer)
  })

  test('a pipeline over a collection group waits for all of its indexes before it reads any', async () => {
    const store = openStore(SMALL)
    const fields = encodeFields(new Map([['a', number(7)]]))
    for (let time = 1; time <= 3; time++) {
      const after = {createTime: time, updateTime: time, fields}
      store.apply({time, changes: [{name: documentName(`p/${time}/c/d`), before: undefined, after}]})
    }
    let reads = 0
    const openIndex: DocumentStore['openIndex'] = (...index) => {
      reads++
      return openStoredIndex(...index)
    }
    const {openIndex: openStoredIndex} = store
    using service = createRawService(undefined, {}, Object.assign(store, {openIndex}))
    const [, filter] = stages
    const group = {name: 'collection_group', args: [{referenceValue: ''}, {stringValue: 'c'}]}
    const request = {
      database: ROOT.replace('/documents', ''),
      structuredPipeline: {pipeline: {stages: [group, filter]}},
    }
    const [answer] = await service.call('ExecutePipeline', request)
    expect(answer!['results']).toHaveLength(3)
    expect(reads).toBe(3)
  })

  test('a query of a transaction waits for it, and what changes meanwhile does not count against it', async () => {
    using service = createService(50)
    const [begun] = await service.call('BeginTransaction', {database: ROOT.replace('/documents', '')})
    const transaction = begun!['transaction']
    const query = service.call('RunQuery', {parent: ROOT, structuredQuery, transaction})
    const name = `${ROOT}/c/d7`
    await setImmediate()
    await service.call('UpdateDocument', {document: {name, fields: {a: {integerValue: 8}}}})
    expect(await query).toEqual([{readTime: expect.anything()}])
    const database = ROOT.replace('/documents', '')
    await service.call('Commit', {database, transaction, writes: [{delete: name}]})
  })

  test('Listen waits with one target, and goes on with the others', async () => {
    using service = createService(200)
    using stream = service.open('Listen')
    const database = ROOT.replace('/documents', '')
    stream.send({database, addTarget: {targetId: 1, documents: {documents: [`${ROOT}/c/d1`]}}})
    stream.send({addTarget: {targetId: 2, query: {parent: ROOT, structuredQuery}}})
    const seen: string[] = []
    for (let answer = await stream.next(); answer; answer = await stream.next()) {
      const {documentChange, targetChange} = answer as Record<string, Record<string, unknown>>
      if (targetChange?.['targetChangeType'] === 'CURRENT') seen.push(`current ${String(targetChange['targetIds'])}`)
      const document = documentChange?.['document'] as {name: string; updateTime: object} | undefined
      if (document) seen.push(document.name.slice(ROOT.length))
      if (seen.length === 2) {
        await service.call('UpdateDocument', {document: {name: `${ROOT}/c/d1`, fields: {a: {integerValue: 500}}}})
      }
      if (seen.includes('current 2')) break
    }
    expect(seen).toEqual(['/c/d1', 'current 1', '/c/d1', '/c/d7', 'current 2'])
  })

  test('a query may be cancelled, and the next one has the index', async () => {
    using service = createService(100)
    const cancelled = new AbortController()
    const query = service.call('RunQuery', {parent: ROOT, structuredQuery}, cancelled.signal)
    await setImmediate()
    cancelled.abort(new Error('enough'))
    await expect(query).rejects.toThrow('enough')
    expect(await service.call('RunQuery', {parent: ROOT, structuredQuery})).toHaveLength(1)
  })

  test('the server may be stopped: the query is refused and nobody hangs', async () => {
    await using stack = new AsyncDisposableStack()
    const store = openStore(SMALL)
    fill(store, 3000)
    const {service} = createFirestoreService(store, {now: () => Date.now()})
    const server = await startGrpcServer({port: 0, services: [service]})
    const channel = stack.use(openGrpcChannel(`127.0.0.1:${server.port}`))
    const {path, encode} = wireOf('RunQuery')
    const asked = channel.collect(path, encode({parent: ROOT, structuredQuery}), new AbortController().signal)
    const isBegun = () => store.openIndex(COLLECTION, BY_A) === undefined
    const get = wireOf('GetDocument')
    await channel.call(get.path, get.encode({name: `${ROOT}/c/d1`}), new AbortController().signal)
    expect(isBegun()).toBe(true)
    await server[Symbol.asyncDispose]()
    store[Symbol.dispose]()
    expect(await asked).toMatchObject({status: 14})
  })
})

test('entries come in the order of the index, however they were added', () => {
  const bytes = fc.uint8Array({minLength: 0, maxLength: 5, max: 3})
  fc.assert(
    fc.property(fc.array(fc.tuple(bytes, bytes)), (entries) => {
      const runs = createEntryRuns(16)
      for (const [value, key] of entries) runs.add(value, key)
      const merged = [...runs.merge()].map(({value, key}) => [Buffer.from(value), Buffer.from(key)] as const)
      const sorted = entries
        .map(([value, key]) => [Buffer.from(value), Buffer.from(key)] as const)
        .toSorted(([a, x], [b, y]) => Buffer.compare(a, b) || Buffer.compare(x, y))
      expect(merged).toEqual(sorted)
    }),
  )
})
