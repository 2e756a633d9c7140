import {expect, test} from 'vitest'
import {createNonceCache} from '#runtime/handlers/nonce-cache.ts'

test('a nonce is new once, until it has expired', () => {
  const cache = createNonceCache()
  expect(cache.add('a', 100, 0)).toBe(true)
  expect(cache.add('a', 100, 100)).toBe(false)
  expect(cache.add('a', 300, 101)).toBe(true)
})

test('a full cache lets expired ones go, and else the oldest', () => {
  const cache = createNonceCache(2)
  cache.add('a', 100, 0)
  cache.add('b', 200, 0)
  expect(cache.add('c', 200, 50)).toBe(true)
  expect(cache.add('b', 200, 50)).toBe(false)
  expect(cache.add('a', 200, 50)).toBe(true)
})
