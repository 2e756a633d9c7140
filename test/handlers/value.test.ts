import {expect, test} from 'vitest'
import {encodePlain, formatTimestamp, type Fields} from '#runtime/handlers/value.ts'
import {createStage} from './stand-ins/stage.ts'

const FIELDS: Fields = {
  text: {stringValue: 'Zürich'},
  yes: {booleanValue: true},
  none: {nullValue: null},
  whole: {integerValue: '42'},
  large: {integerValue: '9007199254740993'},
  fraction: {doubleValue: 0.5},
  minusZero: {doubleValue: '-0'},
  notANumber: {doubleValue: 'NaN'},
  at: {timestampValue: '2021-03-19T14:38:55.123456789Z'},
  home: {geoPointValue: {latitude: 47.37, longitude: 8.54}},
  supplier: {referenceValue: 'projects/p/databases/(default)/documents/suppliers/S-1/sites/x'},
  bytes: {bytesValue: 'AAEC'},
  list: {arrayValue: {values: [{integerValue: '1'}, {mapValue: {fields: {far: {doubleValue: '-Infinity'}}}}]}},
  vector: {
    mapValue: {
      fields: {
        __type__: {stringValue: '__vector__'},
        value: {arrayValue: {values: [{doubleValue: 1}, {doubleValue: 0.5}]}},
      },
    },
  },
}

const PLAIN = {
  text: 'Zürich',
  yes: true,
  none: null,
  whole: 42,
  large: '9007199254740993',
  fraction: 0.5,
  minusZero: 0,
  notANumber: null,
  at: '2021-03-19T14:38:55.123456789Z',
  home: {lat: 47.37, lng: 8.54},
  supplier: 'suppliers/S-1/sites/x',
  bytes: 'AAEC',
  list: [1, {far: null}],
  vector: [1, 0.5],
}

test('every type has a plain form, and what it loses is named', () => {
  const lossy: string[] = []
  expect(JSON.parse(JSON.stringify(encodePlain(FIELDS, lossy)))).toEqual(PLAIN)
  expect(lossy).toEqual(['notANumber', 'list.1.far'])
})

test('answers are plain, or typed as they are stored', async () => {
  const stage = createStage({documents: {'specimens/T-1': FIELDS}})
  const ask = {id: 'T-1', destination: 'server'}
  const plain = (await stage.post(ask)).body
  expect(plain).toMatchObject({attributes: PLAIN, meta: {lossy: ['notANumber', 'list.1.far']}})
  const typed = (await stage.post({...ask, types: 1})).body
  expect(typed['attributes']).toEqual(FIELDS)
  expect(typed.meta).not.toHaveProperty('lossy')
})

test('names of JavaScript are only names', () => {
  const odd = JSON.parse('{"__proto__": {"stringValue": "x"}, "constructor": {"stringValue": "y"}}') as Fields
  expect(JSON.stringify(encodePlain(odd, []))).toBe('{"__proto__":"x","constructor":"y"}')
})

test.each([
  [0, 0, '1970-01-01T00:00:00Z'],
  [-1, 500_000_000, '1969-12-31T23:59:59.500Z'],
  [1, 1000, '1970-01-01T00:00:01.000001Z'],
  [1, 1, '1970-01-01T00:00:01.000000001Z'],
  [-62_135_596_800, 0, '0001-01-01T00:00:00Z'],
  [253_402_300_799, 999_999_999, '9999-12-31T23:59:59.999999999Z'],
])('%i seconds and %i nanoseconds are %s', (seconds, nanos, text) => {
  expect(formatTimestamp(seconds, nanos)).toBe(text)
})
