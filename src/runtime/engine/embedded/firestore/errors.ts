/** The canonical gRPC codes this service answers with (https://grpc.io/docs/guides/status-codes/). */
export const CODE = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
} as const

/** A refusal the caller reads: a gRPC code and the sentence that production or its emulator gives. */
export class FirestoreError extends Error {
  override readonly name = 'FirestoreError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export function invalidArgument(message: string): FirestoreError {
  return new FirestoreError(CODE.invalidArgument, message)
}

export function failedPrecondition(message: string): FirestoreError {
  return new FirestoreError(CODE.failedPrecondition, message)
}
