import type {Clock} from '#runtime/kernel/clock.ts'
import {failedPrecondition, invalidArgument} from '../errors.ts'
import {HISTORY_MICROS} from '../../store/store.ts'

/** The database's time in microseconds: it never runs backwards, and no commit happens at or before a time it gave. */
export type Timeline = {
  /** The time a read of the latest state is as of. */
  readonly readTime: () => number
  /** The time of the next commit. */
  readonly commitTime: () => number
  /** Returns a time somebody asks to read at. Throws for the future and for more than an hour ago. */
  readonly check: (micros: number) => number
}

/** @param lastCommit where an earlier process stopped, in microseconds */
export function createTimeline(clock: Clock, lastCommit: number): Timeline {
  let last = lastCommit
  const now = (): number => Math.floor(clock.now() * 1000)
  return {
    readTime: () => (last = Math.max(last, now())),
    commitTime: () => (last = Math.max(last + 1, now())),
    check: (micros) => {
      const latest = Math.max(last, now())
      if (micros > latest) throw invalidArgument("The requested 'read_time' cannot be in the future.")
      if (micros < latest - HISTORY_MICROS) throw failedPrecondition("The requested 'read_time' is too old.")
      return micros
    },
  }
}
