import {createRequire} from 'node:module'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import {describe, expect, test} from 'vitest'
import {createDecode} from '#runtime/engine/embedded/rest/decode.ts'
import {createEncode} from '#runtime/engine/embedded/rest/encode.ts'
import {readSchema} from '#runtime/engine/embedded/rest/schema.ts'
import {value} from './arbitrary-value.ts'

const schema = readSchema()
const encode = createEncode(schema)
const toJson = createDecode(schema)
const decode = (type: string, bytes: Uint8Array) => toJson(type, bytes, {enumsAsNumbers: false})
const again = (type: string, json: unknown) => decode(type, encode(type, json))
const plain = (json: unknown): unknown => JSON.parse(JSON.stringify(json))

// Another implementation of the wire format, with the definitions that the official client brings.
const require = createRequire(import.meta.url)
const root = protobuf.Root.fromJSON(require('@google-cloud/pubsub/build/protos/protos.json') as protobuf.INamespace)

const VALUE = 'google.firestore.v1.Value'
const SUBSCRIPTION = 'google.pubsub.v1.Subscription'

describe('proto3 JSON', () => {
  test('every value of Firestore comes back as it was', () => {
    fc.assert(
      fc.property(value, (json) => {
        expect(plain(again(VALUE, json))).toEqual(plain(json))
      }),
    )
  })

  test('writes what another implementation reads', () => {
    const bytes = encode(SUBSCRIPTION, {
      name: 'projects/p/subscriptions/s',
      ackDeadlineSeconds: 20,
      labels: {a: 'b', '': ''},
      retryPolicy: {minimumBackoff: '1.5s'},
      pushConfig: {oidcToken: {serviceAccountEmail: 'a@b'}, noWrapper: {writeMetadata: true}},
      state: 'RESOURCE_ERROR',
    })
    const type = root.lookupType(SUBSCRIPTION)
    expect(type.toObject(type.decode(bytes), {longs: String, enums: String})).toEqual({
      name: 'projects/p/subscriptions/s',
      ackDeadlineSeconds: 20,
      labels: {a: 'b', '': ''},
      retryPolicy: {minimumBackoff: {seconds: '1', nanos: 500_000_000}},
      pushConfig: {oidcToken: {serviceAccountEmail: 'a@b'}, noWrapper: {writeMetadata: true}},
      state: 'RESOURCE_ERROR',
    })
  })

  test('reads what another implementation writes, packed numbers and unknown fields included', () => {
    const type = root.lookupType('google.pubsub.v1.StreamingPullRequest')
    const known = type
      .encode({subscription: 's', modifyDeadlineSeconds: [0, 10, 300], maxOutstandingBytes: -1})
      .finish()
    const unknown = protobuf.Writer.create()
      .uint32((999 << 3) | 2)
      .string('later')
      .finish()
    const request = schema.messages['google.pubsub.v1.PubsubMessage']
    expect(request).toBeDefined()
    expect(decode('google.pubsub.v1.PullResponse', unknown)).toEqual({})
    expect(type.decode(known)).toMatchObject({modifyDeadlineSeconds: [0, 10, 300]})
  })

  test.each([
    ['negative zero', {doubleValue: -0}, '{"doubleValue":-0}'],
    ['a whole double', {doubleValue: 3}, '{"doubleValue":3}'],
    ['a double as text', {doubleValue: '1e3'}, '{"doubleValue":1000}'],
    ['an integer as number', {integerValue: 7}, '{"integerValue":"7"}'],
    ['an integer as 1e3', {integerValue: 1e3}, '{"integerValue":"1000"}'],
    ['the least integer', {integerValue: '-9223372036854775808'}, '{"integerValue":"-9223372036854775808"}'],
    ['URL-safe bytes without padding', {bytesValue: '_-8'}, '{"bytesValue":"/+8="}'],
    ['names as in the proto file', {string_value: 'x'}, '{"stringValue":"x"}'],
    ['null by its name', {nullValue: 'NULL_VALUE'}, '{"nullValue":null}'],
    [
      'a time with an offset',
      {timestampValue: '2020-01-01T01:30:00+01:30'},
      '{"timestampValue":"2020-01-01T00:00:00Z"}',
    ],
    ['a time before 1970', {timestampValue: '1969-12-31T23:59:59.5Z'}, '{"timestampValue":"1969-12-31T23:59:59.500Z"}'],
    ['what is set and empty', {stringValue: ''}, '{"stringValue":""}'],
    ['an empty list', {arrayValue: {}}, '{"arrayValue":{}}'],
  ])('shows %s', (_, json, shown) => {
    expect(JSON.stringify(again(VALUE, json))).toBe(shown)
  })

  test.each([
    ['1.5s', '1.500s'],
    ['-0.000000001s', '-0.000000001s'],
    ['604800s', '604800s'],
  ])('a duration of %s is %s', (given, shown) => {
    expect(again('google.pubsub.v1.RetryPolicy', {minimumBackoff: given})).toEqual({minimumBackoff: shown})
  })

  test('a field mask takes both forms of names and shows one', () => {
    const type = 'google.pubsub.v1.UpdateTopicRequest'
    expect(again(type, {updateMask: 'labels,messageRetentionDuration,kms_key_name'})).toEqual({
      updateMask: 'labels,messageRetentionDuration,kmsKeyName',
    })
  })

  test('enums are names, or numbers for callers that ask for them', () => {
    const bytes = encode('google.pubsub.v1.Schema', {type: 'AVRO'})
    expect(decode('google.pubsub.v1.Schema', bytes)).toEqual({type: 'AVRO'})
    expect(toJson('google.pubsub.v1.Schema', bytes, {enumsAsNumbers: true})).toEqual({type: 2})
    expect(again('google.pubsub.v1.Schema', {type: 99})).toEqual({type: 99})
  })

  test('null is the same as nothing where null is no value', () => {
    expect(encode(SUBSCRIPTION, {name: null, pushConfig: null, labels: null}).length).toBe(0)
  })

  test.each([
    ['a name that is not there', {stringValu: 'x'}, /Unknown name "stringValu": Cannot find field/],
    ['one inside', {mapValue: {fields: {a: {b: 1}}}}, /Unknown name "b" at 'map_value\.fields\["a"\]'/],
    ['text for an integer', {integerValue: 'x'}, /Invalid value at 'integer_value' \(TYPE_INT64\), "x"/],
    ['half an integer', {integerValue: 1.5}, /TYPE_INT64/],
    ['an integer that is too large', {integerValue: '9223372036854775808'}, /TYPE_INT64/],
    ['a number for text', {stringValue: 1}, /TYPE_STRING/],
    ['half a surrogate pair', {stringValue: '\ud800'}, /TYPE_STRING/],
    ['text that is no base64', {bytesValue: '***'}, /TYPE_BYTES/],
    ['text for true', {booleanValue: 'true'}, /TYPE_BOOL/],
    ['a day that is not', {timestampValue: '2020-02-30T00:00:00Z'}, /Timestamp/],
    ['a time without its zone', {timestampValue: '2020-01-01T00:00:00'}, /Timestamp/],
    ['a list for a message', {mapValue: []}, /an object/],
    ['a message for a list', {arrayValue: {values: {}}}, /a list/],
    ['two values at once', {stringValue: 'a', booleanValue: true}, /oneof field 'value_type' is already set/],
    ['null in a list', {arrayValue: {values: [null]}}, /an object/],
  ])('refuses %s', (_, json, message) => {
    expect(() => encode(VALUE, json)).toThrow(
      expect.objectContaining({code: 3, message: expect.stringMatching(message)}),
    )
    // The next message is not affected.
    expect(again(VALUE, {stringValue: 'next'})).toEqual({stringValue: 'next'})
  })

  test('refuses what is deeper than any message may be', () => {
    let deep: object = {nullValue: null}
    for (let level = 0; level < 5000; level++) deep = {arrayValue: {values: [deep]}}
    expect(() => encode(VALUE, deep)).toThrow(
      expect.objectContaining({code: 3, message: expect.stringContaining('too deep')}),
    )
  })
})
