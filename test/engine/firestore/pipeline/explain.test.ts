import {expect, test} from 'vitest'
import {Reader} from '#runtime/engine/embedded/firestore/values/reader.ts'
import {readMessage} from '#runtime/engine/embedded/firestore/values/read-message.ts'
import {createRawService, DATABASE, writeOf} from '../raw-service.ts'

type Explained = {readonly explainStats?: {readonly data: {readonly type_url: string; readonly value: Uint8Array}}}

/** What a pipeline over two documents answers, and the text that explains it. */
async function explain(
  options: Readonly<Record<string, string>>,
  last: object = {name: 'limit', args: [{integerValue: 1}]},
) {
  using service = createRawService()
  await service.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 1}), writeOf('c/b', {n: 2})]})
  const fields = Object.fromEntries(Object.entries(options).map(([name, stringValue]) => [name, {stringValue}]))
  const answers = await service.call('ExecutePipeline', {
    database: DATABASE,
    structuredPipeline: {
      pipeline: {stages: [{name: 'collection', args: [{referenceValue: '/c'}]}, last]},
      options: {explain_options: {mapValue: {fields}}},
    },
  })
  const {data} = (answers.at(-1) as Explained).explainStats ?? {}
  let text: string | undefined
  if (data) readMessage(new Reader(data.value), {0x0a: (field) => (text = field.string())})
  const left = await service.call('RunQuery', {
    parent: `${DATABASE}/documents`,
    structuredQuery: {from: [{collectionId: 'c'}]},
  })
  return {
    results: answers.flatMap((answer) => (answer['results'] ?? []) as object[]).length,
    type: data?.type_url,
    text,
    left: left.filter((answer) => answer['document']).length,
  }
}

test('analyze runs and explains, in words or as JSON', async () => {
  const words = await explain({mode: 'analyze'})
  expect(words).toMatchObject({results: 1, type: 'type.googleapis.com/google.protobuf.StringValue'})
  expect(words.text).toMatch(/^Execution:\n {2}results returned: 1\n[^]*Plan:\n {2}collection\n {2}limit$/)
  const {text} = await explain({mode: 'analyze', output_format: 'json'})
  expect(JSON.parse(text!)).toMatchObject({plan: ['collection', 'limit'], execution: {results_returned: 1}})
})

test('explain tells the plan and does nothing', async () => {
  const planned = await explain({mode: 'explain', output_format: 'json'}, {name: 'delete'})
  expect(planned).toMatchObject({results: 0, left: 2})
  expect(JSON.parse(planned.text!)).toEqual({plan: ['collection', 'delete']})
})

test('execute explains nothing', async () => {
  expect(await explain({mode: 'execute'}, {name: 'delete'})).toMatchObject({results: 1, text: undefined, left: 0})
})

test.each([{mode: 'guess'}, {output_format: 'poem'}])('%j is refused', async (options) => {
  await expect(explain(options)).rejects.toMatchObject({code: 3})
})
