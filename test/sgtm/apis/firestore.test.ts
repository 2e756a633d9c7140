import {Firestore, GeoPoint, Timestamp} from '@google-cloud/firestore'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startEmbeddedEngine} from '#runtime/engine/embedded/start.ts'
import type {Engine} from '#runtime/engine/types.ts'
import {connectFirestore} from '#runtime/sgtm/apis/firestore/connect.ts'
import type {OpenDatabase} from '#runtime/sgtm/apis/firestore/database.ts'
import {bench} from './bench.ts'
import type {Bench} from './bench.ts'

const anyRow = {projectId: '*', path: '*', operation: 'read_write'}
const declared = (...rows: readonly Readonly<Record<string, string>>[]) => ({
  access_firestore: {allowedOptions: rows},
  logging: {environments: 'all'},
})
const settle = `.then((value) => ({value: value}), (error) => ({reason: error.reason, message: error.message}))`

let engine: Engine
let connection: AsyncDisposable & {readonly open: OpenDatabase}
let database: Firestore

beforeAll(async () => {
  engine = await startEmbeddedEngine({
    name: 'embedded',
    dataDir: '',
    inMemory: true,
    projectId: 'home',
    firestorePort: {port: 0, explicit: true},
    pubsubPort: {port: 0, explicit: true},
    log: () => {},
    signal: new AbortController().signal,
  })
  connection = connectFirestore(engine.firestoreHost)
  database = new Firestore({projectId: 'home', host: engine.firestoreHost, ssl: false})
})
afterAll(async () => {
  await database.terminate()
  await connection[Symbol.asyncDispose]()
  await engine[Symbol.asyncDispose]()
})

const open = (permissions: Readonly<Record<string, Readonly<Record<string, unknown>>>> = declared(anyRow)): Bench =>
  bench({permissions, project: 'home', firestore: connection.open})
const run = async (code: string, permissions?: Parameters<typeof open>[0]): Promise<unknown> => {
  using place = open(permissions)
  return await place.run(`const Firestore = require('Firestore'); ${code}`)
}

describe('Firestore.write and Firestore.read', () => {
  test('keep what a template can hold, and give the id', async () => {
    const value = "{text: 'a', number: 1.5, list: [1, {b: null}], map: {deep: {er: true}}, gone: undefined}"
    expect(await run(`return Firestore.write('plain/one', ${value});`)).toBe('one')
    expect(await run("return Firestore.read('plain/one');")).toEqual({
      id: 'one',
      data: {text: 'a', number: 1.5, list: [1, {b: null}], map: {deep: {er: true}}},
    })
    expect((await database.doc('plain/one').get()).data()).toMatchObject({text: 'a'})
  })

  test('replace a document, or merge into it', async () => {
    await run("return Firestore.write('merged/one', {a: {x: 1, y: 1}, b: 1});")
    await run("return Firestore.write('merged/one', {a: {x: 2}}, {merge: true});")
    expect((await database.doc('merged/one').get()).data()).toEqual({a: {x: 2, y: 1}, b: 1})
    await run("return Firestore.write('merged/one', {c: 1});")
    expect((await database.doc('merged/one').get()).data()).toEqual({c: 1})
  })

  test('make an id where the path is a collection, deep ones included', async () => {
    const id = (await run("return Firestore.write('people/p1/visits', {n: 1});")) as string
    expect(id).toMatch(/^\w{20}$/)
    expect((await database.doc(`people/p1/visits/${id}`).get()).data()).toEqual({n: 1})
  })

  test('give other values as what a template would write', async () => {
    await database.doc('typed/one').set({
      at: Timestamp.fromMillis(1_700_000_000_123),
      point: new GeoPoint(1, 2),
      bytes: Buffer.from('hi'),
      other: database.doc('plain/one'),
      list: [Timestamp.fromMillis(5)],
    })
    expect(await run("return Firestore.read('typed/one');")).toEqual({
      id: 'one',
      data: {
        at: 1_700_000_000_123,
        point: {latitude: 1, longitude: 2},
        bytes: 'aGk=',
        other: 'plain/one',
        list: [5],
      },
    })
  })

  test('rejects with not_found for a document that is not there', async () => {
    expect(await run(`return Firestore.read('plain/none')${settle};`)).toEqual({reason: 'not_found'})
  })

  test.each(['', '/a/b', 'a/b/', 'a//b'])('refuses the path %j at once', async (path) => {
    await expect(run(`Firestore.read('${path}');`)).rejects.toThrow(/names between single slashes/)
  })

  test.each(["'text'", 'null', '[1]', ''])('refuses to write %s', async (value) => {
    await expect(run(`Firestore.write('plain/three', ${value});`)).rejects.toThrow(/is no object/)
  })

  test('rejects a value that Firestore has no place for, and logs why', async () => {
    using place = open()
    const code = `return require('Firestore').write('plain/two', {nested: [[1]]})${settle};`
    expect(await place.run(code)).toEqual({reason: 'invalid_argument'})
    expect(place.logs[0]).toMatch(/Firestore.write failed \(invalid_argument\): .*array value/)
  })

  test('reads once in a run, unless told otherwise', async () => {
    await database.doc('cached/one').set({n: 1})
    using place = open()
    const read = (options: string) => place.run(`return require('Firestore').read('cached/one', ${options})${settle};`)
    expect(await read('{}')).toMatchObject({value: {data: {n: 1}}})
    await database.doc('cached/one').set({n: 2})
    expect(await read('{}')).toMatchObject({value: {data: {n: 1}}})
    expect(await read('{disableCache: true}')).toMatchObject({value: {data: {n: 2}}})
    using later = open()
    expect(await later.run("return require('Firestore').read('cached/one');")).toMatchObject({data: {n: 2}})
  })

  test('goes to the project and the database that the call names', async () => {
    const rows = declared({...anyRow, databaseId: '*'})
    await run("return Firestore.write('a/b', {of: 'other'}, {projectId: 'other', databaseId: 'second'});", rows)
    expect(await run("return Firestore.read('a/b', {projectId: 'other', databaseId: 'second'});", rows)).toMatchObject({
      data: {of: 'other'},
    })
    expect(await run(`return Firestore.read('a/b')${settle};`)).toEqual({reason: 'not_found'})
  })

  test('without an engine behind the container is an error that says so', async () => {
    using place = bench({permissions: declared(anyRow), project: 'home'})
    const code = `return require('Firestore').read('a/b')${settle};`
    expect(await place.run(code)).toMatchObject({message: expect.stringMatching(/no Firestore behind this container/)})
  })
})

describe('Firestore.query', () => {
  beforeAll(async () => {
    for (let n = 1; n <= 8; n++)
      await database.doc(`numbers/n${n}`).set({n, even: n % 2 === 0, tags: [`t${n}`, 'all'], deep: {n}})
  })

  test.each<[string, string[]]>([
    ["[['n', '<', 3]]", ['n1', 'n2']],
    ["[['n', '<=', 1]]", ['n1']],
    ["[['n', '==', 4]]", ['n4']],
    ["[['n', '>', 6], ['even', '==', true]]", ['n8']],
    ["[['n', '>=', 8]]", ['n8']],
    ["[['n', '!=', 1], ['n', '<', 3]]", ['n2']],
    ["[['n', 'in', [1, 7]]]", ['n1', 'n7']],
    ["[['n', 'not-in', [1, 2, 3, 4, 5, 6]]]", ['n7', 'n8']],
    ["[['tags', 'array-contains', 't3']]", ['n3']],
    ["[['tags', 'array-contains-any', ['t3', 't4']]]", ['n3', 'n4']],
    ["[['deep.n', '==', 5]]", ['n5']],
    ["[['n', '==', 99]]", []],
  ])('with %s gives %j', async (conditions, ids) => {
    const found = (await run(`return Firestore.query('numbers', ${conditions});`)) as {id: string}[]
    expect(found.map(({id}) => id)).toEqual(ids)
  })

  test.each([
    ['', 5],
    [', {limit: 7}', 7],
    [', {limit: 1}', 1],
  ])('gives five documents unless told otherwise%s', async (options, count) => {
    expect(await run(`return Firestore.query('numbers', []${options});`)).toHaveLength(count)
  })

  test('gives whole documents', async () => {
    expect(await run("return Firestore.query('numbers', [['n', '==', 2]]);")).toEqual([
      {id: 'n2', data: {n: 2, even: true, tags: ['t2', 'all'], deep: {n: 2}}},
    ])
  })

  test.each([
    [`Firestore.query('numbers', [['n', '~', 1]])${settle}`, 'invalid_argument'],
    [`Firestore.query('numbers/n1', [])${settle}`, 'invalid_argument'],
    [`Firestore.query('numbers', [], {limit: -1})${settle}`, 'invalid_argument'],
  ])('%s rejects', async (code, reason) => {
    expect(await run(`return ${code};`)).toEqual({reason})
  })

  test('with a condition of another form is an error at once', async () => {
    await expect(run("Firestore.query('numbers', [['n', 1]]);")).rejects.toThrow(/key, operator and value/)
  })
})

describe('Firestore.runTransaction', () => {
  const increase = `
    const increase = () => Firestore.runTransaction((transaction) => {
      const options = {transaction: transaction};
      return Firestore.read('counters/c', options).then((found) =>
        Firestore.write('counters/c', {n: found.data.n + 1}, options));
    });`

  test('reads and writes together, and gives the ids of what it wrote', async () => {
    await database.doc('counters/c').set({n: 1})
    expect(await run(`${increase} return increase();`)).toEqual(['c'])
    expect((await database.doc('counters/c').get()).data()).toEqual({n: 2})
  })

  test.each([
    ["require('Promise').create((resolve, reject) => reject('mine'))", {message: 'mine'}],
    ["Firestore.write('counters/d', {nested: [[1]]}, {transaction: transaction})", {reason: 'invalid_argument'}],
  ])('writes nothing when its function ends in %s', async (end, expected) => {
    await database.doc('counters/c').set({n: 1})
    const code = `return Firestore.runTransaction((transaction) => {
      Firestore.write('counters/c', {n: 9}, {transaction: transaction});
      return ${end};
    })${settle};`
    expect(await run(code)).toEqual(expected)
    expect((await database.doc('counters/c').get()).data()).toEqual({n: 1})
  })

  test('rejects as the read within it did', async () => {
    const code = `return Firestore.runTransaction((transaction) =>
      Firestore.read('counters/none', {transaction: transaction}))${settle};`
    expect(await run(code)).toEqual({reason: 'not_found'})
  })

  test('is run again after a conflict, three times in all', async () => {
    await database.doc('counters/c').set({n: 1})
    let runs = 0
    const conflicting: OpenDatabase = async (...names) => {
      const real = await connection.open(...names)
      return {
        ...real,
        runTransaction: (work, attempts) =>
          real.runTransaction(async (access) => {
            runs += 1
            await work(access)
            throw Object.assign(new Error('someone was faster'), {code: 10})
          }, attempts),
      }
    }
    using place = bench({permissions: declared(anyRow), project: 'home', firestore: conflicting})
    const code = `const Firestore = require('Firestore'); ${increase} return increase()${settle};`
    expect(await place.run(code)).toEqual({reason: 'aborted'})
    expect(runs).toBe(3)
    expect((await database.doc('counters/c').get()).data()).toEqual({n: 1})
  })

  test('leaves its id worthless afterwards', async () => {
    const code = `let id; return Firestore.runTransaction((transaction) => { id = transaction; return 1; })
      .then(() => Firestore.read('counters/c', {transaction: id}))${settle};`
    expect(await run(code)).toEqual({reason: 'invalid_argument'})
  })

  test('passes on what its function throws', async () => {
    const code = `return Firestore.runTransaction(() => { let u; u.x(); })${settle};`
    expect(await run(code)).toMatchObject({message: expect.stringMatching(/Cannot read properties of undefined/)})
  })

  test('needs a function', async () => {
    await expect(run('return Firestore.runTransaction();')).rejects.toThrow(/needs a function/)
  })
})

describe('access_firestore', () => {
  const read = (options = ''): string => `Firestore.read('people/p1'${options});`
  const write = "Firestore.write('people/p1', {});"
  const query = "Firestore.query('people', []);"

  test.each<[string, Readonly<Record<string, string>>, boolean]>([
    [read(), {...anyRow, path: 'people/*'}, true],
    [read(), {...anyRow, path: 'people/p1'}, true],
    [read(), {...anyRow, path: 'people'}, false],
    [query, {...anyRow, path: 'people'}, true],
    [query, {...anyRow, path: 'others'}, false],
    [read(), {...anyRow, operation: 'read'}, true],
    [read(), {...anyRow, operation: 'write'}, false],
    [write, {...anyRow, operation: 'read'}, false],
    [write, {...anyRow, operation: 'write'}, true],
    [read(), {...anyRow, projectId: 'GOOGLE_CLOUD_PROJECT'}, true],
    [read(), {...anyRow, projectId: 'home'}, false],
    [read(", {projectId: 'home'}"), {...anyRow, projectId: 'home'}, true],
    [read(", {projectId: 'home'}"), {...anyRow, projectId: 'GOOGLE_CLOUD_PROJECT'}, false],
    [read(", {projectId: 'other'}"), {...anyRow, projectId: 'home'}, false],
    [read(", {databaseId: 'second'}"), anyRow, false],
    [read(", {databaseId: 'second'}"), {...anyRow, databaseId: 'second'}, true],
    [read(", {databaseId: '(default)'}"), anyRow, true],
    [read(), {...anyRow, databaseId: 'second'}, false],
  ])('%s with %j: %s', async (code, row, allowed) => {
    const done = run(code, declared(row))
    if (allowed) await done
    else await expect(done).rejects.toThrow(/Firestore\.\w+ was denied.*access_firestore/)
  })
})
