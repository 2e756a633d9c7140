import {describe, expect, test} from 'vitest'
import type {FirestoreLimits} from '#runtime/engine/types.ts'
import {createRawService, DATABASE, ROOT} from './raw-service.ts'

type Wired = Record<string, unknown>

/** `depth` maps inside one another. */
const nest = (depth: number): Wired => (depth === 0 ? {integerValue: 1} : {mapValue: {fields: {m: nest(depth - 1)}}})
const numbers = (count: number): Wired => ({
  arrayValue: {values: Array.from({length: count}, () => ({booleanValue: true}))},
})
const fields = (count: number): Wired =>
  Object.fromEntries(Array.from({length: count}, (_, n) => [`f${n}`, {nullValue: 'NULL_VALUE'}]))

async function write(limits: FirestoreLimits, document: Wired): Promise<unknown> {
  using service = createRawService(undefined, {limits})
  return await service.call('Commit', {
    database: DATABASE,
    writes: [{update: {name: `${ROOT}/c/a`, fields: document}}],
  })
}

const BEYOND: readonly (readonly [string, Wired, string])[] = [
  ['maps 21 deep', {m: nest(21)}, 'invalid nested entity'],
  ['an array of 40,001 elements', {a: numbers(40_001)}, 'too many index entries'],
  ['20,001 fields with two entries each', fields(20_001), 'too many index entries'],
  ['the same inside maps', {m: {mapValue: {fields: fields(20_001)}}}, 'too many index entries'],
]

describe('by production’s limits', () => {
  test.each(BEYOND)('%s are refused', async (_, document, words) => {
    await expect(write('production', document)).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining(words) as string,
    })
  })

  test.each<[string, Wired]>([
    ['maps 20 deep', {m: nest(20)}],
    ['an array of 40,000 elements', {a: numbers(40_000)}],
    ['20,000 fields', fields(20_000)],
  ])('%s are taken', async (_, document) => {
    await expect(write('production', document)).resolves.toHaveLength(1)
  })
})

describe('by the limits of Google’s emulator', () => {
  test.each(BEYOND)('%s are taken', async (_, document) => {
    await expect(write('emulator', document)).resolves.toHaveLength(1)
  })

  test('a document of more than 1 MiB is refused as well', async () => {
    const text = {stringValue: 'x'.repeat(600_000)}
    await expect(write('emulator', {a: text, b: text})).rejects.toMatchObject({code: 3})
  })
})
