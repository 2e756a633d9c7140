/** Time as the engine sees it; tests move it by hand. `at` is milliseconds since the Unix epoch. */
export type Timeline = {
  readonly now: () => number
  /** Calls `work` at a time; returns the way to cancel. */
  readonly schedule: (at: number, work: () => void) => () => void
}

/** Longest delay that a timer takes, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * The machine's time. Its timers keep no process alive and never call early: Node's may by a millisecond, and who looks
 * at the clock then and finds it is not yet time would never be called again.
 */
export const systemTimeline: Timeline = {
  now: Date.now,
  schedule: (at, work) => {
    let timer: NodeJS.Timeout
    const wait = (): void => {
      timer = setTimeout(() => (Date.now() < at ? wait() : work()), Math.min(LONGEST_MS, Math.max(0, at - Date.now())))
      timer.unref()
    }
    wait()
    return () => clearTimeout(timer)
  },
}
