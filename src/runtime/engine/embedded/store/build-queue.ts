/** Work that is done in steps of some milliseconds; `step` is true when there is nothing left to do. */
export type SteppedWork = {readonly step: () => boolean}

/** Does long work, one after the other, in pieces between which everybody else has their turn. */
export type BuildQueue = Disposable & {
  /** Resolves when the work is done, or will not be because the queue was disposed of. Rejects with what a step throws. */
  readonly add: (work: SteppedWork) => Promise<void>
}

/** A call passes through several turns of the event loop from its first byte to its answer; none of them is to wait. */
const TURNS_BETWEEN = 8

type Waiting = {readonly work: SteppedWork; readonly ended: PromiseWithResolvers<void>}

/** @param pieceMs others wait for so long at most, give or take a step */
export function createBuildQueue(pieceMs: number): BuildQueue {
  const waiting: Waiting[] = []
  let isStopped = false

  const run = async (): Promise<void> => {
    for (let first = waiting[0]; first; first = waiting[0]) {
      for (let turn = 0; turn < TURNS_BETWEEN; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
      if (isStopped) return
      try {
        if (!doPiece(first.work, pieceMs)) continue
        first.ended.resolve()
      } catch (error) {
        first.ended.reject(error)
      }
      waiting.shift()
    }
  }

  return {
    add: (work) => {
      const ended = Promise.withResolvers<void>()
      if (isStopped) ended.resolve()
      else if (waiting.push({work, ended}) === 1) void run()
      return ended.promise
    },
    [Symbol.dispose]: () => {
      isStopped = true
      for (const {ended} of waiting.splice(0)) ended.resolve()
    },
  }
}

function doPiece({step}: SteppedWork, pieceMs: number): boolean {
  const until = performance.now() + pieceMs
  do {
    if (step()) return true
  } while (performance.now() < until)
  return false
}
