import {describe, expect, test} from 'vitest'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'

const long = (length: number) => Array.from({length}, (_, n) => ({integerValue: n}))
const field = (fieldPath: string) => ({fieldPath})
const eq = (path: string, n: number) => ({fieldFilter: {field: field(path), op: 'EQUAL', value: {integerValue: n}}})
const set = (name: string, fields: object = {}, more: object = {}) => [{update: {name, fields}, ...more}]
const value = (inner: object) => set(`${ROOT}/c/a`, {f: inner})
const compare = (fieldPath: string, value: object, op = 'EQUAL') => ({
  where: {fieldFilter: {field: field(fieldPath), op, value}},
})
const elsewhere = {referenceValue: 'projects/p/databases/other/documents/c/a'}
const transform = (inner: object) => set(`${ROOT}/c/a`, {}, {updateTransforms: [inner]})

function vector(...numbers: number[]): object {
  const values = numbers.map((doubleValue) => ({doubleValue}))
  return {mapValue: {fields: {__type__: {stringValue: '__vector__'}, value: {arrayValue: {values}}}}}
}

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
  ['Vector cannot contain NaN values.', value(vector(1, Number.NaN))],
  ['Invalid reserved name in field path a.__x__', set(`${ROOT}/c/a`, {}, {updateMask: {fieldPaths: ['a.__x__']}})],
  ['a delete must not specify a document mask.', [{delete: `${ROOT}/c/a`, updateMask: {fieldPaths: ['a']}}]],
  // The emulator lets this one pass and stores it; the service refuses arrays in arrays however they come about.
  [
    'Cannot convert an array value in an array value.',
    transform({fieldPath: 'a', appendMissingElements: {values: [{arrayValue: {}}]}}),
  ],
]

const QUERIES: readonly (readonly [string, {readonly parent?: string; readonly [key: string]: unknown}])[] = [
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
  ['Composite filter must have at least one sub-filter.', {where: {compositeFilter: {op: 'OR'}}}],
  ['value for a is too large to be used in a query', compare('a', {stringValue: 'x'.repeat(1500)})],
  ['value for a is too large to be used in a query', compare('a', vector(...Array.from({length: 188}, () => 1)))],
  [
    'value for a[*] is too large to be used in a query',
    compare('a', {bytesValue: Buffer.alloc(1501)}, 'ARRAY_CONTAINS'),
  ],
  ['Resource name "x" lacks "projects" at index 0.', compare('a', {arrayValue: {values: [{referenceValue: 'x'}]}})],
  ['Cannot have a zero length vector.', compare('a', vector())],
  ["field name '__x__' is reserved.", compare('a', {mapValue: {fields: {__x__: {integerValue: 1}}}})],
  [
    `The request was for database '${DATABASE}' but was attempting to access database 'projects/p/databases/other'`,
    compare('__name__', {arrayValue: {values: [elsewhere]}}, 'IN'),
  ],
  [
    'The cursor key is in a different database than the query',
    {orderBy: [{field: field('__name__')}], startAt: {values: [elsewhere]}},
  ],
  [
    'Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.',
    {
      where: {
        compositeFilter: {
          op: 'AND',
          filters: [
            compare('__name__', {referenceValue: `${ROOT}/c/a`}).where,
            compare('a', {integerValue: 1}, 'NOT_EQUAL').where,
          ],
        },
      },
    },
  ],
  ['the name __key__ is reserved', {orderBy: [{field: field('a.__name__')}]}],
  ['Invalid reserved name in field path __x__', {select: {fields: [field('__x__')]}}],
  ['paths must have at most 20 elements', compare(Array.from({length: 21}, () => 'a').join('.'), {integerValue: 1})],
  ['property path is longer than 1500 bytes.', compare('a'.repeat(1501), {integerValue: 1})],
  ['Cursor has too many values.', {startAt: {values: [{integerValue: 1}]}}],
  [
    'collection group queries are only allowed at the root parent',
    {parent: `${ROOT}/p/q`, from: [{collectionId: 'c', allDescendants: true}], orderBy: [{field: field('a')}]},
  ],
  ['kind is required for filter: a', {from: [{allDescendants: true}], where: eq('a', 1)}],
]

describe('requests that are wrong in themselves', () => {
  test.each(WRITES)('writing: %s', async (message, writes) => {
    using service = createRawService()
    await expect(service.call('Commit', {database: DATABASE, writes})).rejects.toMatchObject({code: 3, message})
  })

  test.each(QUERIES)('querying: %s', async (message, {parent = ROOT, ...query}) => {
    using service = createRawService()
    const structuredQuery = {from: [{collectionId: 'c'}], ...query}
    await expect(service.call('RunQuery', {parent, structuredQuery})).rejects.toMatchObject({code: 3, message})
  })

  test.each([
    ['Aggregations can not be empty.', []],
    ['The property.name is longer than 1500 bytes.', [{count: {}, alias: 'a'.repeat(1501)}]],
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

  test('a document that is wrong in itself is told before a precondition that does not hold, masked or not', async () => {
    using service = createRawService()
    const nested = {arrayValue: {values: [{arrayValue: {}}]}}
    const update = {name: `${ROOT}/c/a`, fields: {a: nested}}
    for (const more of [{}, {updateMask: {fieldPaths: ['b']}}]) {
      const writes = [
        writeOf('c/b', {}, {currentDocument: {exists: true}}),
        {update, ...more, currentDocument: {exists: true}},
      ]
      const commit = service.call('Commit', {database: DATABASE, writes})
      await expect(commit).rejects.toMatchObject({code: 3, message: expect.stringContaining('array value')})
    }
  })

  test.each([
    [[], 'only returns keys'],
    [[{fieldPath: '__name__'}], 'only returns keys'],
    [[{fieldPath: 'b'}], 'property masks'],
  ])('a sum over the projection %j is refused, a count is not', async (fields, message) => {
    using service = createRawService()
    const structuredQuery = {from: [{collectionId: 'c'}], select: {fields}}
    const aggregate = (aggregation: object) =>
      service.call('RunAggregationQuery', {
        parent: ROOT,
        structuredAggregationQuery: {structuredQuery, aggregations: [{alias: 'n', ...aggregation}]},
      })
    const sum = aggregate({sum: {field: {fieldPath: 'a'}}})
    await expect(sum).rejects.toMatchObject({code: 3, message: expect.stringContaining(message)})
    expect(await aggregate({count: {}})).toHaveLength(1)
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
