import {FieldValue, Firestore} from '@google-cloud/firestore'
import {describe, expect, test} from 'vitest'
import {interrupted} from '#runtime/kernel/errors.ts'
import {exportEngine} from '#runtime/engine/transfer/export-engine.ts'
import {openRpc} from '#runtime/engine/transfer/rpc.ts'
import {resetEngine} from '#runtime/engine/transfer/reset.ts'
import {makeTemporary} from '#runtime/engine/transfer/temporary.ts'
import type {Engine} from '#runtime/engine/types.ts'
import {startEmbedded} from '../firestore/start-embedded.ts'
import {describeCopy} from './between.ts'
import {exported, imported} from './copy.ts'
import {drainTexts, fill, first, must, pull, readAll, second, topic} from './fill.ts'

async function openTwo() {
  await using stack = new AsyncDisposableStack()
  const from = stack.use(await startEmbedded())
  const to = stack.use(await startEmbedded())
  const opened = stack.move()
  return {from, to, [Symbol.asyncDispose]: () => opened.disposeAsync()}
}

async function reset(engine: Engine, topics: boolean) {
  const {signal} = new AbortController()
  await using pubsub = openRpc(engine.pubsubHost, signal)
  const {firestoreHost, pubsubHost} = engine
  const scope = {firestoreHost, pubsubHost, projectId: 'demo-stitch', databases: ['(default)']}
  return await resetEngine(scope, {pubsub}, {topics}, signal)
}

/** Connections to an engine that are interrupted right before the first call of a method. */
function connectInterrupting({firestoreHost, pubsubHost}: Engine, method: string) {
  const controller = new AbortController()
  const pubsub = openRpc(pubsubHost, controller.signal)
  const call: typeof pubsub.call = async (name, request) => {
    if (name.endsWith(`/${method}`)) controller.abort(interrupted('SIGINT'))
    return await pubsub.call(name, request)
  }
  const firestore = openRpc(firestoreHost, controller.signal)
  return {controller, connected: {firestore, pubsub: {...pubsub, call}, snapshotsCarry: true}}
}

const HEADER = '{"format":"stitch-engine","version":1}\n'

/** An export of such records. */
function lines(...records: readonly object[]): string {
  return `${HEADER}${records.map((record) => `${JSON.stringify(record)}\n`).join('')}`
}

function document(path: string): object {
  return {document: {name: `projects/demo-stitch/databases/(default)/documents/${path}`, fields: {}}}
}

describe('from one embedded engine into another', () => {
  describeCopy(openTwo)

  test('all projects and databases go along, and vectors stay vectors', async () => {
    await using engines = await openTwo()
    const {from, to} = engines
    const open = (host: string, projectId: string, databaseId: string) =>
      new Firestore({projectId, databaseId, host, ssl: false})
    const places = [
      ['one', '(default)'],
      ['one', 'second'],
      ['two', '(default)'],
    ] as const
    for (const [project, database] of places) {
      const client = open(from.firestoreHost, project, database)
      await client.doc('a/x').set({project, database, vector: FieldValue.vector([1, 2])})
      await client.terminate()
    }
    for (const project of ['one', 'two']) await must(from.pubsubHost, 'PUT', `/v1/projects/${project}/topics/orders`)
    const {text} = await exported(from)
    await imported(to, text)
    for (const [project, database] of places) {
      const client = open(to.firestoreHost, project, database)
      const data = (await client.doc('a/x').get()).data()
      expect(data).toEqual({project, database, vector: FieldValue.vector([1, 2])})
      await client.terminate()
    }
    expect(await must(to.pubsubHost, 'GET', '/emulator/v1/projects')).toEqual({projects: ['one', 'two']})
    expect((await exported(to)).text).toBe(text)
  })

  test('schemas go with their revisions, which topics then name by their new ids', async () => {
    await using engines = await openTwo()
    const {from, to} = engines
    const define = (...names: readonly string[]) =>
      JSON.stringify({type: 'record', name: 'A', fields: names.map((name) => ({name, type: 'string', default: ''}))})
    const schema = 'projects/demo-stitch/schemas/shape'
    await must(from.pubsubHost, 'POST', '/v1/projects/demo-stitch/schemas?schemaId=shape', {
      type: 'AVRO',
      definition: define('x'),
    })
    const body = {schema: {name: schema, type: 'AVRO', definition: define('x', 'y')}}
    const {revisionId} = await must(from.pubsubHost, 'POST', `/v1/${schema}:commit`, body)
    await must(from.pubsubHost, 'PUT', `/v1/${topic}`, {
      schemaSettings: {schema, encoding: 'JSON', firstRevisionId: revisionId},
    })
    const {counts} = await imported(to, (await exported(from)).text)
    expect(counts).toMatchObject({schema: 1, topic: 1})
    const {schemas} = await must(to.pubsubHost, 'GET', `/v1/${schema}:listRevisions?view=FULL`)
    const revisions = schemas as {revisionId: string; definition: string}[]
    expect(revisions.map(({definition}) => definition).toSorted()).toEqual([define('x', 'y'), define('x')].toSorted())
    const newest = revisions.find(({definition}) => definition === define('x', 'y'))
    expect(await must(to.pubsubHost, 'GET', `/v1/${topic}`)).toMatchObject({
      schemaSettings: {schema, encoding: 'JSON', firstRevisionId: newest?.revisionId},
    })
  })

  test('what is there already stays, and is named', async () => {
    await using engines = await openTwo()
    const {from, to} = engines
    await fill(from)
    await must(to.pubsubHost, 'PUT', `/v1/${topic}`, {labels: {mine: 'yes'}})
    await must(to.pubsubHost, 'PUT', `/v1/${first}`, {topic})
    const {counts, skipped} = await imported(to, (await exported(from)).text)
    expect(counts).toMatchObject({topic: 0, subscription: 1, message: 0})
    expect(skipped.map(({what}) => what)).toEqual([topic, `3 messages of ${topic}`, first])
    expect(await must(to.pubsubHost, 'GET', `/v1/${topic}`)).toMatchObject({labels: {mine: 'yes'}})
    expect(await drainTexts(to.pubsubHost, first)).toEqual([])
  })

  test('messages that are out with a subscriber are exported, with no attempt more', async () => {
    await using engines = await openTwo()
    const {from, to} = engines
    const policy = {deadLetterPolicy: {deadLetterTopic: topic, maxDeliveryAttempts: 5}}
    await must(from.pubsubHost, 'PUT', `/v1/${topic}`)
    await must(from.pubsubHost, 'PUT', `/v1/${first}`, {topic, ...policy})
    await must(from.pubsubHost, 'POST', `/v1/${topic}:publish`, {messages: [{data: 'MQ=='}]})
    const [held] = await pull(from.pubsubHost, first, 1)
    await imported(to, (await exported(from)).text)
    expect(await pull(to.pubsubHost, first, 1)).toEqual([expect.objectContaining({deliveryAttempt: 1})])
    await must(from.pubsubHost, 'POST', `/v1/${first}:modifyAckDeadline`, {
      ackIds: [held!.ackId],
      ackDeadlineSeconds: 0,
    })
    expect(await pull(from.pubsubHost, first, 1)).toEqual([expect.objectContaining({deliveryAttempt: 2})])
  })

  test('what another export holds at the same time is neither exported nor emptied', async () => {
    await using engine = await startEmbedded()
    await fill(engine)
    await using pubsub = openRpc(engine.pubsubHost, new AbortController().signal)
    const alone = await exported(engine)
    {
      await using _ = await makeTemporary(pubsub, {name: first, topic})
      expect(await exported(engine)).toEqual(alone)
      const together = await Promise.all(Array.from({length: 5}, () => exported(engine)))
      expect(together).toEqual(together.map(() => alone))
      expect(await reset(engine, false)).toMatchObject({subscriptions: 2})
    }
  })

  test('that is interrupted ends with the interruption, and takes along what it made for itself', async () => {
    await using engine = await startEmbedded()
    await fill(engine)
    const {controller, connected} = connectInterrupting(engine, 'Seek')
    await using firestore = connected.firestore
    await using _ = connected.pubsub
    const {signal} = controller
    const scope = {...engine, projectId: 'demo-stitch', databases: ['(default)']}
    const write = async () => {}
    const exporting = exportEngine({scope, connected: {...connected, firestore}, write, at: '', signal})
    await expect(exporting).rejects.toMatchObject({code: 'STITCH_INTERRUPTED'})
    const {subscriptions} = await must(engine.pubsubHost, 'GET', '/v1/projects/demo-stitch/subscriptions')
    expect(subscriptions).toHaveLength(2)
  })

  test.each([
    ['', /does not begin with/, 1],
    ['{"format":"other"}\n', /does not begin with/, 1],
    ['{"format":"stitch-engine","version":2}\n', /version 2/, 1],
    [`${HEADER}{"document":{"name":"x"}`, /JSON/, 2],
    [`${HEADER}\n{"documents":[]}\n`, /no document, schema, topic/, 3],
    [
      `${HEADER}{"document":{"name":"projects/p/databases/d/documents/a/b","fields":{"n":{"integerValue":"x"}}}}\n`,
      /TYPE_INT64/,
      2,
    ],
    [lines(document('a/b'), document('a/b/c'), document('a/d')), /documents\/a\/b\/c/, 3],
    [lines({topic: {name: topic}}, {topic: {name: 'projects/demo-stitch/topics/1'}}), /topic/, 3],
    [lines({topic: {name: topic}}, {subscription: {name: first, topic, filter: '('}}), /filter/, 3],
    [
      lines(
        {topic: {name: topic}},
        {subscription: {name: first, topic}},
        {message: {topic, subscriptions: [first], message: {data: 'MQ=='}}},
        {message: {topic, subscriptions: [first], message: {}}},
      ),
      /empty|data/i,
      5,
    ],
  ])('%j is refused with its place', async (text, message, line) => {
    await using engine = await startEmbedded()
    await expect(imported(engine, text)).rejects.toMatchObject({
      code: 'STITCH_ENGINE_DATA_INVALID',
      message: expect.stringMatching(message),
      at: {file: 'backup.ndjson', line},
    })
  })
})

describe('an import by hand', () => {
  test('counts only the messages that somebody gets, and names those that nobody does', async () => {
    await using engine = await startEmbedded()
    const message = (...subscriptions: readonly string[]) => ({
      message: {topic, subscriptions, message: {data: 'MQ=='}},
    })
    const detached = 'projects/demo-stitch/subscriptions/detached'
    const text = lines(
      {topic: {name: topic}},
      {subscription: {name: first, topic}},
      {subscription: {name: detached, topic, detached: true}},
      message(first),
      message(first, second),
      message(second),
      message(detached),
      {message: {topic: 'projects/demo-stitch/topics/none', subscriptions: [first], message: {data: 'MQ=='}}},
    )
    const {counts, skipped} = await imported(engine, text)
    expect(counts).toMatchObject({subscription: 2, message: 2})
    expect(skipped).toEqual([
      {what: `2 messages for ${second}`, why: `${topic} has no such subscription in the export`},
      {what: `1 message for ${detached}`, why: 'it is detached'},
      {
        what: `1 message for ${first}`,
        why: 'projects/demo-stitch/topics/none has no such subscription in the export',
      },
    ])
    expect(await drainTexts(engine.pubsubHost, first)).toEqual(['1', '1'])
  })

  test('names the line of what the engine has no place for', async () => {
    await using engine = await startEmbedded()
    await expect(imported(engine, lines({subscription: {name: first, topic}}))).rejects.toMatchObject({
      code: 'STITCH_ENGINE_REFUSED',
      at: {file: 'backup.ndjson', line: 2},
    })
  })
})

describe('a reset', () => {
  test('leaves topics and subscriptions, without messages', async () => {
    await using engine = await startEmbedded()
    await fill(engine)
    expect(await reset(engine, false)).toEqual({
      databases: ['projects/demo-stitch/databases/(default)'],
      subscriptions: 2,
      removed: 0,
    })
    expect((await readAll(engine.firestoreHost)).size).toBe(0)
    for (const subscription of [first, second]) {
      expect(await drainTexts(engine.pubsubHost, subscription)).toEqual([])
      expect(await must(engine.pubsubHost, 'GET', `/v1/${subscription}`)).toMatchObject({topic})
    }
    await must(engine.pubsubHost, 'POST', `/v1/${topic}:publish`, {messages: [{data: 'NA=='}]})
    expect(await drainTexts(engine.pubsubHost, first)).toEqual(['4'])
  })

  test('removes all of Pub/Sub where that is wanted', async () => {
    await using engine = await startEmbedded()
    await fill(engine)
    await must(engine.pubsubHost, 'PUT', '/v1/projects/demo-stitch/snapshots/moment', {subscription: first})
    expect(await reset(engine, true)).toMatchObject({subscriptions: 0, removed: 4})
    expect(await must(engine.pubsubHost, 'GET', '/emulator/v1/projects')).toEqual({projects: []})
  })
})
