import type {ApiRequest, Operation} from '../types.ts'

export type ApiErrorOptions = {
  readonly status: number
  readonly reason: string
  readonly request: ApiRequest
  readonly details?: readonly unknown[]
  readonly isUnclear?: boolean
  readonly permission?: string | undefined
  readonly operation?: Operation
  /** Where it is not the API's own: the place that a signed URL leads to. */
  readonly host?: string
}

/** What a Google API refused, or that it could not be reached. Holds no secret: bodies and tokens are left out. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status, also for what an operation ended in; 0 where there was no answer. */
  readonly status: number
  /** Name of the google.rpc code (`ALREADY_EXISTS`), or what says more than that (`SERVICE_DISABLED`). */
  readonly reason: string
  readonly details: readonly unknown[]
  /** True where the change may have been made all the same: look again before sending it once more. */
  readonly isUnclear: boolean
  /** Without its body. */
  readonly request: ApiRequest
  /** The IAM permission that was missing, as far as the API named it. */
  readonly permission?: string
  /** Who was asked, as `pubsub.googleapis.com`. */
  readonly host: string
  /** Set where an operation was started and ended in this error. */
  readonly operation?: Operation

  constructor(message: string, options: ApiErrorOptions) {
    super(message)
    const {request, permission, operation} = options
    const {body: _, ...bare} = request
    this.status = options.status
    this.reason = options.reason
    this.details = options.details ?? []
    this.isUnclear = options.isUnclear ?? false
    this.request = bare
    this.host = options.host ?? `${request.api}.googleapis.com`
    if (permission !== undefined) this.permission = permission
    if (operation !== undefined) this.operation = operation
  }
}
