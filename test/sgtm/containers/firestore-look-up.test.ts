import {Firestore} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import {startEmbeddedEngine} from '#runtime/engine/embedded/start.ts'
import type {Condition, Database, OpenDatabase} from '#runtime/sgtm/apis/firestore/database.ts'
import {lookUpFirestore} from '#runtime/sgtm/variables/look-up-firestore.ts'
import {condition, logging, makeExport, parameters, serveExport} from '../export.ts'

const documents: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'visitors/v1': {name: 'Ada', scores: {a: [1, 2]}, none: null},
}

/** A database that notes what it was asked. */
function open(): {readonly firestore: OpenDatabase; readonly asked: unknown[]} {
  const asked: unknown[] = []
  const firestore: OpenDatabase = async (projectId, databaseId) => {
    const read = async (path: string) => {
      asked.push([projectId, databaseId, path])
      const data = documents[path]
      return data && {id: path.split('/').at(-1)!, data}
    }
    const query = async (collection: string, conditions: readonly Condition[], limit: number) => {
      asked.push([projectId, databaseId, collection, conditions, limit])
      return conditions[0]?.[2] === 'Ada' ? [{id: 'v1', data: documents['visitors/v1']!}] : []
    }
    return {read, query} as Partial<Database> as Database
  }
  return {firestore, asked}
}

const ask = (parameters: Record<string, unknown>, {firestore} = open()) =>
  lookUpFirestore(parameters, {firestore, project: 'demo'})

describe('a Firestore Lookup', () => {
  const read = {operation: 'read', documentPath: 'visitors/v1'}
  const query = {
    operation: 'query',
    collectionPath: 'visitors',
    queriesSimpleTable: [{queryKey: 'name', queryOperator: '==', queryValue: 'Ada'}],
  }
  test.each([
    ['a key of a document', {...read, keyPath: 'name'}, 'Ada'],
    ['a nested key', {...read, keyPath: 'scores.a.1'}, 2],
    ['a key that is null', {...read, keyPath: 'none'}, null],
    ['all of a document', read, documents['visitors/v1']],
    ['a key that is not there', {...read, keyPath: 'nothing'}, undefined],
    ['a document that is not there', {...read, documentPath: 'visitors/v9', keyPath: 'name'}, undefined],
    ['a default instead', {...read, keyPath: 'nothing', setDefaultValue: true, defaultValue: 'd'}, 'd'],
    ['a path with slashes at its ends', {...read, documentPath: '/visitors/v1/', keyPath: 'name'}, 'Ada'],
    ['the first document of a query', {...query, keyPath: 'name'}, 'Ada'],
    [
      'nothing of a query that finds nothing',
      {...query, queriesSimpleTable: [{queryKey: 'name', queryOperator: '==', queryValue: 'Eve'}], keyPath: 'name'},
      undefined,
    ],
  ])('gives %s', async (_, parameters, expected) => {
    expect(await ask(parameters)).toEqual(expected)
  })

  test('asks for one document only, in the project that it names, else in that of the container', async () => {
    const database = open()
    await ask({...query, projectId: 'other', setProjectId: true}, database)
    await ask({...read, projectId: 'other', setProjectId: false}, database)
    await ask({...read, databaseId: 'eu'}, database)
    expect(database.asked).toEqual([
      ['other', undefined, 'visitors', [['name', '==', 'Ada']], 1],
      ['demo', undefined, 'visitors/v1'],
      ['demo', 'eu', 'visitors/v1'],
    ])
  })

  test.each(['', 'visitors//x', '//'])('refuses the path "%s", as a missing value leaves it', async (documentPath) => {
    const database = open()
    await expect(ask({...read, documentPath}, database)).rejects.toThrow(/is no path/)
    expect(database.asked).toEqual([])
  })

  test('says where there is no Firestore', async () => {
    await expect(lookUpFirestore(read, {firestore: undefined, project: 'demo'})).rejects.toThrow(/no Firestore/)
  })
})

test('an exported container looks up with the real client, and a tag and a trigger get what was found', async () => {
  await using engine = await startEmbeddedEngine({
    name: 'embedded',
    dataDir: '',
    inMemory: true,
    projectId: 'shop',
    firestorePort: {port: 0, explicit: true},
    pubsubPort: {port: 0, explicit: true},
    log: () => {},
    signal: new AbortController().signal,
  })
  const database = new Firestore({projectId: 'shop', host: engine.firestoreHost, ssl: false})
  await database.doc('visitors/v1').set({tier: 'gold', spent: 12.5})
  await database.terminate()
  const look = (name: string, values: Record<string, unknown>) => ({
    variableId: name,
    name,
    type: 'fs',
    parameter: parameters(values),
  })
  const exported = makeExport({
    variable: [
      {variableId: '1', name: 'user', type: 'ed', parameter: parameters({keyPath: 'user'})},
      look('tier', {operation: 'read', documentPath: 'visitors/{{user}}', keyPath: 'tier'}),
      look('spent', {
        operation: 'query',
        collectionPath: 'visitors',
        queriesSimpleTable: [{queryKey: 'tier', queryOperator: '==', queryValue: '{{tier}}'}],
        keyPath: 'spent',
      }),
    ],
    trigger: [{triggerId: '5', name: 'gold', type: 'ALWAYS', filter: [condition('EQUALS', '{{tier}}', 'gold')]}],
    tag: [logging('1', '{{tier}} {{spent}}', {firingTriggerId: ['5']})],
  })
  await using served = await serveExport(exported, {firestoreHost: engine.firestoreHost, project: 'shop'})
  await served.send([{event_name: 'x', user: 'v1'}])
  await served.send([{event_name: 'x', user: 'v2'}])
  await served.send([{event_name: 'x'}])
  expect(served.texts()).toEqual(['gold 12.5'])
  expect(served.settled('trigger.settled').map(({holds}) => holds)).toEqual([true, false, false])
})
