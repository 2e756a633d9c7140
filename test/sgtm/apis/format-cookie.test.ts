import {expect, test} from 'vitest'
import {formatCookie} from '#runtime/sgtm/apis/format-cookie.ts'

const write = (value: string, encode: boolean): string => formatCookie('a', value, {}, encode, {})

test('a value that is not encoded may be a list, and nothing that ends it', () => {
  expect(write('direct/none,stape.dev/referral', false)).toBe('a=direct/none,stape.dev/referral')
  expect(write('two words "é"', false)).toBe('a=two words "é"')
  for (const value of ['b; Domain=evil.example', 'b\r\nSet-Cookie: c=d', 'b\u0000', 'b\t', '€'])
    expect(() => write(value, false)).toThrow(/no cookie may have/)
  expect(write('b; c\r\n€', true)).toBe('a=b%3B%20c%0D%0A%E2%82%AC')
})
