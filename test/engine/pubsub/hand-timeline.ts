import type {Timeline} from '../../../src/runtime/engine/embedded/timeline.ts'

/** A timeline that stands still until it is moved; work that is due runs in the order of its time. */
export type HandTimeline = Timeline & {
  /** Moves to a time, running everything that is due on the way and what follows from it at once. */
  readonly moveTo: (at: number) => Promise<void>
}

export function createHandTimeline(start = 0): HandTimeline {
  let now = start
  let due: {readonly at: number; readonly work: () => void}[] = []
  const settle = () => new Promise<void>((resolve) => void setImmediate(resolve))
  return {
    now: () => now,
    schedule: (at, work) => {
      const entry = {at, work}
      due.push(entry)
      return () => {
        due = due.filter((other) => other !== entry)
      }
    },
    moveTo: async (at) => {
      await settle()
      for (;;) {
        const next = due.filter((entry) => entry.at <= at).toSorted((a, b) => a.at - b.at)[0]
        if (!next) break
        due = due.filter((entry) => entry !== next)
        now = Math.max(now, next.at)
        next.work()
        await settle()
      }
      now = at
    },
  }
}
