import {describe, expect, test} from 'vitest'
import {scopesFor} from '#runtime/deploy/gcp/scopes.ts'
import type {ApiName, ApiRequest} from '#runtime/deploy/types.ts'
import {findMethod, isValidating, notValidating} from '../../fake-gcp/discovery.ts'

/** Every kind of request that a deployment makes: `read` marks a POST that only reads. */
const REQUESTS: Readonly<Record<ApiName, readonly string[]>> = {
  artifactregistry: [
    'GET /v1/projects/p/locations/r/repositories/gcf-artifacts',
    'PATCH /v1/projects/p/locations/r/repositories/gcf-artifacts',
    'POST /v1/projects/p/locations/r/repositories',
    'GET /v1/projects/p/locations/r/operations/o',
  ],
  cloudbilling: ['GET /v1/projects/p/billingInfo'],
  cloudbuild: ['GET /v1/projects/p/locations/r/defaultServiceAccount'],
  cloudfunctions: [
    'GET /v2/projects/p/locations/r/functions/f',
    'GET /v2/projects/p/locations/-/functions',
    'POST /v2/projects/p/locations/r/functions',
    'PATCH /v2/projects/p/locations/r/functions/f',
    'DELETE /v2/projects/p/locations/r/functions/f',
    'POST /v2/projects/p/locations/r/functions:generateUploadUrl',
    'POST /v2/projects/p/locations/r/functions/f:generateDownloadUrl',
    'GET /v2/projects/p/locations/r/operations/o',
  ],
  cloudresourcemanager: [
    'GET /v3/projects/p',
    'read POST /v3/projects/p:getIamPolicy',
    'read POST /v3/projects/p:testIamPermissions',
    'POST /v3/projects/p:setIamPolicy',
  ],
  firebase: ['GET /v1beta1/projects/p'],
  firestore: [
    'GET /v1/projects/p/databases/(default)',
    'POST /v1/projects/p/databases',
    'DELETE /v1/projects/p/databases/d',
    'GET /v1/projects/p/databases/(default)/collectionGroups/c/fields/f',
    'PATCH /v1/projects/p/databases/(default)/collectionGroups/c/fields/f',
    'GET /v1/projects/p/databases/(default)/operations/o',
  ],
  iam: [
    'GET /v1/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com',
    'GET /v1/projects/p/serviceAccounts',
    'POST /v1/projects/p/serviceAccounts',
    'PATCH /v1/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com',
    'DELETE /v1/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com',
    'POST /v1/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com:enable',
    'read POST /v1/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com:testIamPermissions',
  ],
  logging: [
    'GET /v2/projects/p/metrics/m',
    'GET /v2/projects/p/metrics',
    'POST /v2/projects/p/metrics',
    'PUT /v2/projects/p/metrics/m',
    'DELETE /v2/projects/p/metrics/m',
    'read POST /v2/entries:list',
  ],
  monitoring: [
    'GET /v3/projects/p/alertPolicies',
    'POST /v3/projects/p/alertPolicies',
    'PATCH /v3/projects/p/alertPolicies/1',
    'DELETE /v3/projects/p/alertPolicies/1',
    'GET /v3/projects/p/timeSeries',
  ],
  pubsub: [
    'GET /v1/projects/p/topics/t',
    'GET /v1/projects/p/topics',
    'PUT /v1/projects/p/topics/t',
    'PATCH /v1/projects/p/topics/t',
    'DELETE /v1/projects/p/topics/t',
    'GET /v1/projects/p/topics/t:getIamPolicy',
    'POST /v1/projects/p/topics/t:setIamPolicy',
    'GET /v1/projects/p/subscriptions/s',
    'GET /v1/projects/p/subscriptions',
    'PUT /v1/projects/p/subscriptions/s',
    'PATCH /v1/projects/p/subscriptions/s',
    'DELETE /v1/projects/p/subscriptions/s',
    'GET /v1/projects/p/subscriptions/s:getIamPolicy',
    'POST /v1/projects/p/subscriptions/s:setIamPolicy',
  ],
  run: [
    'GET /v2/projects/p/locations/r/services/f',
    'GET /v2/projects/p/locations/r/services/f:getIamPolicy',
    'POST /v2/projects/p/locations/r/services/f:setIamPolicy',
  ],
  secretmanager: [
    'GET /v1/projects/p/secrets/s',
    'GET /v1/projects/p/secrets',
    'POST /v1/projects/p/secrets',
    'PATCH /v1/projects/p/secrets/s',
    'DELETE /v1/projects/p/secrets/s',
    'GET /v1/projects/p/secrets/s/versions',
    'GET /v1/projects/p/secrets/s/versions/latest',
    'GET /v1/projects/p/secrets/s/versions/1:access',
    'POST /v1/projects/p/secrets/s:addVersion',
    'GET /v1/projects/p/secrets/s:getIamPolicy',
    'POST /v1/projects/p/secrets/s:setIamPolicy',
  ],
  serviceusage: [
    'GET /v1/projects/1/services/run.googleapis.com',
    'POST /v1/projects/1/services/run.googleapis.com:enable',
    'POST /v1/projects/1/services:batchEnable',
    'POST /v1beta1/projects/1/services/pubsub.googleapis.com:generateServiceIdentity',
    'GET /v1/operations/o',
  ],
}

const all = Object.entries(REQUESTS).flatMap(([api, lines]) =>
  lines.map((line) => {
    const [, read, method, path] = /^(read )?(\w+) (.*)$/.exec(line)!
    const request = {api, method, path, ...(read ? {readOnly: true} : {})} as ApiRequest
    return [`${api} ${line}`, request] as const
  }),
)

const PREFIX = 'https://www.googleapis.com/auth/'

/**
 * Narrowness: reading one API, reading everything, writing one API in part, one API, ruling one API, everything. A scope
 * of another API is wider than any that is named after this one.
 */
function width(scope: string): number {
  const name = scope.replace(PREFIX, '')
  if (name === 'cloud-platform') return 5
  if (name === 'cloud-platform.read-only') return 1
  if (/\.read(?:-?only)?$/.test(name)) return 0
  if (name.endsWith('.write')) return 2
  return name.endsWith('.admin') ? 4 : 3
}

describe.skipIf(!isValidating)(`scopes${isValidating ? '' : ` (skipped: ${notValidating})`}`, () => {
  test.each(all)('%s asks for the narrowest scope that is accepted', (_, request) => {
    const method = findMethod(request.method, `${request.api}.googleapis.com`, request.path)
    if (method === undefined || method === 'unknown') throw new Error('no document has this method')
    const [scope, ...others] = scopesFor(request)
    expect(others).toEqual([])
    expect(method.scopes).toContain(scope)
    const narrowest = Math.min(...method.scopes.map(width))
    expect(method.scopes.filter((accepted) => width(accepted) === narrowest)).toEqual([scope])
  })

  test('no change is made with a scope that only reads', () => {
    const wrong = all.filter(([, request]) => {
      const reads = request.readOnly ?? request.method === 'GET'
      return !reads && scopesFor(request).some((scope) => width(scope) < 2)
    })
    expect(wrong).toEqual([])
  })
})
