import {RPC_CODES} from '#runtime/kernel/rpc-codes.ts'
import type {GrpcStatus} from '../grpc/status.ts'
import {statusOf} from '../grpc/status.ts'

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
  const [status, http] = RPC_CODES[code] ?? RPC_CODES[2]!
  const encoded = (error as Partial<GrpcStatus>).details
  return {error: {code: http, message, status, ...(encoded ? {details: details(encoded)} : {})}}
}
