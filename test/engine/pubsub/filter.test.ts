import {describe, expect, test} from 'vitest'
import {parseFilter} from '../../../src/runtime/engine/embedded/pubsub/filter.ts'

const attributes = {domain: 'com', 'iana.org/language_tag': 'en', region: 'us-east1', みんな: '1', 'a-b': 'say "x"'}

describe('a filter', () => {
  test.each([
    ['', true],
    ['attributes:domain', true],
    ['attributes:missing', false],
    ['NOT attributes:missing', true],
    ['-attributes:domain', false],
    ['attributes.domain = "com"', true],
    ['attributes.domain="org"', false],
    ['attributes.domain != "com"', false],
    ['attributes.missing != "com"', true],
    ['attributes:"iana.org/language_tag"', true],
    ['attributes."iana.org/language_tag" = "en"', true],
    ['attributes:"\\u307F\\u3093\\u306A"', true],
    ['attributes.a-b = "say \\"x\\""', true],
    ['hasPrefix(attributes.region, "us-")', true],
    ['hasPrefix(attributes.region, "eu-")', false],
    ['hasPrefix(attributes.missing, "")', false],
    ['attributes:domain AND attributes:region AND attributes.domain = "org"', false],
    ['attributes.domain = "net" OR attributes.domain = "org" OR attributes.domain = "com"', true],
    ['(attributes:x OR attributes:domain) AND NOT attributes:y', true],
    ['NOT (attributes:domain OR attributes:x)', false],
    ['attributes:__proto__ OR attributes:toString', false],
  ])('%s lets the message pass: %s', (filter, expected) => {
    expect(parseFilter(filter)(attributes)).toBe(expected)
  })

  test.each([
    'attributes',
    'attributes.domain',
    'attributes.domain = com',
    'attributes:domain and attributes:region',
    'attributes:a AND attributes:b OR attributes:c',
    '(attributes:a',
    'attributes:a attributes:b',
    'hasPrefix(attributes.domain)',
    'data = "x"',
    'attributes.domain = "open',
    'attributes.domain > "a"',
    `attributes:${'a'.repeat(256)}`,
  ])('%s is refused', (filter) => {
    expect(() => parseFilter(filter)).toThrow(
      expect.objectContaining({code: 3, message: expect.stringContaining('Invalid filter')}),
    )
  })
})
