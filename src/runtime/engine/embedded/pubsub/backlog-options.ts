import type {RetryPolicy} from './backoff.ts'
import type {Timeline} from '../timeline.ts'
import type {HeldState} from './journal.ts'
import type {PublishedMessage} from './message.ts'

/** What of a subscription decides about its messages. Durations in milliseconds. */
export type BacklogRules = {
  readonly ackDeadlineMs: number
  readonly ordered: boolean
  readonly retry: RetryPolicy | undefined
  /** After so many deliveries a message goes to `deadLetter`. */
  readonly maxAttempts: number | undefined
  /** How long after it was published a message is kept, acknowledged or not. */
  readonly retentionMs: number
  /** Whether acknowledged messages are kept, too, so that a seek can bring them back. */
  readonly retainAcked: boolean
}

export type BacklogOptions = {
  readonly rules: () => BacklogRules
  readonly timeline: Timeline
  /** Called whenever something may be deliverable that was not before. */
  readonly wake: () => void
  /** Takes a message that was delivered in vain too often; false when it cannot, so that the message stays here. */
  readonly deadLetter: (message: PublishedMessage, attempts: number) => boolean
  /** Told of every change of what must survive; without a state the message is held no more. */
  readonly note: (message: PublishedMessage, state: HeldState | undefined) => void
  /** Begins every id of a lease, so that one of an earlier process holds nothing. */
  readonly leasePrefix?: string
}

export type TakeOptions = {
  /** Bytes of data together; one message is always given. */
  readonly mostBytes?: number
  /** Messages that follow one of the same ordering key in this very take come along. */
  readonly runs?: boolean
  /** Also those whose publisher is still being answered. */
  readonly early?: boolean
  /** Length of the leases in milliseconds where it is not the subscription's. */
  readonly leaseMs?: number | undefined
}

/** A message that is not acknowledged. */
export type Entry = {
  readonly message: PublishedMessage
  /** Position in the backlog. */
  readonly place: number
  attempts: number
  /** Not before this time, after a failed delivery. */
  readyAt: number
  /** Whether its publisher has the answer. */
  answered: boolean
  lease: {readonly ackId: string; cancel: () => void} | undefined
}
