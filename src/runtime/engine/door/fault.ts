/** A time in milliseconds, or a distribution with this median and this 99th percentile. */
export type Latency = number | {readonly p50: number; readonly p99: number}

type Repeats = {
  /** So many that it could hit go through untouched first. */
  readonly skip?: number | undefined
  /** So many are hit, all unless given. */
  readonly times?: number | undefined
}

/** What befalls calls of the functions to Firestore or Pub/Sub on their way. */
export type CallFault = Repeats & {
  readonly at: 'firestore' | 'pubsub'
  /** Only calls of this RPC, such as `Commit`. */
  readonly rpc?: string | undefined
  readonly latencyMs?: Latency | undefined
  /** The name of a gRPC status, such as `UNAVAILABLE`, that the call ends with. */
  readonly status?: string | undefined
  /** The stream breaks instead of ending. */
  readonly reset?: boolean | undefined
  /** `after`: the engine has done what it was asked, and its answer is what gets lost. */
  readonly when?: 'before' | 'after' | undefined
}

/** What befalls deliveries of a push subscription on their way to the worker. */
export type DeliveryFault = Repeats & {
  readonly at: 'delivery'
  readonly latencyMs?: Latency | undefined
  /** The endpoint answers this instead: 503 is a worker that is down. */
  readonly http?: number | undefined
  /** The worker gets the message once more, right after its first answer. */
  readonly duplicate?: boolean | undefined
  /** The next delivery overtakes this one, if one comes within a second. */
  readonly reorder?: boolean | undefined
  readonly when?: 'before' | 'after' | undefined
}

export type Fault = CallFault | DeliveryFault
