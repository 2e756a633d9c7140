/** The canonical gRPC status codes that the engine answers with (https://grpc.io/docs/guides/status-codes/). */
export const STATUS = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const

/** A refusal that the caller reads: a status code and a sentence. Anything else that is thrown becomes INTERNAL. */
export class GrpcStatus extends Error {
  override readonly name = 'GrpcStatus'
  readonly code: number
  /** An encoded google.rpc.Status with details, for clients that look at them. */
  readonly details: Uint8Array | undefined

  constructor(code: number, message: string, details?: Uint8Array) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** Status and sentence of whatever a handler threw; errors of other classes count by their numeric `code`. */
export function statusOf(error: unknown): {readonly code: number; readonly message: string} {
  const {code, message} = error as {readonly code?: unknown; readonly message?: unknown}
  const known = typeof code === 'number' && Number.isInteger(code) && code > 0 && code <= 16
  return {code: known ? code : STATUS.internal, message: typeof message === 'string' ? message : String(error)}
}

/** Percent-encoding of `grpc-message` (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
export function encodeMessage(message: string): string {
  return [...Buffer.from(message.toWellFormed())]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')
}
