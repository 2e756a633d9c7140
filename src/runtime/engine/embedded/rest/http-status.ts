import type {GrpcStatus} from '../grpc/status.ts'
import {statusOf} from '../grpc/status.ts'

/** Name and HTTP status of each code, as google/rpc/code.proto has them. */
const CODES: readonly (readonly [name: string, http: number])[] = [
  ['OK', 200],
  ['CANCELLED', 499],
  ['UNKNOWN', 500],
  ['INVALID_ARGUMENT', 400],
  ['DEADLINE_EXCEEDED', 504],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['PERMISSION_DENIED', 403],
  ['RESOURCE_EXHAUSTED', 429],
  ['FAILED_PRECONDITION', 400],
  ['ABORTED', 409],
  ['OUT_OF_RANGE', 400],
  ['UNIMPLEMENTED', 501],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DATA_LOSS', 500],
  ['UNAUTHENTICATED', 401],
]

/** The body of a refusal, in the form of Google's APIs (https://cloud.google.com/apis/design/errors#http_mapping). */
export type ErrorBody = {
  readonly error: {
    readonly code: number
    readonly message: string
    readonly status: string
    readonly details?: readonly unknown[]
  }
}

/** @param details reads the details that a handler may have added */
export function errorBody(error: unknown, details: (status: Uint8Array) => readonly unknown[]): ErrorBody {
  const {code, message} = statusOf(error)
  const [status, http] = CODES[code] ?? CODES[2]!
  const encoded = (error as Partial<GrpcStatus>).details
  return {error: {code: http, message, status, ...(encoded ? {details: details(encoded)} : {})}}
}
