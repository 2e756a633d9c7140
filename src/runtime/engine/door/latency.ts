import type {Latency} from './fault.ts'

/** Numbers from 0 up to, not including, 1. */
export type Random = () => number

/** The standard normal deviate of the 99th percentile. */
const Z99 = 2.3263478740408408

/**
 * Draws a latency in milliseconds. Distributions are log-normal, as measured latencies of services tend to be: half of
 * all draws lie below `p50`, and one of a hundred above `p99`.
 */
export function drawLatency(latency: Latency, random: Random): number {
  if (typeof latency === 'number') return latency
  const sigma = Math.log(latency.p99 / latency.p50) / Z99
  return latency.p50 * Math.exp(sigma * drawNormal(random))
}

/** The polar form of Box and Muller's transform. */
function drawNormal(random: Random): number {
  for (;;) {
    const [u, v] = [2 * random() - 1, 2 * random() - 1]
    const square = u * u + v * v
    if (square > 0 && square < 1) return u * Math.sqrt((-2 * Math.log(square)) / square)
  }
}

/** The same sequence for the same seed on every machine: mulberry32 over the seed's FNV-1a hash. */
export function createRandom(seed: string): Random {
  let state = 0x811c9dc5
  for (const byte of Buffer.from(seed)) state = Math.imul(state ^ byte, 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
