import {setImmediate as nextTurn, setTimeout as sleep} from 'node:timers/promises'

/** Longer waits are time-outs of promises that nothing settles; a test does not wait for those. */
const longestWait = 100
const quietTurns = 3
/** The first read of a live database starts one. */
const giveUpAfterMs = 15_000

/** Keeps count of what a test has begun, so that its end can be known without guessing a time. */
export type Pending = {
  /** The timers of a run, with the short ones counted. */
  readonly later: (ms: number, callback: () => void) => () => void
  /** Counts work until it settles. */
  readonly track: <T>(work: Promise<T>) => Promise<T>
  /** Settles when nothing is under way any more, for some turns of the event loop, or after a while. */
  readonly settle: () => Promise<void>
}

/** @param timers where timers are set, and called off when they are disposed of */
export function createPending(timers: (ms: number, callback: () => void) => () => void): Pending {
  let open = 0
  const track = async <T>(work: Promise<T>): Promise<T> => {
    open += 1
    try {
      return await work
    } finally {
      open -= 1
    }
  }
  return {
    later: (ms, callback) => {
      if (ms > longestWait) return timers(ms, callback)
      open += 1
      let waiting = true
      const done = (): void => {
        if (waiting) open -= 1
        waiting = false
      }
      const callOff = timers(ms, () => {
        try {
          callback()
        } finally {
          done()
        }
      })
      return () => {
        callOff()
        done()
      }
    },
    track,
    settle: async () => {
      const end = performance.now() + giveUpAfterMs
      for (let quiet = 0; quiet < quietTurns && performance.now() < end;) {
        await nextTurn()
        if (open > 0) await sleep(1)
        quiet = open === 0 ? quiet + 1 : 0
      }
    },
  }
}
