import {backoffMs, type RetryPolicy} from './backoff.ts'
import type {Delivery, PublishedMessage} from './message.ts'

/** Time as the engine sees it; tests move it by hand. `at` is milliseconds since the Unix epoch. */
export type Timeline = {
  readonly now: () => number
  /** Calls `work` at a time; returns the way to cancel. */
  readonly schedule: (at: number, work: () => void) => () => void
}

/** What of a subscription decides about its messages. Durations in milliseconds. */
export type BacklogRules = {
  readonly ackDeadlineMs: number
  readonly ordered: boolean
  readonly retry: RetryPolicy | undefined
  /** After so many deliveries a message goes to `deadLetter`. */
  readonly maxAttempts: number | undefined
}

export type BacklogOptions = {
  readonly rules: () => BacklogRules
  readonly timeline: Timeline
  /** Called whenever something may be deliverable that was not before. */
  readonly wake: () => void
  /** Takes a message that was delivered in vain too often; false when it cannot, so that the message stays here. */
  readonly deadLetter: (message: PublishedMessage, attempts: number) => boolean
}

export type TakeOptions = {
  /** Bytes of data together; one message is always given. */
  readonly mostBytes?: number
  /** Messages that follow one of the same ordering key in this very take come along. */
  readonly runs?: boolean
  /** Length of the leases in milliseconds where it is not the subscription's. */
  readonly leaseMs?: number | undefined
}

/** The messages of one subscription that are not acknowledged, and who holds them until when. */
export type Backlog = Disposable & {
  readonly add: (message: PublishedMessage) => void
  /** Leases up to `most` messages in order. One with an ordering key waits until all before it are acknowledged. */
  readonly take: (most: number, options?: TakeOptions) => Delivery[]
  /** True for a lease that was held; a stale or unknown id is ignored, as at-least-once delivery allows. */
  readonly acknowledge: (ackId: string) => boolean
  /** Moves a lease's end; 0 gives the message back. */
  readonly extend: (ackId: string, ms: number) => boolean
  /** Whether a lease is still held. */
  readonly holds: (ackId: string) => boolean
  readonly size: () => number
}

type Entry = {
  readonly message: PublishedMessage
  /** Position in the backlog. */
  readonly place: number
  attempts: number
  /** Not before this time, after a failed delivery. */
  readyAt: number
  lease: {readonly ackId: string; cancel: () => void} | undefined
}

/** A pure state machine but for the timeline it is given. */
export function createBacklog({rules, timeline, wake, deadLetter}: BacklogOptions): Backlog {
  /** Those without a lease, in order of their places. */
  let waiting: Entry[] = []
  const leases = new Map<string, Entry>()
  /** How many leased messages an ordering key has. */
  const leasedOfKey = new Map<string, number>()
  const resting = new Set<() => void>()
  /** Ordering keys of which the current take has leased a message. */
  const begun = new Set<string>()
  let nextPlace = 0
  let nextLease = 0

  const release = (entry: Entry): void => {
    if (!entry.lease) return
    entry.lease.cancel()
    leases.delete(entry.lease.ackId)
    entry.lease = undefined
    const key = entry.message.orderingKey
    const left = (leasedOfKey.get(key) ?? 1) - 1
    if (left > 0) leasedOfKey.set(key, left)
    else leasedOfKey.delete(key)
  }

  const putBack = (entry: Entry): void => {
    const index = waiting.findLastIndex((other) => other.place < entry.place)
    waiting.splice(index + 1, 0, entry)
  }

  /** A delivery in vain: the message rests, and with an ordering key all that follow it come again after it. */
  const giveBack = (entry: Entry): void => {
    release(entry)
    const {retry, maxAttempts, ordered} = rules()
    if (maxAttempts !== undefined && entry.attempts >= maxAttempts && deadLetter(entry.message, entry.attempts)) {
      wake()
      return
    }
    putBack(entry)
    const rest = backoffMs(retry, entry.attempts)
    entry.readyAt = timeline.now() + rest
    if (ordered && entry.message.orderingKey !== '') {
      for (const other of leases.values()) {
        if (other.place < entry.place || other.message.orderingKey !== entry.message.orderingKey) continue
        release(other)
        putBack(other)
      }
    }
    if (rest === 0) wake()
    else rouseAt(entry.readyAt)
  }

  const rouseAt = (at: number): void => {
    const cancel = timeline.schedule(at, () => {
      resting.delete(cancel)
      wake()
    })
    resting.add(cancel)
  }

  const lease = (entry: Entry, ms: number): Delivery => {
    entry.attempts++
    const ackId = `${entry.message.id}:${nextLease++}`
    const cancel = timeline.schedule(timeline.now() + ms, () => giveBack(entry))
    entry.lease = {ackId, cancel}
    leases.set(ackId, entry)
    const key = entry.message.orderingKey
    leasedOfKey.set(key, (leasedOfKey.get(key) ?? 0) + 1)
    return {message: entry.message, ackId, attempt: entry.attempts}
  }

  return {
    add: (message) => {
      waiting.push({message, place: nextPlace++, attempts: 0, readyAt: 0, lease: undefined})
      wake()
    },
    take: (most, {mostBytes = Infinity, runs = false, leaseMs} = {}) => {
      const {ordered, ackDeadlineMs} = rules()
      const now = timeline.now()
      const kept: Entry[] = []
      const held = new Set<string>()
      const taken: Delivery[] = []
      let bytes = 0
      let seen = 0
      for (const entry of waiting) {
        if (taken.length >= most) break
        const key = ordered ? entry.message.orderingKey : ''
        const isHeld = key !== '' && (held.has(key) || (leasedOfKey.has(key) && !(runs && begun.has(key))))
        bytes += entry.message.data.length
        if (bytes > mostBytes && taken.length > 0) break
        seen++
        if (isHeld || entry.readyAt > now) {
          bytes -= entry.message.data.length
          kept.push(entry)
          if (key !== '') held.add(key)
          continue
        }
        if (key !== '') begun.add(key)
        taken.push(lease(entry, leaseMs ?? ackDeadlineMs))
      }
      begun.clear()
      waiting = kept.concat(waiting.slice(seen))
      return taken
    },
    acknowledge: (ackId) => {
      const entry = leases.get(ackId)
      if (!entry) return false
      release(entry)
      // The next of its ordering key may go now, or the next of a subscriber that held as many as it wants.
      wake()
      return true
    },
    extend: (ackId, ms) => {
      const entry = leases.get(ackId)
      if (!entry?.lease) return false
      if (ms === 0) {
        giveBack(entry)
        return true
      }
      entry.lease.cancel()
      entry.lease.cancel = timeline.schedule(timeline.now() + ms, () => giveBack(entry))
      return true
    },
    holds: (ackId) => leases.has(ackId),
    size: () => waiting.length + leases.size,
    [Symbol.dispose]: () => {
      for (const entry of leases.values()) entry.lease?.cancel()
      for (const cancel of resting) cancel()
      waiting = []
      leases.clear()
      resting.clear()
    },
  }
}
