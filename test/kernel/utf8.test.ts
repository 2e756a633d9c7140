import {Buffer} from 'node:buffer'
import fc from 'fast-check'
import {expect, test} from 'vitest'
import {findInvalidUtf8} from '#runtime/kernel/utf8.ts'

test.each([
  ['at the beginning', [0xff, 0x61], {line: 1, column: 1}],
  ['behind characters of two bytes', [0xc3, 0xa9, 0x61, 0xe9, 0x62], {line: 1, column: 3}],
  ['in a later line', [0x61, 0x0a, 0x0a, 0x61, 0x62, 0xe9], {line: 3, column: 3}],
  ['that breaks off', [0x61, 0xc3], {line: 1, column: 2}],
  ['before a line break', [0x61, 0xe2, 0x82, 0x0a, 0x62], {line: 1, column: 2}],
  ['of half a surrogate pair', [0xed, 0xa0, 0x80], {line: 1, column: 1}],
])('the first byte that is no UTF-8 is found %s', (_, bytes, place) => {
  expect(findInvalidUtf8(Uint8Array.from(bytes))).toEqual(place)
})

test('nothing is found in any text', () => {
  fc.assert(
    fc.property(fc.string({unit: 'binary'}), (text) => {
      expect(findInvalidUtf8(Buffer.from(text))).toBe(undefined)
    }),
  )
})
