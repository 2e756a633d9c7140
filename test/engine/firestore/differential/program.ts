import fc from 'fast-check'
import type {Nearest} from '#runtime/engine/embedded/firestore/query/nearest.ts'
import type {Filter, Query} from '#runtime/engine/embedded/firestore/query/query.ts'
import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'
import {anyQuery, arbitraryValue, documentName} from '../arbitrary-query.ts'
import {ROOT} from '../raw-service.ts'

type Path = readonly string[]

/** What must hold of a document; the times are those that the engine told before. */
export type Condition = 'exists' | 'missing' | 'last update time' | 'first update time'

export type Transform =
  | {readonly path: Path; readonly kind: 'increment' | 'maximum' | 'minimum'; readonly value: Value}
  | {readonly path: Path; readonly kind: 'appendMissingElements' | 'removeAllFromArray'; readonly values: Value[]}
  | {readonly path: Path; readonly kind: 'now'}

export type Write = {readonly document: string; readonly condition: Condition | undefined} & (
  | {readonly kind: 'delete'}
  | {
      readonly kind: 'update'
      readonly fields: Readonly<Record<string, Value>>
      readonly mask: readonly Path[] | undefined
      readonly transforms: readonly Transform[]
    }
)

export type Aggregation = {readonly kind: 'count' | 'sum' | 'avg'; readonly path: Path; readonly upTo: number}

export type Operation =
  | {readonly kind: 'commit' | 'batch'; readonly writes: readonly Write[]}
  | {readonly kind: 'get'; readonly documents: readonly string[]; readonly mask: readonly Path[] | undefined}
  /** As it was after the commit before the last, or the one before that, and so on. */
  | {readonly kind: 'get as it was'; readonly documents: readonly string[]; readonly ago: number}
  | {readonly kind: 'query'; readonly query: Query}
  | {readonly kind: 'query as it was'; readonly query: Query; readonly ago: number}
  | {readonly kind: 'aggregate'; readonly query: Query; readonly aggregations: readonly Aggregation[]}
  | {
      readonly kind: 'list'
      readonly parent: string
      readonly collection: string
      readonly showMissing: boolean
      readonly ago: number | undefined
    }
  | {readonly kind: 'collections'; readonly parent: string; readonly ago: number | undefined}
  | {
      readonly kind: 'transaction'
      readonly documents: readonly string[]
      readonly query: Query | undefined
      readonly writes: readonly Write[]
      readonly end: 'commit' | 'rollback'
      readonly readOnly: boolean
    }

export type Program = readonly Operation[]

/** Few documents, so that they meet; missing ones with something below among them. */
const document = fc.constantFrom('c/a', 'c/b', 'c/a/c/b', 'c/__id3__', 'p/q/c/a', 'd/a\u0000', 'd/😀')
const path = fc.constantFrom<Path>(['a'], ['b'], ['m'], ['m', 'a'], ['m', 'b'], ['x y'])
/** Nothing is `nothing` times as likely as something. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, nothing = 1) =>
  fc.oneof({weight: nothing, arbitrary: fc.constant(undefined)}, {weight: 1, arbitrary})

const inMap: fc.Arbitrary<Value> = fc
  .dictionary(fc.constantFrom('a', 'b'), arbitraryValue, {maxKeys: 2})
  .map((fields) => ({kind: 'map', fields: new Map(Object.entries(fields))}))
const fields = fc.record({a: arbitraryValue, b: arbitraryValue, m: inMap, 'x y': arbitraryValue}, {requiredKeys: []})

const transform: fc.Arbitrary<Transform> = fc.oneof(
  fc.record({
    path,
    kind: fc.constantFrom('increment' as const, 'maximum' as const, 'minimum' as const),
    value: arbitraryValue,
  }),
  fc.record({
    path,
    kind: fc.constantFrom('appendMissingElements' as const, 'removeAllFromArray' as const),
    values: fc.array(arbitraryValue, {maxLength: 3}),
  }),
  fc.record({path, kind: fc.constant('now' as const)}),
)

const condition = maybe(
  fc.constantFrom<Condition>('exists', 'missing', 'last update time', 'last update time', 'first update time'),
  1,
)
const write: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      document,
      condition,
      fields,
      mask: maybe(fc.uniqueArray(path, {maxLength: 3})),
      transforms: fc.oneof(
        {weight: 2, arbitrary: fc.constant([])},
        {weight: 1, arbitrary: fc.array(transform, {minLength: 1, maxLength: 3})},
      ),
    }),
  },
  {weight: 1, arbitrary: fc.record({kind: fc.constant('delete' as const), document, condition})},
)

const reference = fc
  .constantFrom('c/a', 'c/b', 'c/a/c/b', 'c/__id3__', 'p/q/c/a', 'p/q', 'd/x', 'c/none')
  .map((name): Value => ({kind: 'reference', value: documentName(name)}))
const name = {kind: fc.constant('compare' as const), path: fc.constant(['__name__'])}
const byName: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    ...name,
    operator: fc.constantFrom(
      'EQUAL',
      'NOT_EQUAL',
      'LESS_THAN',
      'LESS_THAN_OR_EQUAL',
      'GREATER_THAN',
      'GREATER_THAN_OR_EQUAL',
    ),
    value: reference,
  }),
  fc.record({
    ...name,
    operator: fc.constantFrom('IN', 'NOT_IN'),
    value: fc.array(reference, {minLength: 1, maxLength: 3}).map((values): Value => ({kind: 'array', values})),
  }),
)
const nearest: fc.Arbitrary<Nearest> = fc.record({
  path,
  vector: fc.constantFrom([1], [0], [1, 2], [0, 0]),
  measure: fc.constantFrom('EUCLIDEAN', 'COSINE', 'DOT_PRODUCT'),
  limit: fc.constantFrom(1, 2, 10),
  resultField: fc.constantFrom(undefined, 'd', 'a', 'm.a'),
  threshold: fc.constantFrom(undefined, undefined, 0, 1, 2.5),
})

/** Mostly any query, sometimes from elsewhere, by names, or of neighbours. */
const query: fc.Arbitrary<Query> = fc
  .record({
    query: anyQuery,
    select: maybe(fc.array(fc.oneof(path, fc.constant(['__name__'])), {maxLength: 2}), 1),
    parent: fc.constantFrom('', '', '', '', '/c/a', '/p/q').map((below) => ROOT + below),
    collectionId: fc.constantFrom('c', 'c', 'c', 'c', 'd', undefined),
    also: maybe(byName, 2),
    nearest: maybe(nearest, 6),
    limit: maybe(fc.constant(0), 9),
  })
  .map(({query: any, also, limit, nearest: near, ...more}) => {
    const where: Filter | undefined =
      also && any.where ? {kind: 'and', filters: [any.where, also]} : (also ?? any.where)
    const cut = near ? {startAt: undefined, endAt: undefined, limit: undefined, offset: 0} : {limit: limit ?? any.limit}
    return {...any, ...more, where, ...cut, nearest: near}
  })
const aggregation = fc.record({
  kind: fc.constantFrom('count' as const, 'sum' as const, 'avg' as const),
  path,
  upTo: fc.constantFrom(0, 0, 1, 2),
})
const documents = fc.uniqueArray(document, {minLength: 1, maxLength: 4})
const ago = fc.integer({min: 0, max: 4})
const kind = <T extends string>(name: T) => fc.constant(name)

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({kind: kind('commit'), writes: fc.array(write, {minLength: 1, maxLength: 3})}),
  },
  {weight: 2, arbitrary: fc.record({kind: kind('batch'), writes: fc.array(write, {minLength: 1, maxLength: 3})})},
  {
    weight: 2,
    arbitrary: fc.record({kind: kind('get'), documents, mask: maybe(fc.uniqueArray(path, {maxLength: 2}), 2)}),
  },
  {weight: 1, arbitrary: fc.record({kind: kind('get as it was'), documents, ago})},
  {weight: 6, arbitrary: fc.record({kind: kind('query'), query})},
  {weight: 1, arbitrary: fc.record({kind: kind('query as it was'), query, ago})},
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('aggregate'),
      query,
      aggregations: fc.array(aggregation, {minLength: 1, maxLength: 3}),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('list'),
      parent: fc.constantFrom('', '/c/a', '/p/q'),
      collection: fc.constantFrom('c', 'd', 'p'),
      showMissing: fc.boolean(),
      ago: maybe(ago),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('collections'),
      parent: fc.constantFrom('', '/c/a', '/c/b', '/p/q'),
      ago: maybe(ago),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('transaction'),
      documents,
      query: maybe(query),
      writes: fc.array(write, {maxLength: 2}),
      end: fc.constantFrom('commit' as const, 'commit' as const, 'rollback' as const),
      readOnly: fc.boolean(),
    }),
  },
)

/** Operations that follow one another. */
export const program: fc.Arbitrary<Program> = fc.array(operation, {minLength: 1, maxLength: 12, size: 'max'})
