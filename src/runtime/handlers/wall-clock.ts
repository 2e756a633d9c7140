import type {Clock} from './ports.ts'

/** Further apart than this, the wall clock was set, or the process was frozen. */
const MOST_DRIFT_MS = 5

/**
 * Milliseconds since the Unix epoch with fractions: the machine's time, in steps that are finer than its own. An
 * instance may live for days, so it follows the wall clock, by which signatures are judged.
 */
export function createWallClock(
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): Clock {
  let offset = wall() - monotonic()
  return {
    now() {
      const steady = offset + monotonic()
      const drift = wall() - steady
      if (Math.abs(drift) <= MOST_DRIFT_MS) return steady
      offset += drift
      return steady + drift
    },
  }
}
