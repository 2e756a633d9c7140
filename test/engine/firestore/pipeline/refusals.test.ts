import {describe, expect, test} from 'vitest'
import {decodeExpression} from '#runtime/engine/embedded/firestore/pipeline/decode-expression.ts'
import {Reader} from '#runtime/engine/embedded/firestore/values/reader.ts'
import {Writer} from '#runtime/engine/embedded/firestore/values/writer.ts'
import {createRawService, DATABASE, ROOT, writeOf} from '../raw-service.ts'

const all = {name: 'collection', args: [{referenceValue: '/c'}]}
const field = (path: string) => ({fieldReferenceValue: path})
const text = (stringValue: string) => ({stringValue})
const integer = (integerValue: number) => ({integerValue})
const map = (fields: object) => ({mapValue: {fields}})
const call = (name: string, ...args: object[]) => ({functionValue: {name, args}})
const pipeline = (...stages: object[]) => ({pipelineValue: {stages}})
const stage = (name: string, ...args: object[]) => ({name, args})
const ascending = (expression: object) => map({direction: text('ascending'), expression})
const vector = (...values: number[]) =>
  map({__type__: text('__vector__'), value: {arrayValue: {values: values.map((doubleValue) => ({doubleValue}))}}})
const count = map({n: call('count')})

async function execute(stages: readonly object[], more: object = {}) {
  using service = createRawService()
  await service.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 1}), writeOf('c/b', {n: 2})]})
  return await service.call('ExecutePipeline', {database: DATABASE, structuredPipeline: {pipeline: {stages}}, ...more})
}

describe('a pipeline is refused', () => {
  test.each<[string, object[], string | RegExp]>([
    ['nothing', [], 'needs at least one stage'],
    ['no source', [stage('limit', integer(1))], 'must begin with a source'],
    ['an unknown source', [stage('nowhere')], 'Unknown stage: nowhere'],
    ['a second source', [all, all], "'collection' can only begin"],
    ['an unknown stage', [all, stage('sideways')], 'Unknown stage: sideways'],
    ['a document for a collection', [stage('collection', {referenceValue: '/c/a'})], 'no path of a collection'],
    ['a collection for a document', [stage('documents', {referenceValue: '/c'})], 'no path of a document'],
    ['no documents', [stage('documents')], 'at least one'],
    ['a collection id with a slash', [stage('collection_group', {referenceValue: ''}, text('a/b'))], 'contains "/"'],
    ['a subcollection of nothing', [stage('subcollection', text('d'))], 'needs a document around'],
    ['a condition too many', [all, stage('where', call('exists', field('n')), call('exists', field('n')))], 'takes 1'],
    ['an unknown function', [all, stage('where', call('is_nice', field('n')))], 'Unknown function: is_nice'],
    ['an aggregate as a function', [all, stage('select', map({n: call('count_if', field('n'))}))], 'Unknown function'],
    ['a function as an aggregate', [all, stage('aggregate', map({n: call('add', field('n'))}))], 'Unknown aggregate'],
    ['a field as an aggregate', [all, stage('aggregate', map({n: field('n')}))], 'must be an aggregate function'],
    ['groups without an aggregate', [all, stage('aggregate', map({}), map({n: field('n')}))], 'at least one'],
    ['one alias for two', [all, stage('aggregate', count, map({n: field('n')}))], 'Duplicate alias: n'],
    [
      'an unknown variable',
      [all, stage('where', call('equal', {variableReferenceValue: 'v'}, integer(1)))],
      /unknown variable/i,
    ],
    ['a bare pipeline', [all, stage('select', map({p: pipeline(all)}))], 'wrap it in'],
    [
      'a pipeline for a number',
      [all, stage('select', map({p: call('abs', pipeline(all))}))],
      'does not take a pipeline',
    ],
    ['a score without a search', [all, stage('select', map({s: call('score')}))], 'only works within a search'],
    ['no order', [all, stage('sort')], 'at least one ordering'],
    ['an order without direction', [all, stage('sort', map({expression: field('n')}))], 'direction'],
    [
      'a direction that is none',
      [all, stage('sort', map({direction: text('up'), expression: field('n')}))],
      'direction',
    ],
    ['a limit below zero', [all, stage('limit', integer(-1))], 'must not be negative'],
    ['half an offset', [all, stage('offset', {doubleValue: 0.5})], 'must be an integer'],
    ['a sample beyond everything', [all, stage('sample', {doubleValue: 1.5}, text('percent'))], 'between 0 and 1'],
    ['a sample by something else', [all, stage('sample', integer(1), text('weight'))], 'Unknown mode'],
    ['a union with a value', [all, stage('union', integer(1))], 'takes a pipeline'],
    ['an unnesting to no field', [all, stage('unnest', field('n'), text('m'))], 'field reference'],
    ['a removal of no field', [all, stage('remove_fields', text('n'))], 'field reference'],
    ['a search by no vector', [all, stage('find_nearest', field('v'), integer(1), text('cosine'))], 'needs a vector'],
    ['an unknown measure', [all, stage('find_nearest', field('v'), vector(1), text('taxi'))], 'Unknown distance'],
    [
      'a late search',
      [all, stage('limit', integer(1)), {...stage('search'), options: {query: call('score')}}],
      'right after',
    ],
    ['a search for nothing', [all, stage('search')], 'needs a query'],
    [
      'a search with a wish',
      [all, {name: 'search', options: {query: text('a'), mood: text('good')}}],
      'Unknown option',
    ],
    ['a modification in between', [all, stage('delete'), stage('limit', integer(1))], 'can only end a pipeline'],
    ['a modification within', [all, stage('union', pipeline(all, stage('delete')))], 'can only end a pipeline'],
    ['a deletion of no documents', [all, stage('select', map({n: field('n')})), stage('delete')], 'needs documents'],
    [
      'a target that is a document',
      [all, {name: 'insert', options: {collection: {referenceValue: '/c/a'}}}],
      'no path',
    ],
    ['an id that is no text', [all, {name: 'upsert', options: {document_id: field('n')}}], 'must be a string'],
    ['a bad id', [all, {name: 'upsert', options: {document_id: text('..')}}], 'reserved'],
    ['a reserved field', [all, stage('update', map({__x__: integer(1)}))], 'reserved'],
  ])('for %s', async (_, stages, message) => {
    await expect(execute(stages)).rejects.toMatchObject({
      code: 3,
      message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
    })
  })

  test('for a document of another database', async () => {
    const name = {referenceValue: 'projects/p/databases/other/documents/c/a'}
    await expect(execute([stage('literals', map({__name__: name})), stage('update')])).rejects.toMatchObject({code: 3})
  })

  test('for a modification of the past, and one in a transaction that only reads', async () => {
    const past = {readTime: {seconds: Math.floor(Date.now() / 1000)}}
    await expect(execute([all, stage('delete')], past)).rejects.toMatchObject({code: 3})
    const reading = {newTransaction: {readOnly: {}}}
    await expect(execute([all, stage('delete')], reading)).rejects.toMatchObject({code: 3})
  })

  test('for nesting without end', () => {
    const writer = new Writer()
    const nest = (levels: number): unknown =>
      levels === 0
        ? writer.uint(0x9a).string('n')
        : writer.uint(0xa2).message(() => writer.uint(0x12).message(() => nest(levels - 1)))
    nest(300)
    expect(() => decodeExpression(new Reader(writer.finish()))).toThrow('nested too deeply')
  })
})

test('results come in several answers where there are many, all with the time and the first with the transaction', async () => {
  using service = createRawService()
  const writes = Array.from({length: 250}, (_, at) => writeOf(`c/d${at}`, {n: at}))
  await service.call('Commit', {database: DATABASE, writes})
  const stages = [all, stage('sort', ascending(field('n')))]
  const answers = await service.call('ExecutePipeline', {
    database: DATABASE,
    structuredPipeline: {pipeline: {stages}},
    newTransaction: {readOnly: {}},
  })
  const results = answers.flatMap((answer) => (answer['results'] ?? []) as {name: string}[])
  expect(results.map(({name}) => name)).toEqual(Array.from({length: 250}, (_, at) => `${ROOT}/c/d${at}`))
  expect(answers[0]!['transaction']).toHaveLength(16)
  expect(answers.slice(1).every((answer) => answer['executionTime'] !== undefined)).toBe(true)
})
