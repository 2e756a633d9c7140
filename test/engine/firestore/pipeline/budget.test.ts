import {describe, expect, test} from 'vitest'
import {createBudget} from '#runtime/engine/embedded/firestore/pipeline/budget.ts'
import {compilePattern} from '#runtime/engine/embedded/firestore/pipeline/functions/re2/pattern.ts'
import {createRawService, DATABASE, writeOf} from '../raw-service.ts'
import {evaluate, ROW, toValue} from './evaluate.ts'

const field = (path: string) => ({fieldReferenceValue: path})
const variable = (name: string) => ({variableReferenceValue: name})
const text = (stringValue: string) => ({stringValue})
const integer = (integerValue: number) => ({integerValue})
const map = (fields: object) => ({mapValue: {fields}})
const array = (...values: object[]) => ({arrayValue: {values}})
const call = (name: string, ...args: object[]) => ({functionValue: {name, args}})
const pipeline = (...stages: object[]) => ({pipelineValue: {stages}})
const stage = (name: string, ...args: object[]) => ({name, args})
const add = (fields: object) => stage('add_fields', map(fields))
const literal = (fields: object) => stage('literals', map(fields))
const all = stage('collection', {referenceValue: '/c'})
const times = (count: number, make: () => object[]): object[] => Array.from({length: count}, make).flat()
const numbers = (length: number) => array(...Array.from({length}, (_, at) => integer(at)))

/** All answers to a pipeline, of an engine that afterwards still answers. */
async function execute(stages: readonly object[]) {
  using service = createRawService()
  await service.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 1}), writeOf('c/b', {n: 2, m: 3})]})
  const run = (each: readonly object[]) =>
    service.call('ExecutePipeline', {database: DATABASE, structuredPipeline: {pipeline: {stages: each}}})
  try {
    return await run(stages)
  } finally {
    const [answer] = await run([all])
    expect(answer!['results']).toHaveLength(2)
  }
}

const resultsOf = (answers: readonly Record<string, unknown>[]) =>
  answers.flatMap((answer) => (answer['results'] ?? []) as {fields: Record<string, unknown>}[])

describe('a pipeline is refused that', () => {
  test.each<[string, object[], string]>([
    [
      'doubles a text',
      [
        literal({a: text('x'.repeat(1000))}),
        ...times(40, () => [add({a: call('string_concat', field('a'), field('a'))})]),
      ],
      'is larger than',
    ],
    [
      'doubles an array',
      [literal({a: numbers(10)}), ...times(40, () => [add({a: call('array_concat', field('a'), field('a'))})])],
      'has more than',
    ],
    [
      'joins too many arrays at once',
      [literal({a: numbers(2500)}), stage('where', call('array_concat', ...times(1000, () => [field('a')])))],
      'has more than',
    ],
    [
      'names one value again and again in an array',
      [literal({a: integer(1)}), ...times(60, () => [add({a: call('array', field('a'), field('a'))})])],
      'larger than',
    ],
    [
      'places one value again and again without a function',
      [
        literal({a: integer(1)}),
        ...times(60, () => [add({'b.x': field('a'), 'b.y': field('a')}), add({a: field('b')})]),
      ],
      'larger than',
    ],
    [
      'names one value again and again in variables',
      [
        literal({}),
        stage('let', map({v: integer(1)})),
        ...times(60, () => [stage('let', map({v: call('array', variable('v'), variable('v'))}))]),
        stage('where', call('equal', variable('v'), variable('v'))),
        stage('select', map({v: variable('v')})),
      ],
      'larger than',
    ],
    [
      'nests values without end',
      [literal({a: integer(1)}), ...times(300, () => [add({a: call('array', field('a'))})])],
      'levels deep',
    ],
    [
      'unnests into aliases without end',
      [
        literal({a: array(integer(1))}),
        ...times(300, () => [stage('unnest', call('array', field('a')), field('a.b'))]),
        stage('select', map({a: field('a')})),
      ],
      'levels deep',
    ],
    ['has stages without end', [literal({a: integer(1)}), ...times(20_000, () => [add({a: integer(2)})])], 'too deep'],
    [
      'replaces each character by all of them',
      [
        literal({a: text('x'.repeat(100_000))}),
        stage('select', map({n: call('string_replace_all', field('a'), text('x'), field('a'))})),
      ],
      'too much',
    ],
    [
      'searches in parentheses without end',
      [all, {name: 'search', options: {query: call('document_matches', text(`${'('.repeat(100_000)}a`))}}],
      'too deep',
    ],
    [
      'gathers more than there is room for',
      [
        literal({a: numbers(200)}),
        ...['b', 'c', 'd'].map((alias) => stage('unnest', field('a'), field(alias))),
        stage('aggregate', map({n: call('array_agg', field('b'))})),
      ],
      'has more than',
    ],
    [
      'gives a pipeline to what objects have',
      [all, stage('select', map({p: call('toString', pipeline(all))}))],
      'take a',
    ],
    ['gives a pipeline to their maker', [all, stage('select', map({p: call('constructor', pipeline(all))}))], 'take a'],
  ])('%s', async (_, stages, message) => {
    await expect(execute(stages)).rejects.toMatchObject({code: 3, message: expect.stringContaining(message)})
  })
})

describe('a budget', () => {
  const exhausted = expect.objectContaining({code: 8})
  const steps = (limit: number) => ({...ROW, spend: createBudget(undefined, limit).spend})

  test('counts the steps of functions by what they are given', () => {
    const row = steps(10_000)
    for (let at = 0; at < 3; at++) evaluate('array_length', [Array.from({length: 3000}, () => 1n)], row)
    expect(() => evaluate('array_length', [Array.from({length: 3000}, () => 1n)], row)).toThrow(exhausted)
    expect(() => evaluate('char_length', ['x'.repeat(1_000_000)], steps(10_000))).toThrow(exhausted)
  })

  test('counts the steps of regular expressions by all the ways that they follow', () => {
    const text = 'x'.repeat(2000)
    expect(() => evaluate('regex_match', [text, 'x*'], steps(100_000))).not.toThrow()
    expect(() => evaluate('regex_match', [text, '((x{0,9}){0,9}){0,9}y'], steps(100_000))).toThrow(exhausted)
    // Each match looks for more than itself, up to the end of the text.
    const {spend} = createBudget(undefined, 100_000)
    expect(() => [...compilePattern('x*y|x').matches(text, spend)]).toThrow(exhausted)
  })

  test('counts what functions call for each element', () => {
    const elements = Array.from({length: 1000}, () => 1n)
    expect(() => evaluate('array_transform', [elements, 'v', 1n], steps(1500))).toThrow(exhausted)
  })

  test('counts the bytes of rows that are held, but not of documents as they are stored nor of one value twice', () => {
    const row = (plain: object) => {
      const value = toValue(plain)
      return {...ROW, fields: value.kind === 'map' ? value.fields : new Map()}
    }
    const budget = createBudget(undefined, 0, 3000)
    const once = row({a: ['x'.repeat(1000)]})
    for (let at = 0; at < 5; at++) budget.hold(once)
    expect(() => {
      for (let at = 0; at < 5; at++) budget.hold(row({a: ['x'.repeat(1000)]}))
    }).toThrow(exhausted)
  })
})

test('an answer is divided by bytes, too, so that clients can take every message of it', async () => {
  const big = map({a: text('x'.repeat(400_000))})
  const answers = await execute([stage('literals', ...times(20, () => [big]))])
  expect(resultsOf(answers)).toHaveLength(20)
  for (const {results} of answers as {results: unknown[]}[]) expect(results.length).toBeLessThanOrEqual(3)
})

test('a condition on the fields of the row itself is no filter for all rows', async () => {
  const size = call('length', call('map_keys', call('current_context')))
  const answers = await execute([
    all,
    stage('where', call('equal', field('n'), size)),
    stage('select', map({n: field('n')})),
  ])
  expect(resultsOf(answers).map(({fields}) => fields)).toEqual([{n: {integerValue: '1'}}, {n: {integerValue: '2'}}])
})

test('names that objects have are names like others', async () => {
  const fields = {constructor: integer(1), toString: integer(2)}
  const answers = await execute([
    literal(fields),
    stage('aggregate', map({valueOf: call('count')}), map({constructor: field('constructor')})),
    stage('select', map({hasOwnProperty: field('valueOf'), constructor: field('constructor')})),
  ])
  expect(resultsOf(answers)[0]!.fields).toEqual({
    constructor: {integerValue: '1'},
    hasOwnProperty: {integerValue: '1'},
  })
})
