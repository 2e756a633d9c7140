import type {Clock} from '#runtime/kernel/clock.ts'
import type {Timeline} from './embedded/timeline.ts'

export type EngineName = 'embedded' | 'gcloud' | 'firebase' | 'external'

/** A port somebody asked for: `explicit` stops the run when it is taken, otherwise the next free one is used. */
export type PortWish = {readonly port: number; readonly explicit: boolean}

/** Documents of every collection with the last id `collection` go when the timestamp in their `field` has passed. */
export type TtlPolicy = {readonly collection: string; readonly field: string}

/** Production's limits of documents, or those that Google's emulator checks: any depth, any number of index entries. */
export type FirestoreLimits = 'production' | 'emulator'

/**
 * How Firestore's transactions keep apart: what one has read is locked, or a change of it is found at its commit
 * (https://firebase.google.com/docs/firestore/transaction-data-contention).
 */
export type FirestoreConcurrency = 'pessimistic' | 'optimistic'

export type EngineOptions = {
  readonly name: EngineName
  /**
   * Folder for documents, messages and the emulators' logs, usually `<project>/.stitch`. Embedded keeps `firestore.db` and
   * `pubsub.db` in it.
   */
  readonly dataDir: string
  /** Embedded only: keep documents and messages in memory instead of in `dataDir`. */
  readonly inMemory?: boolean
  /** Embedded only: which documents are deleted when their time is over. Without it nothing expires. */
  readonly ttl?: readonly TtlPolicy[]
  /** Embedded only: whose limits documents must keep to; production's unless given. */
  readonly firestoreLimits?: FirestoreLimits
  /** Embedded only: how transactions keep apart; pessimistic unless given. */
  readonly firestoreConcurrency?: FirestoreConcurrency
  /** Embedded only: the time that documents, transactions and expiry go by; the machine's unless given. */
  readonly clock?: Clock
  /**
   * Embedded only: the clock and timers that Pub/Sub goes by, so that a back-off of minutes can be tested at once; and
   * the timers that end transactions that others wait for.
   */
  readonly timeline?: Timeline
  /** Embedded only: ids of subscriptions that begin anew, without what an interrupted run left in `dataDir`. */
  readonly ownSubscriptions?: readonly string[]
  /** Embedded only: false for work at what is kept, during which no subscription delivers to its endpoint. */
  readonly push?: boolean
  readonly projectId: string
  readonly firestorePort: PortWish
  readonly pubsubPort: PortWish
  /** Where the variables of the machine are read from: emulator hosts, JAVA_HOME, PATH. Usually `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Lines the engine wants a person to see (moved ports, emulator output). */
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void
}

/** Firestore and Pub/Sub that answer. Ready means that an RPC of each was answered. Disposing leaves no process behind. */
export type Engine = AsyncDisposable & {
  readonly name: EngineName
  /** `127.0.0.1:8080`; also in `env`. */
  readonly firestoreHost: string
  readonly pubsubHost: string
  /** What a client's process needs: both emulator hosts, the project id, no metadata-server lookup. */
  readonly env: Readonly<Record<string, string>>
  /** Aborts with a StitchError as its reason when the engine dies in mid-run. */
  readonly failed: AbortSignal
}

/** The Pub/Sub resources a stitch needs; push goes to `pushEndpoint`. Durations in seconds. */
export type PubSubPlan = {
  readonly topic: string
  readonly deadLetterTopic: string
  readonly subscription: string
  readonly pushEndpoint: string
  readonly ackDeadlineSeconds: number
  readonly minBackoffSeconds: number
  readonly maxBackoffSeconds: number
  readonly maxDeliveryAttempts: number
}
