import {Answer, FakeError, type Json} from './service.ts'

/** `google.rpc.Code` numbers. */
const RPC_CODES: Readonly<Record<string, number>> = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
}

/** A `google.rpc.ErrorInfo`, as it stands in an error's details. */
export function errorInfo(
  reason: string,
  metadata: Readonly<Record<string, string>>,
  domain = 'googleapis.com',
): object {
  return {'@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain, metadata}
}

/** 403 as IAM gives it. */
export function permissionDenied(permission: string, resource: string): FakeError {
  return new FakeError(
    403,
    'PERMISSION_DENIED',
    `Permission '${permission}' denied on resource '//${resource}' (or it may not exist).`,
    [errorInfo('IAM_PERMISSION_DENIED', {permission, resource}, 'iam.googleapis.com')],
  )
}

/** 403 while an API is not enabled, or not yet known to be. */
export function serviceDisabled(service: string, projectNumber: string): FakeError {
  return new FakeError(
    403,
    'PERMISSION_DENIED',
    `${service} has not been used in project ${projectNumber} before or it is disabled. Enable it by visiting ` +
      `https://console.developers.google.com/apis/api/${service}/overview?project=${projectNumber} then retry. If you ` +
      'enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.',
    [errorInfo('SERVICE_DISABLED', {service, consumer: `projects/${projectNumber}`})],
  )
}

/** The answer that carries an error. */
export function errorAnswer(error: FakeError): Answer {
  const {status, reason, message, details} = error
  const body = {
    error: {code: status, message, status: reason, ...(details.length > 0 ? {details} : {})},
  }
  return new Answer(status, JSON.stringify(body), {
    'content-type': 'application/json; charset=UTF-8',
    ...(status === 429 ? {'retry-after': '1'} : {}),
  })
}

/** `google.rpc.Status`, as operations carry it. */
export function rpcError({reason, message, details}: FakeError): Json {
  return {code: RPC_CODES[reason] ?? 2, message, ...(details.length > 0 ? {details} : {})}
}
