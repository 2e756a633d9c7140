import {describe, expect, test} from 'vitest'
import {readAnswerError, readOperationError} from '#runtime/deploy/gcp/read-error.ts'
import type {ApiRequest} from '#runtime/deploy/types.ts'
import {errorInfo} from './google.ts'

const request: ApiRequest = {api: 'pubsub', method: 'PUT', path: '/v1/projects/p/topics/t', body: {secret: 1}}

function read(status: number, body: unknown) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return readAnswerError({status, body: bytes}, request, {isUnclear: false, secrets: []})
}

const google = (status: number, reason: string, message: string, details: readonly object[] = []) => ({
  error: {code: status, status: reason, message, details},
})

describe('an answer', () => {
  test.each<[string, number, unknown, object]>([
    ['Google', 409, google(409, 'ALREADY_EXISTS', 'there'), {status: 409, reason: 'ALREADY_EXISTS', message: 'there'}],
    ['Google, in a list', 400, [google(400, 'INVALID_ARGUMENT', 'no')], {status: 400, reason: 'INVALID_ARGUMENT'}],
    ['Google without a status', 412, {error: {code: 412, message: 'x'}}, {reason: 'FAILED_PRECONDITION'}],
    ['a load balancer', 502, '<html>', {status: 502, reason: 'HTTP_502', message: 'HTTP 502 without a reason'}],
    ['a proxy', 503, '', {status: 503, reason: 'UNAVAILABLE'}],
    ['the token server', 400, {error: 'invalid_grant'}, {status: 400, reason: 'INVALID_ARGUMENT'}],
    [
      'a disabled API',
      403,
      google(403, 'PERMISSION_DENIED', 'x', [errorInfo('SERVICE_DISABLED')]),
      {reason: 'SERVICE_DISABLED'},
    ],
    [
      'IAM',
      403,
      google(403, 'PERMISSION_DENIED', 'x', [errorInfo('IAM_PERMISSION_DENIED')]),
      {reason: 'PERMISSION_DENIED'},
    ],
  ])('of %s is read', (_, status, body, expected) => {
    expect(read(status, body)).toMatchObject(expected)
  })

  test('keeps the request without its body', () => {
    expect(read(400, '').request).toEqual({api: 'pubsub', method: 'PUT', path: '/v1/projects/p/topics/t'})
  })

  test.each<[string, readonly object[], string | undefined]>([
    [
      "Permission 'pubsub.topics.create' denied on resource 'projects/p' (or it may not exist).",
      [],
      'pubsub.topics.create',
    ],
    ['Permission `secretmanager.secrets.get` denied for resource', [], 'secretmanager.secrets.get'],
    ['Permission cloudfunctions.functions.list denied on projects/p', [], 'cloudfunctions.functions.list'],
    [
      "Permission 'iam.serviceaccounts.actAs' denied on service account a@p.iam.gserviceaccount.com",
      [],
      'iam.serviceAccounts.actAs',
    ],
    ["Caller is missing permission 'iam.serviceaccounts.actAs' on service account", [], 'iam.serviceAccounts.actAs'],
    ['Required permission: run.services.setIamPolicy is missing', [], 'run.services.setIamPolicy'],
    [
      'No words',
      [errorInfo('IAM_PERMISSION_DENIED', {permission: 'logging.logEntries.list'})],
      'logging.logEntries.list',
    ],
    ['The caller does not have permission', [], undefined],
    ['User not authorized to perform this action.', [], undefined],
  ])('names the permission in: %s', (message, details, expected) => {
    expect(read(403, google(403, 'PERMISSION_DENIED', message, details)).permission).toBe(expected)
  })

  test('takes no permission out of a sentence that is about something else', () => {
    expect(read(400, google(400, 'INVALID_ARGUMENT', 'Unknown permission foo.bar.baz')).permission).toBeUndefined()
  })
})

test.each([
  [6, 409, 'ALREADY_EXISTS'],
  [7, 403, 'PERMISSION_DENIED'],
  [8, 429, 'RESOURCE_EXHAUSTED'],
  [9, 400, 'FAILED_PRECONDITION'],
  [13, 500, 'INTERNAL'],
  [99, 500, 'UNKNOWN'],
])('an operation that ended with code %i is settled, as HTTP %i', (code, status, reason) => {
  const error = readOperationError({name: 'o', done: true, error: {code, message: 'why'}}, request)
  expect(error).toMatchObject({status, reason, message: 'why', isUnclear: false, operation: {name: 'o'}})
})
