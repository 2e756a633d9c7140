/** Timers that end with the container, so that none keeps the process alive or calls into a closed container. */
type Timers = Disposable & {
  /** Calls back after `ms` milliseconds; gives the way to call it off. */
  readonly later: (ms: number, callback: () => void) => () => void
}

export function createTimers(): Timers {
  const waiting = new Set<NodeJS.Timeout>()
  let closed = false
  return {
    later: (ms, callback) => {
      if (closed) return () => {}
      const timer = setTimeout(() => {
        waiting.delete(timer)
        callback()
      }, ms)
      waiting.add(timer)
      return () => {
        waiting.delete(timer)
        clearTimeout(timer)
      }
    },
    [Symbol.dispose]: () => {
      closed = true
      for (const timer of waiting) clearTimeout(timer)
      waiting.clear()
    },
  }
}
