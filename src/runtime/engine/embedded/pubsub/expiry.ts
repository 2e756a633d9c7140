import type {Timeline} from '../timeline.ts'

/** Expired messages are looked for at most so often, in milliseconds. */
const PAUSE_MS = 1_000

export type ExpiryOptions = {
  readonly timeline: Timeline
  /** How long after their publish time messages are kept, in milliseconds. */
  readonly keepMs: () => number
  /** Drops what was published before a time, and returns when the oldest of the others was. */
  readonly purge: (before: number) => number | undefined
}

/** The one timer by which a collection of messages loses what is too old. */
export type Expiry = Disposable & {
  /** A message of this publish time was added. */
  readonly expect: (publishTime: number) => void
  /** Purges now; for when messages are to be kept longer or shorter than before. */
  readonly now: () => void
}

export function createExpiry({timeline, keepMs, purge}: ExpiryOptions): Expiry {
  let cancel: (() => void) | undefined
  const purgeNow = (): void => {
    cancel?.()
    cancel = undefined
    const oldest = purge(timeline.now() - keepMs())
    if (oldest === undefined) return
    cancel = timeline.schedule(Math.max(oldest + keepMs() + 1, timeline.now() + PAUSE_MS), purgeNow)
  }
  return {
    expect: (publishTime) => {
      // Later messages wait for the timer of the oldest.
      cancel ??= timeline.schedule(publishTime + keepMs() + 1, purgeNow)
    },
    now: purgeNow,
    [Symbol.dispose]: () => cancel?.(),
  }
}
