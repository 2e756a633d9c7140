import {GrpcStatus, STATUS} from '../grpc/status.ts'

/** A request that is not what its message says; the sentences begin as production's do. */
export function invalidJson(message: string): GrpcStatus {
  return new GrpcStatus(STATUS.invalidArgument, `Invalid JSON payload received. ${message}`)
}

/** A value that its field cannot hold. `path` is that of the field, empty for the whole request. */
export function invalidValue(path: string, type: string, value: unknown): GrpcStatus {
  const shown = JSON.stringify(value) ?? String(value)
  const short = shown.length > 200 ? `${shown.slice(0, 200)}…` : shown
  return new GrpcStatus(STATUS.invalidArgument, `Invalid value at '${path}' (${type}), ${short}`)
}
