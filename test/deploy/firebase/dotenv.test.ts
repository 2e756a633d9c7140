import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {formatDotenv} from '#runtime/deploy/firebase/dotenv.ts'
import {demoDesired} from '../desired/stage.ts'
import {parseStrict} from './tools.ts'

describe('the dotenv file', () => {
  test('firebase-tools reads the configuration as it was written', async () => {
    const specs = await demoDesired()
    const {environment} = specs.find((spec) => spec.type === 'function')!
    expect(environment['STITCH_CONFIG']).toMatch(/\\\\d/)
    expect(parseStrict(formatDotenv(environment))).toEqual(environment)
  })

  test('firebase-tools reads any values as they were written', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('\\', '"', "'", '#', '\n', '\r', '\t', '\v', '=', ' ', 'n', '\u2028'),
    )
    const value = fc
      .array(piece, {maxLength: 12})
      .map((pieces) => pieces.join(''))
      .filter((text) => !text.endsWith('\\'))
    fc.assert(
      fc.property(value, value, value, (A, B_2, _C) => {
        expect(parseStrict(formatDotenv({A, B_2, _C}))).toEqual({A, B_2, _C})
      }),
      {numRuns: 2000},
    )
  })

  test('a value that ends in a backslash is refused, since the reader would lose the quote', () => {
    expect(() => formatDotenv({A: 'ends in \\'})).toThrow('The value of A ends in a backslash.')
  })
})
