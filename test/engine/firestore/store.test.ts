import {fork} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempDisposable, readFile, truncate, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {describe, expect, test} from 'vitest'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import {StoreFullError} from '#runtime/engine/embedded/store/store.ts'
import type {DocumentStore} from '#runtime/engine/embedded/store/store.ts'
import {DATABASE} from './raw-service.ts'

const tempDir = () => mkdtempDisposable(join(tmpdir(), 'stitch-store-'))
const nameOf = (path: string) => `${DATABASE}/documents/${path}`

function put(store: DocumentStore, path: string, time: number, size = 10): void {
  const name = nameOf(path)
  const before = store.get(name)
  const after = {createTime: before?.createTime ?? time, updateTime: time, fields: Buffer.alloc(size, 1)}
  store.apply({time, changes: [{name, before, after}]})
}

const idsIn = (store: DocumentStore, collection: string, at?: number): string[] =>
  [...store.scan(nameOf(collection), {}, at)].map(({name}) => name.slice(name.lastIndexOf('/') + 1))

describe('the document store', () => {
  test('keeps documents and its time between processes', async () => {
    await using folder = await tempDir()
    {
      using store = openStore({dataDir: folder.path})
      put(store, 'c/a', 100)
    }
    using store = openStore({dataDir: folder.path})
    expect(store.lastCommit).toBe(100)
    expect(store.get(nameOf('c/a'))).toMatchObject({createTime: 100, updateTime: 100})
  })

  test('scans one collection in the order of ids and only the range asked for', () => {
    using store = openStore({})
    const ids = ['__id-2__', '__id10__', 'A', 'a', 'a\u0000', 'aa', '\uFFEE', '😀']
    for (const [at, id] of ids.toReversed().entries()) put(store, `c/${id}`, at + 1)
    put(store, 'c/a/sub/x', 99)
    expect(idsIn(store, 'c')).toEqual(ids)
    const range = {from: {id: 'a', inclusive: false}, to: {id: 'aa', inclusive: true}}
    expect([...store.scan(nameOf('c'), range)].map(({name}) => name)).toEqual([nameOf('c/a\u0000'), nameOf('c/aa')])
  })

  test('answers for the past what was there then', () => {
    using store = openStore({})
    put(store, 'c/a', 100)
    put(store, 'c/a', 200, 20)
    store.apply({time: 300, changes: [{name: nameOf('c/a'), before: store.get(nameOf('c/a')), after: undefined}]})
    put(store, 'c/b', 400)
    const sizes = [99, 100, 199, 200, 299, 300].map((at) => store.get(nameOf('c/a'), at)?.fields.length)
    expect(sizes).toEqual([undefined, 10, 10, 20, 20, undefined])
    expect([99, 250, 350, 400].map((at) => idsIn(store, 'c', at))).toEqual([[], ['a'], [], ['b']])
  })

  test('tells listeners of each commit', () => {
    using store = openStore({})
    const seen: number[] = []
    const stop = store.subscribe(({time, changes}) => seen.push(time, changes.length))
    put(store, 'c/a', 1)
    stop()
    put(store, 'c/a', 2)
    expect(seen).toEqual([1, 1])
  })

  test('writes nothing of a commit for which there is no room, and goes on', () => {
    using store = openStore({maxBytes: 400_000})
    put(store, 'c/a', 1)
    const changes = Array.from({length: 100}, (_, n) => ({
      name: nameOf(`new/${n}`),
      before: undefined,
      after: {createTime: 2, updateTime: 2, fields: Buffer.alloc(10_000)},
    }))
    expect(() => store.apply({time: 2, changes})).toThrow(StoreFullError)
    expect(idsIn(store, 'new')).toEqual([])
    expect(store.lastCommit).toBe(1)
    put(store, 'new/small', 3)
    expect(idsIn(store, 'new')).toEqual(['small'])
  })

  test('kill -9 in the middle of writing loses no confirmed commit and breaks nothing', async () => {
    await using folder = await tempDir()
    const child = fork(join(import.meta.dirname, '../stand-ins/store-writer.ts'), [folder.path], {
      execArgv: ['--conditions', 'stitch-source'],
    })
    let confirmed = 0
    child.on('message', (time: number) => {
      confirmed = time
      if (time === 200) child.kill('SIGKILL')
    })
    await once(child, 'exit')
    expect(confirmed).toBeGreaterThanOrEqual(200)
    {
      using store = openStore({dataDir: folder.path})
      expect(store.lastCommit).toBeGreaterThanOrEqual(confirmed)
      // Each commit writes a document to both collections: none is there by half.
      expect(idsIn(store, 'left')).toEqual(idsIn(store, 'right'))
      expect(idsIn(store, 'left')).toHaveLength(store.lastCommit)
    }
    using database = new DatabaseSync(join(folder.path, 'firestore.db'))
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({integrity_check: 'ok'})
  })
})

describe('a data folder that cannot be used', () => {
  test('in use by another run', async () => {
    await using folder = await tempDir()
    using _ = openStore({dataDir: folder.path})
    expect(() => openStore({dataDir: folder.path})).toThrow(
      expect.objectContaining({code: 'STITCH_DATA_DIR_BUSY', exit: 'environment'}),
    )
  })

  test('written by a newer version', async () => {
    await using folder = await tempDir()
    const file = join(folder.path, 'firestore.db')
    {
      using database = new DatabaseSync(file)
      database.exec('PRAGMA user_version = 99')
    }
    const before = await readFile(file)
    expect(() => openStore({dataDir: folder.path})).toThrow(expect.objectContaining({code: 'STITCH_DATA_DIR_NEWER'}))
    expect((await readFile(file)).subarray(24).equals(before.subarray(24))).toBe(true)
  })

  test('damaged', async () => {
    await using folder = await tempDir()
    const file = join(folder.path, 'firestore.db')
    await writeFile(file, 'this is not a database, whatever its name says. '.repeat(100))
    expect(() => openStore({dataDir: folder.path})).toThrow(
      expect.objectContaining({
        code: 'STITCH_DATA_DIR_CORRUPT',
        hints: expect.arrayContaining([expect.stringContaining('rm ')]),
      }),
    )
  })

  test('cut off', async () => {
    await using folder = await tempDir()
    const file = join(folder.path, 'firestore.db')
    {
      using store = openStore({dataDir: folder.path})
      for (let at = 1; at < 50; at++) put(store, `c/${at}`, at, 4000)
    }
    await truncate(file, 5000)
    expect(() => openStore({dataDir: folder.path})).toThrow(expect.objectContaining({code: 'STITCH_DATA_DIR_CORRUPT'}))
  })

  test('not there', () => {
    expect(() => openStore({dataDir: '/dev/null/nowhere'})).toThrow(
      expect.objectContaining({code: 'STITCH_DATA_DIR_NOT_WRITABLE'}),
    )
  })
})
