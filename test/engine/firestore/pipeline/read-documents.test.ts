import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {GrpcStatus} from '#runtime/engine/embedded/grpc/status.ts'
import {createBudget} from '#runtime/engine/embedded/firestore/pipeline/budget.ts'
import type {Expression, Stage} from '#runtime/engine/embedded/firestore/pipeline/expression.ts'
import {preparePipeline} from '#runtime/engine/embedded/firestore/pipeline/run-pipeline.ts'
import type {PipelineRequest} from '#runtime/engine/embedded/firestore/pipeline/request.ts'
import {encodeFields} from '#runtime/engine/embedded/firestore/values/encode.ts'
import type {Fields, Value} from '#runtime/engine/embedded/firestore/values/value.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'
import type {DocumentStore} from '#runtime/engine/embedded/store/store.ts'
import {arbitraryValue, documentName, text} from '../arbitrary-query.ts'
import {DATABASE} from '../raw-service.ts'

const constant = (value: Value): Expression => ({kind: 'constant', value})
const integer = (value: number): Expression => constant({kind: 'integer', value: BigInt(value)})
const field = (...path: string[]): Expression => ({kind: 'field', path})
const call = (name: string, ...args: Expression[]): Expression => ({kind: 'function', name, args, options: new Map()})
const stage = (name: string, ...args: Expression[]): Stage => ({name, args, options: new Map()})
const reference = (value: string): Expression => constant({kind: 'reference', value})

function write(store: DocumentStore, documents: readonly (readonly [id: string, fields: Fields])[]): void {
  const changes = new Map(
    documents.map(([id, fields]) => {
      const name = documentName(`c/${id}`)
      return [name, {name, before: undefined, after: {createTime: 1, updateTime: 1, fields: encodeFields(fields)}}]
    }),
  )
  store.apply({time: 1, changes: [...changes.values()]})
}

/** The names that a pipeline answers with, or the code it is refused with; and how many documents it read. */
function run(store: DocumentStore, stages: readonly Stage[]) {
  const request: PipelineRequest = {
    database: DATABASE,
    stages,
    consistency: {},
    autoCommit: false,
    explain: 'execute',
    format: 'text',
    memoryLimit: undefined,
  }
  const trace = {documents: 0, skipped: 0, indexes: 0, scans: 0}
  try {
    const budget = createBudget(undefined)
    const {run: start} = preparePipeline(request, {store, at: undefined, now: 1, trace, listener: undefined, budget})
    const rows = [...start()]
    return {names: rows.map(({name}) => name?.slice(documentName('c/').length)), read: trace.documents}
  } catch (error) {
    if (error instanceof GrpcStatus) return {names: error.code, read: trace.documents}
    throw error
  }
}

const path = fc.constantFrom(['a'], ['b'], ['m', 'a'], ['__name__'])
const operand = fc.oneof(
  {weight: 5, arbitrary: arbitraryValue.map(constant)},
  {weight: 1, arbitrary: fc.constantFrom('c/a', 'c/c').map((name) => reference(documentName(name)))},
  {weight: 1, arbitrary: path.map((parts) => field(...parts))},
  // The same for every row without being a constant.
  {weight: 1, arbitrary: fc.constant(call('add', integer(1), integer(1)))},
)
const comparison = fc
  .tuple(
    fc.constantFrom('equal', 'less_than', 'less_than_or_equal', 'greater_than', 'greater_than_or_equal', 'not_equal'),
    path,
    operand,
    fc.boolean(),
  )
  .map(([name, parts, other, isExchanged]) =>
    isExchanged ? call(name, other, field(...parts)) : call(name, field(...parts), other),
  )
const ofArrays = fc.oneof(
  fc.tuple(path, operand).map(([parts, other]) => call('array_contains', field(...parts), other)),
  fc
    .tuple(fc.constantFrom('equal_any', 'array_contains_any'), path, fc.array(operand, {maxLength: 3}))
    .map(([name, parts, elements]) => call(name, field(...parts), {kind: 'array', elements})),
)
const ofIds = fc
  .tuple(fc.constantFrom('a', 'c', '__id3__', 'none', '', 'a/b'), fc.boolean())
  .map(([id, isExchanged]) => {
    const sides = [call('document_id', field('__name__')), constant(text(id))]
    return call('equal', ...(isExchanged ? sides.toReversed() : sides))
  })
const simple = fc.oneof(
  {weight: 1, arbitrary: ofIds},
  {weight: 6, arbitrary: comparison},
  {weight: 3, arbitrary: ofArrays},
  {weight: 2, arbitrary: path.map((parts) => call('exists', field(...parts)))},
)
const combined = (inner: fc.Arbitrary<Expression>) =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(inner, {minLength: 2, maxLength: 3}))
      .map(([name, args]) => call(name, ...args)),
    inner.map((each) => call('not', each)),
  )
const condition = fc.oneof(
  {weight: 3, arbitrary: simple},
  {weight: 2, arbitrary: combined(simple)},
  {weight: 1, arbitrary: combined(combined(simple))},
)
const ordering = fc.tuple(path, fc.constantFrom('ascending', 'descending')).map(([parts, direction]): Expression => ({
  kind: 'map',
  entries: new Map([
    ['direction', constant(text(direction))],
    ['expression', field(...parts)],
  ]),
}))
const stages = fc
  .tuple(
    fc.array(condition, {maxLength: 2}),
    fc.array(ordering, {maxLength: 2}),
    fc.option(fc.integer({min: 0, max: 2}), {nil: undefined}),
    fc.option(fc.integer({min: 0, max: 3}), {nil: undefined}),
  )
  .map(([conditions, orderings, offset, limit]): readonly Stage[] => [
    ...conditions.map((each) => stage('where', each)),
    ...(orderings.length > 0 ? [stage('sort', ...orderings)] : []),
    ...(offset === undefined ? [] : [stage('offset', integer(offset))]),
    ...(limit === undefined ? [] : [stage('limit', integer(limit))]),
  ])
const documents = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom('a', 'b', 'c', 'd', '__id3__', 'é'),
    fc
      .dictionary(fc.constantFrom('a', 'b', 'm'), arbitraryValue)
      .map((fields): Fields => new Map(Object.entries(fields))),
  ),
  {selector: ([id]) => id, maxLength: 6},
)

describe('a pipeline over a collection', () => {
  test('answers by indexes as it does by reading everything', () => {
    fc.assert(
      fc.property(documents, fc.array(stages, {minLength: 1, maxLength: 5}), (given, pipelines) => {
        using indexed = openStore({indexAbove: 0})
        using scanned = openStore({indexAbove: Number.POSITIVE_INFINITY})
        write(indexed, given)
        write(scanned, given)
        for (const each of pipelines) {
          // A stage that changes nothing keeps the ones behind it from being planned together with the source.
          const plain = [stage('collection', reference('/c')), stage('offset', integer(0)), ...each]
          const {names} = run(scanned, plain)
          expect(run(indexed, [stage('collection', reference('/c')), ...each]).names).toEqual(names)
          expect(run(scanned, [stage('collection', reference('/c')), ...each]).names).toEqual(names)
        }
      }),
      {numRuns: 300},
    )
  })

  test('reads only what it is about', () => {
    using store = openStore({indexAbove: 0})
    write(
      store,
      Array.from({length: 300}, (_, at): readonly [string, Fields] => [
        `d${at}`,
        new Map<string, Value>([
          ['n', {kind: 'integer', value: BigInt(at)}],
          ['half', {kind: 'boolean', value: at % 2 === 0}],
        ]),
      ]),
    )
    const read = (...more: Stage[]) => run(store, [stage('collection', reference('/c')), ...more]).read
    const byNumber = (direction: string): Stage =>
      stage('sort', {
        kind: 'map',
        entries: new Map([
          ['direction', constant(text(direction))],
          ['expression', field('n')],
        ]),
      })
    expect(read()).toBe(300)
    expect(read(stage('where', call('equal', field('n'), integer(7))))).toBe(1)
    expect(read(stage('where', call('equal', integer(7), field('n'))))).toBe(1)
    expect(
      read(stage('where', call('equal_any', field('n'), {kind: 'array', elements: [integer(7), integer(9)]}))),
    ).toBe(2)
    expect(read(stage('where', call('equal', call('document_id', field('__name__')), constant(text('d7')))))).toBe(1)
    expect(read(stage('where', call('less_than', field('n'), integer(20))))).toBeLessThan(25)
    expect(read(stage('limit', integer(5)))).toBeLessThan(10)
    expect(
      read(stage('where', call('exists', field('n'))), byNumber('descending'), stage('limit', integer(5))),
    ).toBeLessThan(10)
    // A document without the field would sort first, so all have to be read.
    expect(read(byNumber('ascending'), stage('limit', integer(5)))).toBe(300)
  })
})
