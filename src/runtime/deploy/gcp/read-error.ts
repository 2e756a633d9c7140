import {RPC_CODES} from '#runtime/kernel/rpc-codes.ts'
import type {ApiRequest, Operation} from '../types.ts'
import {ApiError} from './api-error.ts'
import {redact, redactJson} from './redact.ts'

/** Names for answers that are not in Google's JSON form, as those of load balancers. */
const BY_STATUS: Readonly<Record<number, string>> = {
  ...Object.fromEntries(RPC_CODES.map(([name, http]) => [http, name])),
  400: 'INVALID_ARGUMENT',
  409: 'ABORTED',
  412: 'FAILED_PRECONDITION',
  500: 'INTERNAL',
}

/** Reasons of google.rpc.ErrorInfo that say more than the code they come with. */
const TELLING = new Set([
  'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
  'BILLING_DISABLED',
  'CONSUMER_INVALID',
  'CONSUMER_SUSPENDED',
  'SERVICE_DISABLED',
  'USER_PROJECT_DENIED',
])

export type ErrorInfo = {
  readonly reason?: string
  readonly domain?: string
  readonly metadata?: Readonly<Record<string, string>>
}

type Status = {
  readonly code?: number
  readonly message?: string
  readonly status?: string
  readonly details?: readonly unknown[]
}

/** google.rpc.ErrorInfo among an error's details. */
export function errorInfo(details: readonly unknown[]): ErrorInfo {
  const found = details.find((detail) => (detail as {'@type'?: string} | null)?.['@type']?.endsWith('.ErrorInfo'))
  return (found as ErrorInfo | undefined) ?? {}
}

/** Reads an answer of 400 or more. `secrets` are kept out of what it says. */
export function readAnswerError(
  answer: {readonly status: number; readonly body: Uint8Array},
  request: ApiRequest,
  options: {readonly isUnclear: boolean; readonly secrets: readonly string[]},
): ApiError {
  const {error} = parse(answer.body)
  const code = error.status ?? BY_STATUS[answer.status] ?? `HTTP_${answer.status}`
  return fromStatus(error, {http: answer.status, code, request, ...options})
}

/** Reads the error that an operation ended in. */
export function readOperationError(operation: Operation, request: ApiRequest): ApiError {
  const error: Status = operation.error ?? {}
  const [code, http] = RPC_CODES[error.code ?? 2] ?? ['UNKNOWN', 500]
  // What an operation ended in is settled: it says that it failed, not that nobody knows.
  const read = {http, code, request, isUnclear: false, secrets: []}
  return fromStatus(error, {...read, operation: redactJson(operation)})
}

function fromStatus(
  error: Status,
  options: {
    readonly http: number
    readonly code: string
    readonly request: ApiRequest
    readonly isUnclear: boolean
    readonly secrets: readonly string[]
    readonly operation?: Operation
  },
): ApiError {
  const {http, code, request, isUnclear, secrets, operation} = options
  const details = redactJson(error.details ?? [], secrets)
  const message = redact(error.message ?? '', secrets).trim() || `HTTP ${http} without a reason`
  const {reason, metadata} = errorInfo(details)
  return new ApiError(message, {
    status: http,
    reason: reason !== undefined && TELLING.has(reason) ? reason : (reasonOf(http, message) ?? code),
    details,
    isUnclear,
    request,
    permission: permissionOf(code, message, metadata?.['permission']),
    ...(operation ? {operation} : {}),
  })
}

/** Some APIs say it in words only. */
function reasonOf(status: number, message: string): string | undefined {
  if (status === 403 && /has not been used in project .* before or it is disabled/.test(message)) {
    return 'SERVICE_DISABLED'
  }
  return undefined
}

/** `Permission 'pubsub.topics.create' denied on …`, in the wordings of the several APIs. */
function permissionOf(code: string, message: string, told: string | undefined): string | undefined {
  const worded = /\bpermissions?:?\s+['"`[(]?((?:[a-z]\w*\.){2}\w+)/i.exec(message)?.[1]
  // Cloud Run writes `iam.serviceaccounts.actAs`. It is told with code 403, and by operations with others.
  const found = told ?? (/denied|missing|required|not have/i.test(message) ? worded : undefined)
  if (found === undefined && code === 'PERMISSION_DENIED') return worded
  return found?.replace(/^iam\.serviceaccounts\./i, 'iam.serviceAccounts.')
}

function parse(body: Uint8Array): {readonly error: Status} {
  const text = Buffer.from(body).toString()
  try {
    const parsed = JSON.parse(text) as {readonly error?: Status} | readonly {readonly error?: Status}[]
    const {error} = (Array.isArray(parsed) ? parsed[0] : parsed) as {readonly error?: Status}
    if (typeof error === 'object') return {error}
  } catch {
    // A page of a load balancer or proxy: its words are not Google's.
  }
  return {error: {}}
}
