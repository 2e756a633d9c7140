import {describe, expect, test} from 'vitest'
import {AttributesFault, readAttributes} from '#runtime/handlers/attributes.ts'
import {encodePlain} from '#runtime/handlers/value.ts'

class Money {
  readonly amount: number
  constructor(amount: number) {
    this.amount = amount
  }
  toJSON() {
    return {amount: this.amount, currency: 'CHF'}
  }
}

describe('attributes of own logic', () => {
  test.each([
    {value: 'x', is: {stringValue: 'x'}},
    {value: true, is: {booleanValue: true}},
    {value: null, is: {nullValue: null}},
    {value: 7, is: {integerValue: '7'}},
    {value: 0.5, is: {doubleValue: 0.5}},
    {value: 2 ** 60, is: {doubleValue: 2 ** 60}},
    {value: 2n ** 60n, is: {integerValue: '1152921504606846976'}},
    {value: -0, is: {doubleValue: '-0'}},
    {value: NaN, is: {doubleValue: 'NaN'}},
    {value: -Infinity, is: {doubleValue: '-Infinity'}},
    {value: new Date('2021-03-19T14:38:55.120Z'), is: {timestampValue: '2021-03-19T14:38:55.120Z'}},
    {value: new Date(-1), is: {timestampValue: '1969-12-31T23:59:59.999Z'}},
    {value: Buffer.from('stitch'), is: {bytesValue: 'c3RpdGNo'}},
    {value: ['a', undefined], is: {arrayValue: {values: [{stringValue: 'a'}, {nullValue: null}]}}},
    {value: new Money(3), is: {mapValue: {fields: {amount: {integerValue: '3'}, currency: {stringValue: 'CHF'}}}}},
    {value: {a: {b: 1}}, is: {mapValue: {fields: {a: {mapValue: {fields: {b: {integerValue: '1'}}}}}}}},
  ])('$value', ({value, is}) => {
    expect(JSON.parse(JSON.stringify(readAttributes({value})))).toEqual({value: is})
  })

  test('that are undefined are left out', () => {
    expect(Object.keys(readAttributes({a: undefined, b: 1}))).toEqual(['b'])
  })

  test('may have any name, without a special meaning', () => {
    const fields = readAttributes(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}'))
    expect(encodePlain(fields, [])).toEqual(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}'))
    expect(({} as {polluted?: number}).polluted).toBe(undefined)
  })

  test.each([
    {what: 'a function', source: {a: {b: () => 1}}, message: 'a.b is a function'},
    {what: 'a symbol', source: {a: [Symbol('x')]}, message: 'a.0 is a symbol'},
    {what: 'an invalid date', source: {a: new Date(NaN)}, message: 'a is not a valid date'},
    {what: 'a number beyond 64 bits', source: {a: 2n ** 63n}, message: 'a is no 64-bit integer'},
    {what: 'a text in the place of attributes', source: 'x', message: 'must be an object of attributes'},
  ])('$what is refused by its path, without its value', ({source, message}) => {
    expect(() => readAttributes(source)).toThrow(AttributesFault)
    expect(() => readAttributes(source)).toThrow(message)
  })

  test.each([
    {what: 'objects', wrap: (inner: unknown) => ({of: inner})},
    {what: 'lists', wrap: (inner: unknown) => [inner]},
    {what: 'what JSON makes of it', wrap: (inner: unknown) => ({toJSON: () => inner})},
  ])('without end are refused: $what', ({wrap}) => {
    const endless: Record<string, unknown> = {}
    endless['self'] = wrap(endless)
    expect(() => readAttributes(endless)).toThrow('levels')
  })
})
