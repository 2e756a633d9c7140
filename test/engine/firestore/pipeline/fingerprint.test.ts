import fc from 'fast-check'
import {expect, test} from 'vitest'
import {fingerprint} from '#runtime/engine/embedded/firestore/pipeline/fingerprint.ts'
import {compareValues} from '#runtime/engine/embedded/firestore/values/compare.ts'
import {arbitraryValue} from '../arbitrary-query.ts'

test('values have one fingerprint where they are equal, and only there', () => {
  fc.assert(
    fc.property(arbitraryValue, arbitraryValue, (left, right) => {
      expect(fingerprint(left) === fingerprint(right)).toBe(compareValues(left, right) === 0)
    }),
    {numRuns: 5000},
  )
})
