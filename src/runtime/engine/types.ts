export type EngineName = 'embedded' | 'gcloud' | 'external'

/** A port somebody asked for: `explicit` stops the run when it is taken, otherwise the next free one is used. */
export type PortWish = {readonly port: number; readonly explicit: boolean}

export type EngineOptions = {
  readonly name: EngineName
  /** Folder for documents and for the emulators' logs, usually `<project>/.stitch`. Embedded keeps `firestore.db` in it. */
  readonly dataDir: string
  /** Embedded only: keep documents in memory instead of in `dataDir`. */
  readonly inMemory?: boolean
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
