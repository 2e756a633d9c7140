import type {Emit} from '#runtime/kernel/events.ts'

/** The handlers as one CommonJS file, the very bytes that are deployed. */
export type Bundle = {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  /** The project's own files in it, packages apart; absent where it has none. */
  readonly sources?: readonly string[]
}

/** What a project says about its bundle. */
export type BundleProject = {
  /** The file with the project's own logic, absolute. */
  readonly handlers?: string | undefined
  /** A bundle with such logic is built in its folder `functions`. */
  readonly dataDir: string
}

/** What stitch comes with. */
export type BundleFiles = {
  /** The bundle of a project without logic of its own. */
  readonly bundle: string
  /** Folder of the handlers' sources; only in a clone. */
  readonly handlers: string
  /** Folder of the same, compiled. */
  readonly builtHandlers: string
}

/** How a delivery ends: with this HTTP status, before the worker gets the message or after its work; else as it does. */
export type DeliveryEnd = {readonly http?: number | undefined; readonly when: 'before' | 'after'}
export type Deliver = <A>(once: (end: DeliveryEnd) => Promise<A>) => Promise<A>

export type FunctionsOptions = {
  readonly bundle: Bundle
  /** `worker` only where the asynchronous path is simulated. */
  readonly targets: readonly ('lookup' | 'worker')[]
  /** Environment of the functions' processes: engine hosts, project, STITCH_CONFIG, STITCH_HMAC_KEYS. */
  readonly env: Readonly<Record<string, string>>
  readonly emit: Emit
  readonly signal: AbortSignal
  /** Has deliveries of Pub/Sub made otherwise than once and well; see `DeliveryEnd`. */
  readonly deliver?: Deliver
  /** Hears the URLs as soon as they take requests, which wait there for the processes. */
  readonly listening?: (urls: FunctionUrls) => void
}

export type FunctionUrls = {
  readonly lookupUrl: string
  /** Where Pub/Sub pushes to. Present when `targets` has `worker`. */
  readonly workerUrl: string | undefined
}

/**
 * Both functions behind stable loopback URLs. A face in this process forwards to the child that runs the bundle under
 * functions-framework, so a reload never refuses a request: it waits for the new child.
 */
export type Functions = AsyncDisposable &
  FunctionUrls & {
    /** Starts children with the new bundle or environment, switches over, then ends the old ones. */
    readonly reload: (change: {
      readonly bundle?: Bundle
      readonly env?: Readonly<Record<string, string>>
    }) => Promise<void>
    /** Aborts with a StitchError when a child dies by itself and cannot be restarted. */
    readonly failed: AbortSignal
  }
