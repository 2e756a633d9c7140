import type {Timeline} from './backlog.ts'

/** Longest delay that a timer takes, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1

/** The machine's time. Its timers keep no process alive. */
export const systemTimeline: Timeline = {
  now: Date.now,
  schedule: (at, work) => {
    const timer = setTimeout(work, Math.min(LONGEST_MS, Math.max(0, at - Date.now())))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
