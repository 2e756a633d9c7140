import {errorInfo} from './errors.ts'
import {FakeError, type FakeCall} from './service.ts'

/** What goes wrong. `operation:STAGE`: the operation that the call starts ends in an error at that stage. */
export type FaultKind = 401 | 403 | 404 | 409 | 412 | 429 | 500 | 503 | 'reset' | `operation:${string}`

export type Fault = {
  /** The call's number over the life of the cloud, or which calls. */
  readonly match: number | ((call: FakeCall) => boolean)
  /** `after`: the change is made and its answer lost. Default: `before`. */
  readonly when?: 'before' | 'after'
  readonly kind: FaultKind
  /** How many calls meet it. Default: 1. */
  readonly times?: number
  /** In place of the usual `google.rpc.Code`, as ALREADY_EXISTS for 409. */
  readonly reason?: string
}

export type Faults = {
  readonly inject: (fault: Fault) => void
  /** How many were met. */
  readonly met: () => number
  /** The fault that this call meets now, or undefined; meeting counts. */
  readonly take: (call: FakeCall, when: 'before' | 'after' | 'operation') => Fault | undefined
}

/** A list of faults to come; the first that matches is met. */
export function createFaults(): Faults {
  const waiting: {fault: Fault; left: number}[] = []
  let met = 0
  return {
    inject: (fault) => {
      waiting.push({fault, left: fault.times ?? 1})
    },
    met: () => met,
    take: (call, when) => {
      const found = waiting.find(({fault, left}) => left > 0 && phase(fault) === when && matches(fault, call))
      if (!found) return undefined
      found.left -= 1
      met += 1
      return found.fault
    },
  }
}

function phase({kind, when}: Fault): 'before' | 'after' | 'operation' {
  return typeof kind === 'string' && kind.startsWith('operation:') ? 'operation' : (when ?? 'before')
}

function matches({match}: Fault, call: FakeCall): boolean {
  return typeof match === 'number' ? match === call.n : match(call)
}

const REASONS: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  401: ['UNAUTHENTICATED', 'Request had invalid authentication credentials.'],
  403: ['PERMISSION_DENIED', 'The caller does not have permission'],
  404: ['NOT_FOUND', 'Requested entity was not found.'],
  409: ['ABORTED', 'The operation was aborted.'],
  412: ['FAILED_PRECONDITION', 'Precondition check failed.'],
  429: ['RESOURCE_EXHAUSTED', "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'."],
  500: ['INTERNAL', 'Internal error encountered.'],
  503: ['UNAVAILABLE', 'The service is currently unavailable.'],
}

/** The error that a fault with a status answers with. */
export function faultError(fault: Fault): FakeError {
  const status = Number(fault.kind)
  const [reason, message] = REASONS[status] ?? ['UNKNOWN', 'Unknown error.']
  const details = status === 429 ? [errorInfo('RATE_LIMIT_EXCEEDED', {quota_limit: 'injected'})] : []
  return new FakeError(status, fault.reason ?? reason, message, details)
}

/** What a client sees when the connection goes. */
export function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), {code: 'ECONNRESET', errno: -104, syscall: 'read'})
}
