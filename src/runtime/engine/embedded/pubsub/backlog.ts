import {backoffMs} from './backoff.ts'
import type {BacklogOptions, Entry, TakeOptions} from './backlog-options.ts'
import {createExpiry} from './expiry.ts'
import type {HeldState} from './journal.ts'
import {createMessageLog} from './message-log.ts'
import type {Delivery, PublishedMessage} from './message.ts'

/** The messages of one subscription that are not acknowledged, and who holds them until when. */
export type Backlog = Disposable & {
  /** The message may be delivered at once, or when `after` has resolved. */
  readonly add: (message: PublishedMessage, after?: Promise<void>) => void
  /** Puts back what an earlier process held, before anything is added; in order. */
  readonly restore: (message: PublishedMessage, state: HeldState) => void
  /** Leases up to `most` messages in order. One with an ordering key waits until all before it are acknowledged. */
  readonly take: (most: number, options?: TakeOptions) => Delivery[]
  /** True for a lease that was held; a stale or unknown id is ignored, as at-least-once delivery allows. */
  readonly acknowledge: (ackId: string) => boolean
  /** Moves a lease's end; 0 gives the message back. */
  readonly extend: (ackId: string, ms: number) => boolean
  /** Whether a lease is still held. */
  readonly holds: (ackId: string) => boolean
  readonly size: () => number
  /** All that is not acknowledged, leased or not, in order. */
  readonly unacknowledged: () => readonly PublishedMessage[]
  /** What is acknowledged and kept. */
  readonly retained: () => readonly PublishedMessage[]
  /** Ends all leases and makes exactly these, in this order, the ones that are not acknowledged. */
  readonly reset: (unacknowledged: readonly PublishedMessage[]) => void
  /** Looks again at what is to be kept, after the rules changed. */
  readonly trim: () => void
}

/** A pure state machine but for the timeline it is given. */
export function createBacklog(options: BacklogOptions): Backlog {
  const {rules, timeline, wake, deadLetter, note, leasePrefix = ''} = options
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
  const keepMs = () => rules().retentionMs
  const retained = createMessageLog({timeline, keepMs, dropped: (message) => note(message, undefined)})
  const expiry = createExpiry({
    timeline,
    keepMs,
    purge: (before) => {
      // A leased one goes when it is given back.
      const isOld = ({message}: Entry) => message.publishTime < before
      for (const {message} of waiting.filter(isOld)) note(message, undefined)
      waiting = waiting.filter((entry) => !isOld(entry))
      return waiting[0]?.message.publishTime
    },
  })

  const enqueue = (message: PublishedMessage, attempts: number): Entry => {
    const entry: Entry = {message, place: nextPlace++, attempts, readyAt: 0, answered: true, lease: undefined}
    waiting.push(entry)
    expiry.expect(message.publishTime)
    return entry
  }

  /** The message is acknowledged or dead. */
  const settle = (message: PublishedMessage): void => {
    const {retainAcked} = rules()
    if (retainAcked) retained.add(message)
    note(message, retainAcked ? {attempts: 0, acknowledged: true} : undefined)
  }

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
    expiry.expect(entry.message.publishTime)
  }

  /** A delivery in vain: the message rests, and with an ordering key all that follow it come again after it. */
  const giveBack = (entry: Entry): void => {
    release(entry)
    const {retry, maxAttempts, ordered} = rules()
    if (maxAttempts !== undefined && entry.attempts >= maxAttempts && deadLetter(entry.message, entry.attempts)) {
      settle(entry.message)
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

  const inOrder = (): Entry[] => [...waiting, ...leases.values()].toSorted((a, b) => a.place - b.place)

  const rouseAt = (at: number): void => {
    const cancel = timeline.schedule(at, () => {
      resting.delete(cancel)
      wake()
    })
    resting.add(cancel)
  }

  const lease = (entry: Entry, ms: number): Delivery => {
    entry.attempts++
    note(entry.message, {attempts: entry.attempts, acknowledged: false})
    const ackId = `${entry.message.id}:${leasePrefix}${nextLease++}`
    const cancel = timeline.schedule(timeline.now() + ms, () => giveBack(entry))
    entry.lease = {ackId, cancel}
    leases.set(ackId, entry)
    const key = entry.message.orderingKey
    leasedOfKey.set(key, (leasedOfKey.get(key) ?? 0) + 1)
    return {message: entry.message, ackId, attempt: entry.attempts}
  }

  return {
    add: (message, after) => {
      const entry = enqueue(message, 0)
      note(message, {attempts: 0, acknowledged: false})
      const ready = (): void => {
        entry.answered = true
        wake()
      }
      if (!after) return ready()
      entry.answered = false
      void after.then(ready)
    },
    restore: (message, {attempts, acknowledged}) => {
      if (acknowledged) retained.add(message)
      else enqueue(message, attempts)
      wake()
    },
    take: (most, {mostBytes = Infinity, runs = false, early = false, leaseMs} = {}) => {
      const {ordered, ackDeadlineMs} = rules()
      const now = timeline.now()
      const since = now - keepMs()
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
        // The timer has not come by yet.
        if (entry.message.publishTime < since) {
          bytes -= entry.message.data.length
          note(entry.message, undefined)
          continue
        }
        if (isHeld || entry.readyAt > now || (!entry.answered && !early)) {
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
      settle(entry.message)
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
    unacknowledged: () => inOrder().map(({message}) => message),
    retained: retained.all,
    reset: (unacknowledged) => {
      const wanted = new Set(unacknowledged.map(({id}) => id))
      const before = inOrder()
      for (const entry of before) release(entry)
      const attempts = new Map(before.map((entry) => [entry.message.id, entry.attempts]))
      waiting = []
      for (const {message} of before) if (!wanted.has(message.id)) settle(message)
      for (const message of unacknowledged) {
        const count = attempts.get(message.id) ?? 0
        retained.remove(message)
        enqueue(message, count)
        note(message, {attempts: count, acknowledged: false})
      }
      wake()
    },
    trim: () => {
      expiry.now()
      retained.trim()
      if (!rules().retainAcked) retained.clear()
    },
    [Symbol.dispose]: () => {
      expiry[Symbol.dispose]()
      retained[Symbol.dispose]()
      for (const entry of leases.values()) entry.lease?.cancel()
      for (const cancel of resting) cancel()
      waiting = []
      leases.clear()
      resting.clear()
    },
  }
}
