import {describe, expect, test} from 'vitest'
import {matches} from '../../../src/runtime/engine/embedded/pubsub/schemas/schema-definition.ts'
import {avro, field, LIST, proto} from './definitions.ts'

const JSON_ENCODING = 1
const BINARY = 2

describe('Avro in JSON', () => {
  test.each<[unknown, string, boolean]>([
    ['null', 'null', true],
    ['int', '2147483647', true],
    ['int', '2147483648', false],
    ['int', '1.5', false],
    ['long', '9223372036854775807', true],
    ['long', '9223372036854775808', false],
    ['double', '1', true],
    ['double', '"NaN"', true],
    ['double', '"1"', false],
    ['boolean', '0', false],
    ['string', '"ü"', true],
    ['bytes', '"\\u00ff"', true],
    ['bytes', '"\\u0100"', false],
    [{type: 'fixed', name: 'F', size: 2}, '"ab"', true],
    [{type: 'fixed', name: 'F', size: 2}, '"abc"', false],
    [{type: 'enum', name: 'E', symbols: ['A', 'B']}, '"B"', true],
    [{type: 'enum', name: 'E', symbols: ['A', 'B']}, '"C"', false],
    [{type: 'array', items: 'int'}, '[1,2]', true],
    [{type: 'array', items: 'int'}, '[1,"2"]', false],
    [{type: 'map', values: 'int'}, '{"x":1}', true],
    [{type: 'map', values: 'int'}, '[1]', false],
    [{type: 'long', logicalType: 'timestamp-millis'}, '1', true],
    [['null', 'string'], 'null', true],
    [['null', 'string'], '"x"', false],
    [['null', 'string'], '{"string":"x"}', true],
    [['null', {type: 'array', items: 'int'}], '{"array":[1]}', true],
    [['null', field('int')], '{"n.s.R":{"a":1}}', true],
    [['null', field('int')], '{"R":{"a":1}}', false],
    [field('int'), '{"a":1}', true],
    [field('int'), '{}', false],
    [field('int'), '{"a":1} x', false],
    [LIST, '{"value":1,"next":{"List":{"value":2,"next":null}}}', true],
    [LIST, '{"value":1,"next":{"value":2}}', false],
  ])('%j takes %s: %s', (type, text, expected) => {
    expect(matches(avro(type), Buffer.from(text), JSON_ENCODING)).toBe(expected)
  })
})

describe('Avro in binary', () => {
  test.each<[unknown, number[], boolean]>([
    ['null', [], true],
    ['int', [1], true],
    ['int', [0x80, 0x80, 0x80, 0x80, 0x10], false],
    ['long', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], true],
    ['long', [0x80], false],
    ['boolean', [2], false],
    ['double', [0, 0, 0, 0, 0, 0, 0, 0], true],
    ['string', [4, 0xc3, 0xbc], true],
    ['string', [2, 0xff], false],
    ['string', [4, 97], false],
    ['string', [1, 97], false],
    ['bytes', [2, 0xff], true],
    [{type: 'fixed', name: 'F', size: 2}, [1, 2], true],
    [{type: 'enum', name: 'E', symbols: ['A']}, [2], false],
    [{type: 'array', items: 'int'}, [4, 2, 4, 0], true],
    [{type: 'array', items: 'int'}, [3, 4, 2, 4, 0], true],
    [{type: 'array', items: 'int'}, [4, 2, 4], false],
    [{type: 'array', items: 'null'}, [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0], true],
    [{type: 'map', values: 'int'}, [2, 2, 97, 2, 0], true],
    [['null', 'string'], [2, 2, 97], true],
    [['null', 'string'], [4], false],
    [LIST, [2, 2, 4, 0], true],
    ['int', [1, 1], false],
  ])('%j takes %j: %s', (type, bytes, expected) => {
    expect(matches(avro(type), Uint8Array.from(bytes), BINARY)).toBe(expected)
  })
})

describe('Protocol Buffers in JSON', () => {
  test.each<[string, string, boolean]>([
    ['string first_name = 1;', '{"first_name":"a"}', true],
    ['string first_name = 1;', '{"firstName":"a"}', true],
    ['string first_name = 1;', '{"other":"a"}', false],
    ['string a = 1;', '{}', true],
    ['string a = 1;', '{"a":null}', true],
    ['string a = 1;', '{"a":1}', false],
    ['int32 a = 1;', '{"a":"12"}', true],
    ['int32 a = 1;', '{"a":1.5}', false],
    ['uint32 a = 1;', '{"a":-1}', false],
    ['uint64 a = 1;', '{"a":"18446744073709551615"}', true],
    ['int64 a = 1;', '{"a":9223372036854775808}', false],
    ['double a = 1;', '{"a":"Infinity"}', true],
    ['bytes a = 1;', '{"a":"AP8="}', true],
    ['bytes a = 1;', '{"a":"*"}', false],
    ['enum E {X = 0;} E a = 1;', '{"a":"X"}', true],
    ['enum E {X = 0;} E a = 1;', '{"a":"Y"}', false],
    ['repeated int32 a = 1;', '{"a":[1]}', true],
    ['repeated int32 a = 1;', '{"a":1}', false],
    ['map<int32, bool> a = 1;', '{"a":{"1":true}}', true],
    ['map<int32, bool> a = 1;', '{"a":{"x":true}}', false],
    ['message B {A a = 1;} B b = 1;', '{"b":{"a":{"b":{}}}}', true],
    ['oneof c {string a = 1; string b = 2;}', '{"a":"x","b":"y"}', false],
    ['oneof c {string a = 1; string b = 2;}', '{"b":"y"}', true],
  ])('%s takes %s: %s', (body, text, expected) => {
    expect(matches(proto(body), Buffer.from(text), JSON_ENCODING)).toBe(expected)
  })

  test('a required field must be there', () => {
    const type = proto('required string a = 1;', 'proto2')
    expect(matches(type, Buffer.from('{}'), JSON_ENCODING)).toBe(false)
    expect(matches(type, Uint8Array.from([]), BINARY)).toBe(false)
    expect(matches(type, Uint8Array.from([10, 1, 97]), BINARY)).toBe(true)
  })
})

describe('Protocol Buffers in binary', () => {
  test.each<[string, number[], boolean]>([
    ['string a = 1;', [10, 1, 97], true],
    ['string a = 1;', [], true],
    ['string a = 1;', [10, 2, 97], false],
    ['string a = 1;', [10, 1, 0xff], false],
    ['string a = 1;', [8, 1], false],
    ['string a = 1;', [18, 1, 97], false],
    ['bytes a = 1;', [10, 1, 0xff], true],
    ['int64 a = 1;', [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], true],
    ['int64 a = 1;', [8, 0x80], false],
    ['double a = 1;', [9, 0, 0, 0, 0, 0, 0, 0, 0], true],
    ['float a = 1;', [13, 0, 0, 0, 0], true],
    ['repeated int32 a = 1;', [10, 2, 1, 2], true],
    ['repeated int32 a = 1;', [8, 1, 8, 2], true],
    ['enum E {X = 0;} E a = 1;', [8, 0], true],
    ['map<int32, string> a = 1;', [10, 5, 8, 1, 18, 1, 97], true],
    ['map<int32, string> a = 1;', [10, 4, 8, 1, 16, 1], false],
    ['message B {A a = 1;} B b = 1;', [10, 2, 10, 0], true],
    ['message B {A a = 1;} B b = 1;', [10, 2, 18, 0], false],
  ])('%s takes %j: %s', (body, bytes, expected) => {
    expect(matches(proto(body), Uint8Array.from(bytes), BINARY)).toBe(expected)
  })
})
