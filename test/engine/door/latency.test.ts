import {describe, expect, test} from 'vitest'
import {createRandom, drawLatency} from '#runtime/engine/door/latency.ts'

describe('a latency', () => {
  test('of a distribution has half of all draws below its median and one of a hundred above its 99th percentile', () => {
    const random = createRandom('seed')
    const drawn = Array.from({length: 20_000}, () => drawLatency({p50: 20, p99: 200}, random)).sort((a, b) => a - b)
    expect(drawn[10_000]! / 20).toBeCloseTo(1, 1)
    expect(drawn[19_800]! / 200).toBeCloseTo(1, 0)
    expect(drawn[0]).toBeGreaterThan(0)
  })

  test('is the same sequence for the same seed, and another one for another', () => {
    const draw = (seed: string) => {
      const random = createRandom(seed)
      return Array.from({length: 5}, () => drawLatency({p50: 20, p99: 200}, random))
    }
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('b'))
  })

  test('without a distribution is what was asked for', () => {
    expect(drawLatency(7, () => 0.5)).toBe(7)
  })
})
