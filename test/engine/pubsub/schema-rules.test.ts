import {describe, expect, test} from 'vitest'
import {areCompatible} from '../../../src/runtime/engine/embedded/pubsub/schemas/schema-definition.ts'
import {avro, field, LIST, proto} from './definitions.ts'

describe('definitions', () => {
  const a = (type: unknown, more: object = {}) => ({...field(type), fields: [{name: 'a', type, ...more}]})
  test.each<[string, unknown, boolean]>([
    ['a default of the first branch', a(['null', 'int'], {default: null}), true],
    ['a default of another branch', a(['null', 'int'], {default: 1}), false],
    ['a default of no branch', a(['int', 'null'], {default: 'x'}), false],
    ['an order', a('int', {order: 'ignore'}), true],
    ['an order that is none', a('int', {order: 'up'}), false],
    ['a type in a type', {type: {type: 'array', items: 'int'}}, false],
    ['a logical type', a({type: 'bytes', logicalType: 'decimal', precision: 4}), true],
  ])('Avro: %s: %j', (_, definition, expected) => {
    if (expected) expect(() => avro(definition)).not.toThrow()
    else expect(() => avro(definition)).toThrow('Invalid schema definition')
  })

  test.each([
    ['int32 a = 536870911;', true],
    ['int32 a = 536870912;', false],
    ['int32 a = 0;', false],
    ['int32 a = 19000;', false],
    ['int32 a = 1 [default = 5];', false],
    ['int32 foo_bar = 1; int32 fooBar = 2;', false],
    ['int32 foo_bar = 1 [json_name = "x"]; int32 fooBar = 2;', true],
    ['oneof o {}', false],
    ['enum E {}', false],
    ['enum E {X = 1;}', false],
    ['enum E {X = 0; Y = 5;}', true],
    ['message B {message C {int32 a = 0;}}', false],
    ['optional int32 a = 1; repeated A b = 2; map<string, A> c = 3;', true],
  ])('proto3: %s is one: %s', (body, expected) => {
    if (expected) expect(() => proto(body)).not.toThrow()
    else expect(() => proto(body)).toThrow('Invalid schema definition')
  })

  test.each([
    'optional int32 a = 1 [default = 5];',
    'enum E {X = 1;}',
    'optional int32 a_b = 1; optional int32 aB = 2;',
  ])('proto2: %s is one', (body) => {
    expect(() => proto(body, 'proto2')).not.toThrow()
  })
})

describe('revisions', () => {
  const optional = {...field('int'), fields: [...field('int').fields, {name: 'b', type: 'int', default: 0}]}
  test.each([
    ['Avro: a field with a default', avro(field('int')), avro(optional), true],
    ['Avro: a field without one', avro(field('int')), avro({...optional, fields: [{name: 'b', type: 'int'}]}), false],
    ['Avro: a wider number, which cannot be read back', avro(field('int')), avro(field('long')), false],
    ['Avro: a type that contains itself', avro(LIST), avro(LIST), true],
    ['proto: a new field', proto('string a = 1;'), proto('string a = 1; int32 b = 2;'), true],
    ['proto: another name', proto('string a = 1;'), proto('string b = 1;'), false],
    ['proto: one of many', proto('string a = 1;'), proto('repeated string a = 1;'), false],
    [
      'proto: in a nested message',
      proto('message B {string c = 1;} B b = 1;'),
      proto('message B {int32 c = 1;} B b = 1;'),
      false,
    ],
    ['of two kinds', avro('int'), proto(''), false],
  ])('%s', (_, before, after, expected) => {
    expect(areCompatible(before, after)).toBe(expected)
  })

  // Of so many layers, each of which holds the next one twice, no one could follow every path.
  const LAYERS = 60

  test('Avro: types that are shared are compared once', () => {
    const layer = (at: number, core: string): unknown => ({
      type: 'record',
      name: `T${at}`,
      fields: [
        {name: 'a', type: at === LAYERS ? core : layer(at + 1, core)},
        {name: 'b', type: at === LAYERS ? core : `T${at + 1}`},
      ],
    })
    expect(areCompatible(avro(layer(0, 'int')), avro(layer(0, 'int')))).toBe(true)
    expect(areCompatible(avro(layer(0, 'int')), avro(layer(0, 'string')))).toBe(false)
  })

  test('Avro: types that hold each other differ where one of them does', () => {
    const twice = (core: string) => ({
      type: 'record',
      name: 'A',
      fields: [
        {
          name: 'other',
          type: ['null', {type: 'record', name: 'B', fields: [{name: 'back', type: ['null', 'A']}]}],
        },
        {name: 'own', type: core},
      ],
    })
    expect(areCompatible(avro(twice('int')), avro(twice('int')))).toBe(true)
    expect(areCompatible(avro(twice('int')), avro(twice('string')))).toBe(false)
  })

  test('proto: messages that are shared are compared once', () => {
    const layers = (core: string) => {
      const inner = Array.from({length: LAYERS}, (_, at) => `message M${at} {M${at + 1} a = 1; M${at + 1} b = 2;}`)
      return proto(`M0 a = 1; ${inner.join(' ')} message M${LAYERS} {${core} a = 1;}`)
    }
    expect(areCompatible(layers('int32'), layers('int32'))).toBe(true)
    expect(areCompatible(layers('int32'), layers('string'))).toBe(false)
  })
})
