import fc from 'fast-check'
import {checkQuery} from '#runtime/engine/embedded/firestore/query/check-query.ts'
import {completeOrder} from '#runtime/engine/embedded/firestore/query/order.ts'
import type {CompareOperator, Filter, Query, UnaryOperator} from '#runtime/engine/embedded/firestore/query/query.ts'
import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'
import {ROOT} from './raw-service.ts'

export const text = (value: string): Value => ({kind: 'string', value})
export const documentName = (path: string): string => `${ROOT}/${path}`
export const vectorOf = (...values: number[]): Value => ({
  kind: 'map',
  fields: new Map([
    ['__type__', text('__vector__')],
    ['value', {kind: 'array', values: values.map((value) => ({kind: 'double', value}))}],
  ]),
})

const LONG = 'x'.repeat(250)

/** Few enough that values meet, and every kind among them. */
const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(
    {kind: 'null'},
    {kind: 'boolean', value: false},
    {kind: 'boolean', value: true},
    {kind: 'double', value: Number.NaN},
    {kind: 'double', value: -0},
    {kind: 'timestamp', value: -5n},
    {kind: 'timestamp', value: 5n},
    {kind: 'bytes', value: Buffer.from([0])},
    {kind: 'bytes', value: Buffer.from([0, 1])},
    {kind: 'geopoint', latitude: -1, longitude: 2},
    {kind: 'geopoint', latitude: -1, longitude: -2},
    ...['c/a', 'c/b', 'c/a/c/b', 'c/__id3__', 'p/q/c/a'].map((path): Value => ({
      kind: 'reference',
      value: documentName(path),
    })),
    ...['', 'a', 'a\u0000', 'a\u0000b', 'b', '\uFFEE', '😀', LONG, `${LONG}y`, `${LONG}a`].map(text),
    vectorOf(1),
    vectorOf(1, 2),
    vectorOf(2),
  ),
  fc.integer({min: -2, max: 4}).map((value): Value => ({kind: 'integer', value: BigInt(value)})),
  fc.constantFrom(2 ** 53, 2 ** 63, -1.5, 1, 1.5, -Infinity).map((value): Value => ({kind: 'double', value})),
  fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n).map((value): Value => ({kind: 'integer', value})),
)
const map = (value: fc.Arbitrary<Value>) =>
  fc
    .dictionary(fc.constantFrom('a', 'b', 'a\u0000'), value, {maxKeys: 2})
    .map((fields): Value => ({kind: 'map', fields: new Map(Object.entries(fields))}))
const array = fc.array(fc.oneof(scalar, map(scalar)), {maxLength: 3}).map((values): Value => ({kind: 'array', values}))

export const arbitraryValue: fc.Arbitrary<Value> = fc.oneof(
  {weight: 4, arbitrary: scalar},
  {weight: 1, arbitrary: array},
  {weight: 1, arbitrary: map(fc.oneof(scalar, array))},
)

const path = fc.constantFrom(['a'], ['b'], ['m', 'a'])
const compare = (...operators: CompareOperator[]) =>
  fc.record({
    kind: fc.constant('compare' as const),
    path,
    operator: fc.constantFrom(...operators),
    value: arbitraryValue,
  })
const compareList = fc.record({
  kind: fc.constant('compare' as const),
  path,
  operator: fc.constantFrom<CompareOperator>('IN', 'ARRAY_CONTAINS_ANY', 'NOT_IN'),
  value: fc.array(arbitraryValue, {minLength: 1, maxLength: 3}).map((values): Value => ({kind: 'array', values})),
})
const condition: fc.Arbitrary<Filter> = fc.oneof(
  {weight: 4, arbitrary: compare('EQUAL', 'ARRAY_CONTAINS')},
  {weight: 3, arbitrary: compare('LESS_THAN', 'LESS_THAN_OR_EQUAL', 'GREATER_THAN', 'GREATER_THAN_OR_EQUAL')},
  {weight: 1, arbitrary: compare('NOT_EQUAL')},
  {weight: 2, arbitrary: compareList},
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('unary' as const),
      path,
      operator: fc.constantFrom<UnaryOperator>('IS_NAN', 'IS_NULL', 'IS_NOT_NAN', 'IS_NOT_NULL'),
    }),
  },
)
const composite = (inner: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
  fc.record({
    kind: fc.constantFrom('and' as const, 'or' as const),
    filters: fc.array(inner, {minLength: 1, maxLength: 3}),
  })
const filter = fc.oneof(condition, composite(condition), composite(fc.oneof(condition, composite(condition))))

const order = fc.record({path: fc.oneof(path, fc.constant(['__name__'])), descending: fc.boolean()})
const names = fc
  .constantFrom('c/a', 'c/b', 'p/q/c/b')
  .map((name): Value => ({kind: 'reference', value: documentName(name)}))
const cursor = fc.record({
  values: fc.array(fc.oneof(arbitraryValue, names), {maxLength: 2}),
  before: fc.boolean(),
})

/** Any queries on the collections `c` and `p/q/c` below the root, those that are refused among them. */
export const anyQuery: fc.Arbitrary<Query> = fc
  .record({
    parent: fc.constant(ROOT),
    collectionId: fc.constant('c'),
    allDescendants: fc.boolean(),
    where: fc.option(filter, {nil: undefined, freq: 6}),
    orderBy: fc.array(order, {maxLength: 2}),
    startAt: fc.option(cursor, {nil: undefined, freq: 2}),
    endAt: fc.option(cursor, {nil: undefined, freq: 2}),
    offset: fc.constantFrom(0, 0, 1),
    limit: fc.option(fc.integer({min: 1, max: 4}), {nil: undefined}),
    select: fc.constant(undefined),
  })
  .map(dropExcessCursors)

/** Those that the engine accepts. */
export const arbitraryQuery: fc.Arbitrary<Query> = anyQuery
  .filter(isAccepted)
  .map((query) => ({...query, orderBy: completeOrder(query.orderBy, query.where)}))

function dropExcessCursors(query: Query): Query {
  const cut = (given: Query['startAt']): Query['startAt'] =>
    given && query.orderBy.length > 0 ? {...given, values: given.values.slice(0, query.orderBy.length)} : undefined
  return {...query, startAt: cut(query.startAt), endAt: cut(query.endAt)}
}

function isAccepted(query: Query): boolean {
  try {
    checkQuery(query)
    return true
  } catch {
    return false
  }
}
