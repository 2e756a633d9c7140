import type {Timeline} from '../timeline.ts'

/** When a subscription was last used, and the end of one that nobody uses. */
export type Activity = Disposable & {readonly touch: () => void; readonly reschedule: () => void}

export type ActivityOptions = {
  readonly timeline: Timeline
  /** How long the subscription lives unused, in milliseconds; undefined for ever. */
  readonly ttlMs: () => number | undefined
  readonly isInUse: () => boolean
  readonly expired: () => void
}

/** Counts from its own start: what an engine that did not run would have seen is not known. */
export function createActivity({timeline, ttlMs, isInUse, expired}: ActivityOptions): Activity {
  let last = timeline.now()
  let cancel: (() => void) | undefined
  const reschedule = (): void => {
    cancel?.()
    const ttl = ttlMs()
    cancel = ttl === undefined ? undefined : timeline.schedule(last + ttl, look)
  }
  const look = (): void => {
    if (isInUse()) last = timeline.now()
    const ttl = ttlMs()
    if (ttl !== undefined && last + ttl <= timeline.now()) expired()
    else reschedule()
  }
  reschedule()
  return {
    touch: () => {
      last = timeline.now()
    },
    reschedule,
    [Symbol.dispose]: () => cancel?.(),
  }
}
