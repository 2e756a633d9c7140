import {Encodings, Schema, SchemaTypes, type Message, type PubSub, type Subscription} from '@google-cloud/pubsub'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startPubSub} from './push-endpoint.ts'

const PARENT = 'projects/demo'
const {Avro, ProtocolBuffer} = SchemaTypes

let pubsub: Awaited<ReturnType<typeof startPubSub>>
let client: PubSub
let service: Awaited<ReturnType<PubSub['getSchemaClient']>>
let count = 0

beforeAll(async () => {
  pubsub = await startPubSub()
  client = pubsub.client
  service = await client.getSchemaClient()
})
afterAll(async () => {
  await service.close()
  await pubsub[Symbol.asyncDispose]()
})

const record = (...fields: object[]) => JSON.stringify({type: 'record', name: 'Visitor', fields})
const ID = {name: 'id', type: 'string'}
const VISITS = {name: 'visits', type: 'int', default: 0}

async function createSchema(definition = record(ID), type: 'AVRO' | 'PROTOCOL_BUFFER' = Avro) {
  const id = `schema-${count++}`
  const schema = await client.createSchema(id, type, definition)
  return {id, name: await schema.getName(), schema}
}

async function commit(name: string, definition: string, type: 'AVRO' | 'PROTOCOL_BUFFER' = Avro) {
  const [{revisionId}] = await service.commitSchema({name, schema: {name, type, definition}})
  return revisionId ?? ''
}

const refused = (code: number, words: string) => ({code, message: expect.stringContaining(words) as string})

describe('schemas', () => {
  test('are made, found, listed in both views and deleted', async () => {
    const {id, name, schema} = await createSchema()
    expect(await schema.get()).toMatchObject({name, type: 'AVRO', definition: record(ID)})
    expect((await schema.get('BASIC')).definition).toBe('')
    expect((await schema.get()).revisionId).toMatch(/^[0-9a-f]{8}$/)
    const list = async (view?: 'FULL') => {
      for await (const each of client.listSchemas(view)) if (each.name === name) return each.definition
      return undefined
    }
    expect([await list(), await list('FULL')]).toEqual(['', record(ID)])
    await schema.delete()
    expect(await list()).toBeUndefined()
    await expect(client.schema(id).get()).rejects.toMatchObject(refused(5, 'Schema not found'))
  })

  test('have revisions, which are committed, rolled back to and deleted', async () => {
    const {name, schema} = await createSchema()
    const first = (await schema.get()).revisionId ?? ''
    const second = await commit(name, record(ID, VISITS))
    expect((await schema.get()).definition).toBe(record(ID, VISITS))
    const [third] = await service.rollbackSchema({name, revisionId: first})
    expect(third.definition).toBe(record(ID))
    const ids = async () => (await service.listSchemaRevisions({name}))[0].map(({revisionId}) => revisionId)
    expect(await ids()).toEqual([first, second, third.revisionId])
    expect((await service.getSchema({name: `${name}@${second}`}))[0].definition).toBe(record(ID, VISITS))
    await service.deleteSchemaRevision({name: `${name}@${second}`})
    expect(await ids()).toEqual([first, third.revisionId])
    await service.deleteSchemaRevision({name: `${name}@${first}`})
    await expect(service.deleteSchemaRevision({name: `${name}@${third.revisionId}`})).rejects.toMatchObject(
      refused(3, 'Cannot delete last revision'),
    )
    await expect(service.rollbackSchema({name, revisionId: first})).rejects.toMatchObject(refused(5, 'Revision'))
  })

  test('have at most twenty revisions', async () => {
    const {name} = await createSchema()
    for (let n = 1; n < 20; n++) await commit(name, record(ID))
    await expect(commit(name, record(ID))).rejects.toMatchObject(refused(9, '20'))
  })

  test.each([
    ['a field without a default', Avro, record(ID), record(ID, {name: 'visits', type: 'int'})],
    ['another type', Avro, record(ID), record({name: 'id', type: 'int'})],
    [
      'a message field of another type',
      ProtocolBuffer,
      'message A {optional int64 at = 1;}',
      'message A {optional string at = 1;}',
    ],
    ['a required field', ProtocolBuffer, 'message A {optional int64 a = 1;}', 'message A {required string b = 2;}'],
  ])('take no revision with %s', async (_, type, before, after) => {
    const {name} = await createSchema(before, type)
    await expect(commit(name, after, type)).rejects.toMatchObject(refused(3, 'incompatible with previous revision'))
  })

  test('take no number again for another type, even after its field was removed', async () => {
    const field = (text: string) => `syntax = "proto3"; message A {string a = 1; ${text}}`
    const {name} = await createSchema(field(''), ProtocolBuffer)
    const device = await commit(name, field('string device = 2;'), ProtocolBuffer)
    await commit(name, field(''), ProtocolBuffer)
    await expect(commit(name, field('int64 number = 2;'), ProtocolBuffer)).rejects.toMatchObject(refused(3, device))
  })

  test.each<[string, 'AVRO' | 'PROTOCOL_BUFFER', string]>([
    ['no JSON', Avro, '{'],
    ['an unknown name', Avro, record({name: 'a', type: 'Missing'})],
    ['a field twice', Avro, record(ID, ID)],
    ['a default of another type', Avro, record({name: 'a', type: 'int', default: 'x'})],
    ['a union in a union', Avro, '["null", ["int"]]'],
    ['a union with a type twice', Avro, '["int", "int"]'],
    ['an enum with a symbol twice', Avro, '{"type":"enum","name":"E","symbols":["A","A"]}'],
    ['broken proto', ProtocolBuffer, 'message {'],
    ['an unknown message', ProtocolBuffer, 'syntax = "proto3"; message A {B b = 1;}'],
    ['two messages', ProtocolBuffer, 'syntax = "proto3"; message A {} message B {}'],
    ['an import', ProtocolBuffer, 'syntax = "proto3"; import "b.proto"; message A {}'],
  ])('refuse a definition with %s', async (_, type, definition) => {
    const invalid = refused(3, 'Invalid schema definition')
    await expect(client.validateSchema({type, definition})).rejects.toMatchObject(invalid)
    await expect(client.createSchema('refused', type, definition)).rejects.toMatchObject(invalid)
  })

  test('refuse a name that is taken and one that is no name', async () => {
    const {id} = await createSchema()
    await expect(client.createSchema(id, Avro, record(ID))).rejects.toMatchObject(refused(6, 'already exists'))
    await expect(client.createSchema('s', Avro, record(ID))).rejects.toMatchObject(refused(3, 'Invalid [schemas] name'))
  })

  test('validate a message against one that is stored and against one that is not', async () => {
    const {schema} = await createSchema()
    await schema.validateMessage(btoa('{"id":"R1"}'), Encodings.Json)
    await expect(schema.validateMessage(btoa('{"id":1}'), Encodings.Json)).rejects.toMatchObject(
      refused(3, 'Invalid data'),
    )
    const inline = {type: Avro, definition: record(ID)}
    const message = Buffer.from([4, 82, 49])
    await service.validateMessage({parent: PARENT, schema: inline, message, encoding: 'BINARY'})
    await expect(service.validateMessage({parent: PARENT, schema: inline, message})).rejects.toMatchObject(
      refused(3, 'No encoding'),
    )
  })
})

describe('a topic with a schema', () => {
  async function createTopic(
    settings: {encoding: 'JSON' | 'BINARY'; firstRevisionId?: string; lastRevisionId?: string},
    name: string,
  ) {
    const id = `topic-${count++}`
    const [topic] = await client.createTopic({name: id, schemaSettings: {schema: name, ...settings}})
    const [subscription] = await topic.createSubscription(id)
    const next = async () => {
      const [message] = await once(subscription)
      return message!
    }
    return {topic, next}
  }
  async function once(subscription: Subscription) {
    const message = await new Promise<Message>((resolve, reject) => {
      subscription.once('message', resolve)
      subscription.once('error', reject)
    })
    message.ack()
    await subscription.close()
    return [message]
  }

  test('delivers what matches, with the schema in its attributes, and refuses the rest', async () => {
    const {name, schema} = await createSchema()
    const {topic, next} = await createTopic({encoding: Encodings.Json}, name)
    await expect(topic.publishMessage({json: {id: 7}})).rejects.toMatchObject(
      refused(3, 'Invalid data in message: Message failed schema validation.'),
    )
    await topic.publishMessage({json: {id: 'R1'}, attributes: {kind: 'a'}})
    const {attributes} = await next()
    const revision = (await schema.get()).revisionId
    expect(Schema.metadataFromMessage(attributes)).toEqual({name, revision, encoding: 'JSON'})
    expect(attributes['kind']).toBe('a')
  })

  test('takes the newest allowed revision that matches', async () => {
    const {name, schema} = await createSchema()
    const first = (await schema.get()).revisionId ?? ''
    const second = await commit(name, record(ID, VISITS))
    const {topic, next} = await createTopic({encoding: Encodings.Json}, name)
    await topic.publishMessage({json: {id: 'R1'}})
    expect((await next()).attributes['googclient_schemarevisionid']).toBe(first)
    const later = await createTopic({encoding: Encodings.Json, firstRevisionId: second}, name)
    await expect(later.topic.publishMessage({json: {id: 'R1'}})).rejects.toMatchObject(refused(3, 'Invalid data'))
    const earlier = await createTopic({encoding: Encodings.Binary, lastRevisionId: first}, name)
    await expect(earlier.topic.publishMessage({data: Buffer.from([2, 82, 2])})).rejects.toMatchObject(
      refused(3, 'data'),
    )
    await earlier.topic.publishMessage({data: Buffer.from([2, 82])})
    expect((await earlier.next()).attributes).toMatchObject({googclient_schemaencoding: 'BINARY'})
  })

  test('refuses everything once the schema is deleted', async () => {
    const {name, schema} = await createSchema()
    const {topic} = await createTopic({encoding: Encodings.Json}, name)
    await schema.delete()
    const [metadata] = await topic.get()
    expect(metadata.metadata?.schemaSettings?.schema).toBe('_deleted-schema_')
    await expect(topic.publishMessage({json: {id: 'R1'}})).rejects.toMatchObject({code: 5})
  })

  test('can be given one later, and loses it again', async () => {
    const {name} = await createSchema()
    const [topic] = await client.createTopic(`topic-${count++}`)
    await topic.setMetadata({schemaSettings: {schema: name, encoding: 'JSON'}})
    await expect(topic.publishMessage({json: {}})).rejects.toMatchObject({code: 3})
    await topic.setMetadata({schemaSettings: null})
    await topic.publishMessage({json: {}})
  })

  test('needs an encoding and revisions that are there, in order', async () => {
    const {name, schema} = await createSchema()
    const first = (await schema.get()).revisionId ?? ''
    const second = await commit(name, record(ID))
    const make = (settings: object) =>
      client.createTopic({name: `topic-${count++}`, schemaSettings: {schema: name, encoding: 'JSON', ...settings}})
    await expect(make({encoding: undefined})).rejects.toMatchObject(refused(3, 'encoding'))
    await expect(make({schema: `${PARENT}/schemas/none`})).rejects.toMatchObject(refused(5, 'Schema'))
    await expect(make({firstRevisionId: 'ffffffff'})).rejects.toMatchObject(refused(5, 'First revision'))
    await expect(make({firstRevisionId: second, lastRevisionId: first})).rejects.toMatchObject(refused(3, 'after'))
  })
})
