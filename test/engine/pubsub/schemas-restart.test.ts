import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Encodings, SchemaTypes} from '@google-cloud/pubsub'
import {expect, test} from 'vitest'
import {createPubSub} from '../../../src/runtime/engine/embedded/pubsub/pubsub.ts'
import {openMessages} from '../../../src/runtime/engine/embedded/store/open-messages.ts'
import {startPubSub} from './push-endpoint.ts'

const record = (...fields: object[]) => JSON.stringify({type: 'record', name: 'Visitor', fields})
const ID = {name: 'id', type: 'string'}
const WITH_ID = record(ID)
const WITH_VISITS = record(ID, {name: 'visits', type: 'int', default: 0})

test('schemas survive a restart', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'schemas-'))
  const open = async () => {
    const store = openMessages(folder.path)
    const own = await startPubSub(createPubSub({store}))
    return {own, store}
  }
  const before = await open()
  const name = await (await before.own.client.createSchema('kept', SchemaTypes.Avro, WITH_ID)).getName()
  const low = await before.own.client.getSchemaClient()
  await low.commitSchema({name, schema: {name, type: SchemaTypes.Avro, definition: WITH_VISITS}})
  const [revisions] = await low.listSchemaRevisions({name, view: 'FULL'})
  await before.own.client.createSchema('gone', SchemaTypes.Avro, WITH_ID)
  await before.own.client.schema('gone').delete()
  await low.close()
  await before.own[Symbol.asyncDispose]()
  before.store[Symbol.dispose]()

  const after = await open()
  const again = await after.own.client.getSchemaClient()
  expect((await again.listSchemaRevisions({name, view: 'FULL'}))[0]).toEqual(revisions)
  expect((await again.listSchemas({parent: 'projects/demo'}))[0].map((each) => each.name)).toEqual([name])
  await after.own.client.schema('kept').validateMessage(btoa('{"id":"a","visits":1}'), Encodings.Json)
  await again.close()
  await after.own[Symbol.asyncDispose]()
  after.store[Symbol.dispose]()
})
