/** What a handler knows of its call. */
export type Call = {
  /** Metadata of the request, keys in lower case. */
  readonly metadata: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Aborts when the caller cancels or goes away, when its deadline passes, and when the server closes. */
  readonly signal: AbortSignal
  /** Tells the caller, beside the answer, for how long others kept it waiting, in milliseconds; the longest counts. */
  readonly waited?: (ms: number) => void
  /** Resolves when the caller has the answer, or cannot have it any more. */
  readonly answered?: () => Promise<void>
}

/** What of a call matters to work that may have to wait. */
export type WaitingCall = Pick<Call, 'signal' | 'waited'>

/**
 * One RPC. Messages are bytes here: a service brings its own decoding, so that documents can pass as they are stored.
 * Handlers throw GrpcStatus (or any error with a numeric gRPC `code`).
 */
export type Method =
  | {readonly kind: 'unary'; readonly handle: (request: Buffer, call: Call) => Uint8Array | Promise<Uint8Array>}
  | {
      readonly kind: 'serverStream'
      readonly handle: (request: Buffer, call: Call) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>
    }
  | {readonly kind: 'bidi'; readonly handle: (requests: AsyncIterable<Buffer>, call: Call) => AsyncIterable<Uint8Array>}

/** RPCs by full path: `/google.firestore.v1.Firestore/Commit`. */
export type Service = Readonly<Record<string, Method>>
