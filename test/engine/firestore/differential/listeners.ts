import {FieldPath, Filter, Timestamp} from '@google-cloud/firestore'
import type {DocumentData, Firestore, Query, WhereFilterOp} from '@google-cloud/firestore'
import fc from 'fast-check'

type Condition = {readonly path: string; readonly operator: WhereFilterOp; readonly value: unknown}

/** What is listened to. Values of cursors are those of the orders, as many as there are. */
export type Listened =
  | {readonly kind: 'document'; readonly path: string}
  | {
      readonly kind: 'query'
      readonly group: boolean
      readonly every: readonly Condition[]
      readonly some: readonly Condition[]
      readonly orderBy: readonly {readonly path: string; readonly direction: 'asc' | 'desc'}[]
      readonly cursor:
        | {readonly kind: 'startAt' | 'startAfter' | 'endAt' | 'endBefore'; readonly values: readonly unknown[]}
        | undefined
      readonly limit: number | undefined
      readonly offset: number
      readonly select: readonly string[] | undefined
    }

type Write = {readonly path: string; readonly fields: DocumentData | undefined}

/** Listeners come one by one, between commits. */
export type Step =
  | {readonly kind: 'listen'; readonly listened: Listened}
  | {readonly kind: 'commit'; readonly writes: readonly Write[]}
  | {readonly kind: 'stop'; readonly listener: number}

/** Documents of two collections called `c`; one lies below a document of the other. */
const path = fc.constantFrom('c/a', 'c/b', 'c/d', 'c/e', 'c/__id3__', 'c/a/c/x', 'c/none/c/y')
const value = fc.constantFrom<unknown>(0, 1, 2, 3, 1.5, Number.NaN, null, 'x', 'y', [1, 2], [2], {b: 1}, true)
const fields = fc.record({n: value, m: value}, {requiredKeys: []})
const field = fc.constantFrom('n', 'm')

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({path: field, operator: fc.constantFrom<WhereFilterOp>('==', '!=', '<', '<=', '>', '>='), value}),
  fc.record({path: field, operator: fc.constant<WhereFilterOp>('array-contains'), value: fc.constantFrom(1, 2)}),
  fc.record({
    path: field,
    operator: fc.constantFrom<WhereFilterOp>('in', 'not-in', 'array-contains-any'),
    value: fc.array(value, {minLength: 1, maxLength: 3}),
  }),
)
/** Without what the service does not take beside alternatives. */
const alternative: fc.Arbitrary<Condition> = fc.record({
  path: field,
  operator: fc.constantFrom<WhereFilterOp>('==', '<', '<=', '>', '>='),
  value,
})
const query = fc.record({
  kind: fc.constant('query' as const),
  group: fc.boolean(),
  every: fc.array(condition, {maxLength: 1}),
  some: fc.oneof({weight: 4, arbitrary: fc.constant([])}, fc.array(alternative, {minLength: 2, maxLength: 2})),
  orderBy: fc.uniqueArray(fc.record({path: field, direction: fc.constantFrom('asc' as const, 'desc' as const)}), {
    selector: (order) => order.path,
    maxLength: 2,
  }),
  cursor: fc.option(
    fc.record({
      kind: fc.constantFrom('startAt' as const, 'startAfter' as const, 'endAt' as const, 'endBefore' as const),
      values: fc.array(value, {minLength: 1, maxLength: 2}),
    }),
    {nil: undefined},
  ),
  limit: fc.option(fc.integer({min: 1, max: 3}), {nil: undefined, freq: 2}),
  offset: fc.constantFrom(0, 0, 0, 1),
  select: fc.constantFrom(undefined, undefined, ['n']),
})
const listened: fc.Arbitrary<Listened> = fc.oneof(
  {weight: 1, arbitrary: fc.record({kind: fc.constant('document' as const), path})},
  {
    weight: 4,
    arbitrary: query.filter(({every, some}) => some.length === 0 || every.every(({operator}) => operator !== 'not-in')),
  },
)
const write = fc.record({path, fields: fc.option(fields, {nil: undefined, freq: 3})})
const commit = fc.record({
  kind: fc.constant('commit' as const),
  writes: fc.uniqueArray(write, {selector: (each) => each.path, minLength: 1, maxLength: 4}),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  {weight: 5, arbitrary: commit},
  {weight: 2, arbitrary: fc.record({kind: fc.constant('listen' as const), listened})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('stop' as const), listener: fc.nat(3)})},
)

/** Begins with documents and listeners, so that there is something to hear. */
export const steps: fc.Arbitrary<readonly Step[]> = fc
  .record({
    first: commit,
    listeners: fc.array(listened, {minLength: 1, maxLength: 3}),
    rest: fc.array(step, {minLength: 1, maxLength: 8}),
  })
  .map(({first, listeners, rest}) => [
    first,
    ...listeners.map((each): Step => ({kind: 'listen', listened: each})),
    ...rest,
  ])

/** The query as the client builds it. Throws where the client itself refuses it. */
export function buildQuery(db: Firestore, listened: Extract<Listened, {kind: 'query'}>): Query {
  const where = ({path: at, operator, value: operand}: Condition) => Filter.where(at, operator, operand)
  let built: Query = listened.group ? db.collectionGroup('c') : db.collection('c')
  for (const each of listened.every) built = built.where(where(each))
  if (listened.some.length > 0) built = built.where(Filter.or(...listened.some.map(where)))
  for (const order of listened.orderBy) built = built.orderBy(order.path, order.direction)
  const values = listened.cursor?.values.slice(0, listened.orderBy.length) ?? []
  if (listened.cursor && values.length > 0) built = built[listened.cursor.kind](...values)
  if (listened.limit !== undefined) built = built.limit(listened.limit)
  if (listened.offset > 0) built = built.offset(listened.offset)
  if (!listened.select) return built
  // The client cannot order what it does not get.
  const names = new Set([...listened.select, ...listened.orderBy.map((order) => order.path)])
  return built.select(...[...names].map((name) => new FieldPath(name)))
}

/** When a document was written, or that it is not there. */
export function versionOf({updateTime}: {readonly updateTime?: Timestamp | undefined}): string {
  return updateTime ? updateTime.toDate().toISOString() + updateTime.nanoseconds : 'missing'
}
