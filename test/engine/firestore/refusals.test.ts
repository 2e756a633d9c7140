import {describe, expect, test} from 'vitest'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'

const long = (length: number) => Array.from({length}, (_, n) => ({integerValue: n}))
const field = (fieldPath: string) => ({fieldPath})
const eq = (path: string, n: number) => ({fieldFilter: {field: field(path), op: 'EQUAL', value: {integerValue: n}}})
const set = (name: string, fields: object = {}, more: object = {}) => [{update: {name, fields}, ...more}]
const value = (inner: object) => set(`${ROOT}/c/a`, {f: inner})
const transform = (inner: object) => set(`${ROOT}/c/a`, {}, {updateTransforms: [inner]})

function nest(depth: number): object {
  return depth === 0 ? {nullValue: 0} : {mapValue: {fields: {m: nest(depth - 1)}}}
}

/** Writes that must be refused, and the sentence: as the official emulator 1.19.9 words it, unless said otherwise. */
const WRITES: readonly (readonly [string, object[]])[] = [
  ['Document name "foo" lacks "projects" at index 0.', set('foo')],
  [`Document name "${ROOT}/c" lacks "/" at index 42.`, set(`${ROOT}/c`)],
  [`Document name "${ROOT}/c/" has invalid trailing "/".`, set(`${ROOT}/c/`)],
  [`Document name "${ROOT}/c//b" lacks a resource id at index 43.`, set(`${ROOT}/c//b`)],
  [`Document name "${ROOT}/c/.." contains a resource id ".." at index 43.`, set(`${ROOT}/c/..`)],
  ['Resource id "__x__" is invalid because it is reserved.', set(`${ROOT}/c/__x__`)],
  ['Resource id "__id05__" is invalid because it is reserved.', set(`${ROOT}/c/__id05__`)],
  [
    'Resource id "__id99999999999999999999__" is invalid because it is not a 64 bit integer.',
    set(`${ROOT}/c/__id99999999999999999999__`),
  ],
  ['The key path element name is longer than 1500 bytes.', set(`${ROOT}/c/${'x'.repeat(1501)}`)],
  ['empty write operation', [{}]],
  ['The property.name is the empty string.', set(`${ROOT}/c/a`, {'': {nullValue: 0}})],
  ["field name '__x__' is reserved.", value({mapValue: {fields: {__x__: {nullValue: 0}}}})],
  ['Cannot convert an array value in an array value.', value({arrayValue: {values: [{arrayValue: {}}]}})],
  ['Property f contains an invalid nested entity.', value(nest(21))],
  ['Cannot convert firestore.v1.Value with type unset.', value({})],
  ['Timestamp seconds exceeds limit for field.', value({timestampValue: {seconds: 999_999_999_999}})],
  ['Timestamp nanos exceeds limit for field.', value({timestampValue: {nanos: -5}})],
  ["Geo point latitude '91' outside permitted range -90.0 to 90.0.", value({geoPointValue: {latitude: 91}})],
  ['Resource name "foo" lacks "projects" at index 0.', value({referenceValue: 'foo'})],
  ['Input must be int64 or double.', transform({fieldPath: 'a', increment: {stringValue: 'x'}})],
  ['Invalid reserved name in field path __x__', transform({fieldPath: '__x__', increment: {integerValue: 1}})],
  ['Invalid empty property path string.', transform({fieldPath: '', increment: {integerValue: 1}})],
  ['Operation type must be specified for field transformation.', transform({fieldPath: 'a'})],
  ['a delete must not specify a document mask.', [{delete: `${ROOT}/c/a`, updateMask: {fieldPaths: ['a']}}]],
  // The emulator lets this one pass and stores it; the service refuses arrays in arrays however they come about.
  [
    'Cannot convert an array value in an array value.',
    transform({fieldPath: 'a', appendMissingElements: {values: [{arrayValue: {}}]}}),
  ],
]

const QUERIES: readonly (readonly [string, object])[] = [
  ['offset is negative', {offset: -1}],
  ['limit is negative', {limit: {value: -1}}],
  ['StructuredQuery.from cannot have more than one collection selector.', {from: [{}, {}]}],
  ['Collection id "a/b" is invalid because it contains "/".', {from: [{collectionId: 'a/b'}]}],
  ['Unknown Filter type.', {where: {}}],
  ['Unknown FieldFilter operator.', {where: {fieldFilter: {field: field('a'), value: {integerValue: 1}}}}],
  ["'IN' requires an ArrayValue.", {where: {fieldFilter: {field: field('a'), op: 'IN', value: {integerValue: 1}}}}],
  [
    "'IN' requires an non-empty ArrayValue.",
    {where: {fieldFilter: {field: field('a'), op: 'IN', value: {arrayValue: {}}}}},
  ],
  [
    "'NOT_IN' supports up to 10 comparison values.",
    {where: {fieldFilter: {field: field('a'), op: 'NOT_IN', value: {arrayValue: {values: long(11)}}}}},
  ],
  [
    '__key__ filter value must be a Key',
    {where: {fieldFilter: {field: field('__name__'), op: 'EQUAL', value: {stringValue: 'x'}}}},
  ],
  [
    'Too many disjunctions after normalization. Result had 31 disjunctions which is more than the maximum of 30',
    {where: {compositeFilter: {op: 'OR', filters: Array.from({length: 31}, (_, n) => eq('a', n))}}},
  ],
  [
    'The query may not have more than 100 filters + sort orders + ancestor total. Currently there are 101 filters, ' +
      '0 sort orders, and no ancestor filter.',
    {where: {compositeFilter: {op: 'AND', filters: Array.from({length: 101}, (_, n) => eq(`f${n}`, n))}}},
  ],
  ['order by clause cannot contain duplicate fields a', {orderBy: [{field: field('a')}, {field: field('a')}]}],
  [
    'order by clause cannot contain more fields after the key',
    {orderBy: [{field: field('__name__')}, {field: field('a')}]},
  ],
  ['Cursor has too many values.', {startAt: {values: [{integerValue: 1}]}}],
  ['kind is required for filter: a', {from: [{allDescendants: true}], where: eq('a', 1)}],
]

describe('requests that are wrong in themselves', () => {
  test.each(WRITES)('writing: %s', async (message, writes) => {
    using service = createRawService()
    await expect(service.call('Commit', {database: DATABASE, writes})).rejects.toMatchObject({code: 3, message})
  })

  test.each(QUERIES)('querying: %s', async (message, query) => {
    using service = createRawService()
    const structuredQuery = {from: [{collectionId: 'c'}], ...query}
    await expect(service.call('RunQuery', {parent: ROOT, structuredQuery})).rejects.toMatchObject({code: 3, message})
  })

  test.each([
    ['Aggregations can not be empty.', []],
    ['Aggregation aliases contain duplicate alias: a.', [1, 2].map(() => ({count: {}, alias: 'a'}))],
    [
      'The maximum number of aggregations allowed in an aggregation query is 5.',
      long(6).map((_, n) => ({count: {}, alias: `a${n}`})),
    ],
  ])('aggregating: %s', async (message, aggregations) => {
    using service = createRawService()
    const structuredAggregationQuery = {structuredQuery: {from: [{collectionId: 'c'}]}, aggregations}
    await expect(service.call('RunAggregationQuery', {parent: ROOT, structuredAggregationQuery})).rejects.toMatchObject(
      {code: 3, message},
    )
  })

  test('preconditions that do not hold have codes and sentences of their own', async () => {
    using service = createRawService()
    const commit = (currentDocument: object) =>
      service.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 1}, {currentDocument})]})
    const name = `${ROOT}/c/a`
    await expect(commit({exists: true})).rejects.toMatchObject({code: 5, message: `No document to update: ${name}`})
    await expect(commit({updateTime: {seconds: 5}})).rejects.toMatchObject({
      code: 9,
      message: 'the stored version (0) does not match the required base version (5000000)',
    })
    await commit({exists: false})
    await expect(commit({exists: false})).rejects.toMatchObject({code: 6, message: `Document already exists: ${name}`})
  })
})
