import {GrpcStatus, STATUS} from '../grpc/status.ts'

/** The request itself is wrong, whatever is stored. */
export function invalidArgument(message: string): GrpcStatus {
  return new GrpcStatus(STATUS.invalidArgument, message)
}

/** The request is right and does not fit what is stored. */
export function failedPrecondition(message: string): GrpcStatus {
  return new GrpcStatus(STATUS.failedPrecondition, message)
}

/** A part of the API that this engine does not have; `what` starts the sentence. */
export function unimplemented(what: string): GrpcStatus {
  return new GrpcStatus(STATUS.unimplemented, `${what} is not implemented by the embedded engine.`)
}
