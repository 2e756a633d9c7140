import type {Clock} from './clock.ts'
import type {Emit, Fact, RunEvent} from './events.ts'

/**
 * The append-only log of a run. Every reader gets every event from the first, whenever it starts, and its iteration
 * ends when the log is closed.
 */
export type Bus = AsyncIterable<RunEvent> & {
  readonly emit: Emit
  /** Everything so far. */
  readonly events: readonly RunEvent[]
  /** Calls `listener` for each event from now on, at once and in order; returns the way to stop. */
  readonly subscribe: (listener: (event: RunEvent) => void) => () => void
  /** Ends all iterations. What is emitted afterwards is dropped. */
  readonly close: () => void
}

/** @param clock stamps the events; freeze it for byte-equal logs. */
export function createBus(clock: Clock): Bus {
  const events: RunEvent[] = []
  const listeners = new Set<(event: RunEvent) => void>()
  let wake = Promise.withResolvers<void>()
  let closed = false

  const emit = (fact: Fact): void => {
    if (closed) return
    const event = {seq: events.length, at: clock.now(), ...fact}
    events.push(event)
    for (const listener of listeners) listener(event)
    wake.resolve()
    wake = Promise.withResolvers()
  }

  return {
    emit,
    events,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {
      closed = true
      wake.resolve()
    },
    async *[Symbol.asyncIterator]() {
      for (let next = 0; ;) {
        while (next < events.length) yield events[next++]!
        if (closed) return
        await wake.promise
      }
    },
  }
}
