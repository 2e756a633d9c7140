import type {Bus} from '#runtime/kernel/bus.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {applyEvent, emptyView} from '#runtime/trace/fold.ts'
import type {RunView} from '#runtime/trace/view.ts'

/** The log as the screens need it. A bus is one. */
export type RunLog = Pick<Bus, 'events' | 'subscribe'>

/** What a screen draws: the folded log, and the time up to which open bars reach (epoch milliseconds). */
export type Snapshot = {readonly view: RunView; readonly now: number}

/** The face that `useSyncExternalStore` wants. Disposing stops listening to the log. */
export type Store = Disposable & {
  readonly get: () => Snapshot
  readonly subscribe: (listener: () => void) => () => void
}

/** About 30 frames a second: more is not seen, and drawing must not slow the run. */
const FRAME_MS = 33
/** How often open bars grow while nothing happens. */
const TICK_MS = 200

/** Folds the log as it grows and tells listeners at most once per frame, however many events come. */
export function createStore(log: RunLog, clock: Clock): Store {
  const listeners = new Set<() => void>()
  let view = emptyView
  for (const event of log.events) view = applyEvent(view, event)
  let snapshot: Snapshot = {view, now: clock.now()}
  let pending: NodeJS.Timeout | undefined

  const tell = (): void => {
    pending = undefined
    snapshot = {view, now: clock.now()}
    for (const listener of listeners) listener()
  }
  const unsubscribe = log.subscribe((event) => {
    view = applyEvent(view, event)
    pending ??= setTimeout(tell, FRAME_MS)
  })
  const ticking = setInterval(() => {
    if (view.verdict === undefined && view.head !== undefined) pending ??= setTimeout(tell, 0)
  }, TICK_MS)
  ticking.unref()

  return {
    get: () => snapshot,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    [Symbol.dispose]: () => {
      unsubscribe()
      clearInterval(ticking)
      clearTimeout(pending)
    },
  }
}
