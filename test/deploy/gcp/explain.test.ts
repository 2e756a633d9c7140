import {describe, expect, test} from 'vitest'
import {ApiError, type ApiErrorOptions} from '#runtime/deploy/gcp/api-error.ts'
import {explain} from '#runtime/deploy/gcp/explain.ts'
import {readAnswerError, readOperationError} from '#runtime/deploy/gcp/read-error.ts'
import type {ApiName, ApiRequest} from '#runtime/deploy/types.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {errorInfo} from './google.ts'

const target = {project: 'shop', region: 'mars-1', stage: undefined}
const attempted = {doing: 'the topic stitch-requests was not created', account: 'ann@example.com', target}

function request(api: ApiName): ApiRequest {
  return {api, method: 'POST', path: '/v1/x'}
}

type Answered = readonly [api: ApiName, status: number, reason: string, message: string, details?: readonly object[]]

function answered(...[api, status, reason, message, details = []]: Answered): ApiError {
  const body = Buffer.from(JSON.stringify({error: {code: status, status: reason, message, details}}))
  return readAnswerError({status, body}, request(api), {isUnclear: false, secrets: []})
}

function unanswered(reason: string, more: Partial<ApiErrorOptions> = {}): ApiError {
  return new ApiError(`no answer (${reason})`, {status: 0, reason, request: request('pubsub'), ...more})
}

const actAs =
  "Permission 'iam.serviceaccounts.actAs' denied on service account stitch-push@shop.iam.gserviceaccount.com (or it may not exist)."
const customer =
  'One or more users named in the policy do not belong to a permitted customer,  perhaps due to an organization policy.'
const billingMessage =
  "Billing account for project '12' is not found. Billing must be enabled for activation of service(s) 'run.googleapis.com' to proceed."
const quotaMessage =
  "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute' of service 'cloudfunctions.googleapis.com' for consumer 'project_number:12'."

describe('what Google refuses', () => {
  test.each<[string, ApiError, string, RegExp, readonly (string | RegExp)[]]>([
    [
      'a permission',
      answered(
        'pubsub',
        403,
        'PERMISSION_DENIED',
        "Permission 'pubsub.topics.create' denied on resource '//pubsub.googleapis.com/projects/shop' (or it may not exist).",
      ),
      'STITCH_PERMISSION_MISSING',
      /^ann@example\.com lacks pubsub\.topics\.create in shop, so the topic/,
      [
        'gcloud projects add-iam-policy-binding shop --member=user:ann@example.com --role=roles/pubsub.admin --condition=None',
      ],
    ],
    [
      'a permission, where the message names a region',
      answered(
        'cloudfunctions',
        403,
        'PERMISSION_DENIED',
        "Permission 'cloudfunctions.functions.create' denied on resource '//cloudfunctions.googleapis.com/projects/shop/locations/mars-1' (or resource may not exist).",
      ),
      'STITCH_PERMISSION_MISSING',
      /lacks cloudfunctions\.functions\.create/,
      [/--role=roles\/cloudfunctions\.admin/],
    ],
    [
      'a permission without a name',
      answered('pubsub', 403, 'PERMISSION_DENIED', 'User not authorized to perform this action.'),
      'STITCH_PERMISSION_MISSING',
      /may not do this in shop, says pubsub\.googleapis\.com \("User not authorized to perform this action"\)/,
      [/get-iam-policy shop/],
    ],
    [
      'running as another account',
      answered('pubsub', 403, 'PERMISSION_DENIED', actAs),
      'STITCH_PERMISSION_MISSING',
      /lacks iam\.serviceAccounts\.actAs on stitch-push@shop/,
      [
        'gcloud iam service-accounts add-iam-policy-binding stitch-push@shop.iam.gserviceaccount.com --project=shop --member=user:ann@example.com --role=roles/iam.serviceAccountUser',
      ],
    ],
    [
      'the use of the project for quota',
      answered('run', 403, 'PERMISSION_DENIED', 'Caller does not have required permission to use project shop.', [
        errorInfo('USER_PROJECT_DENIED'),
      ]),
      'STITCH_PERMISSION_MISSING',
      /lacks serviceusage\.services\.use in shop/,
      [/roles\/serviceusage\.serviceUsageConsumer/],
    ],
    [
      'billing, in words',
      answered('serviceusage', 400, 'FAILED_PRECONDITION', billingMessage, [
        errorInfo('UREQ_PROJECT_BILLING_NOT_FOUND'),
      ]),
      'STITCH_BILLING_OFF',
      /^The project shop has no active billing account, so/,
      ['gcloud billing accounts list', 'gcloud billing projects link shop --billing-account=ACCOUNT_ID'],
    ],
    [
      'billing, by reason',
      answered('run', 403, 'PERMISSION_DENIED', 'x', [errorInfo('BILLING_DISABLED')]),
      'STITCH_BILLING_OFF',
      /billing/,
      [/billing/],
    ],
    [
      'billing, as Secret Manager says it',
      answered(
        'secretmanager',
        403,
        'PERMISSION_DENIED',
        'This API method requires billing to be enabled. Please enable billing on project #12.',
      ),
      'STITCH_BILLING_OFF',
      /billing/,
      [/billing/],
    ],
    [
      'public functions',
      answered('run', 400, 'FAILED_PRECONDITION', customer),
      'STITCH_ORG_POLICY',
      /forbids functions that everybody may call/,
      [/"access": "iam"/, 'gcloud org-policies describe iam.allowedPolicyMemberDomains --project=shop --effective'],
    ],
    [
      'public functions, with 412',
      answered('run', 412, 'FAILED_PRECONDITION', customer),
      'STITCH_ORG_POLICY',
      /forbids functions/,
      [/"access": "iam"/],
    ],
    [
      'a place',
      answered('firestore', 400, 'FAILED_PRECONDITION', "'us' violates constraint 'constraints/gcp.resourceLocations'"),
      'STITCH_ORG_POLICY',
      /forbids it \(constraints\/gcp\.resourceLocations\)/,
      [/describe gcp\.resourceLocations/],
    ],
    [
      'a region that there is not',
      answered(
        'cloudfunctions',
        403,
        'PERMISSION_DENIED',
        "Permission denied on 'locations/mars-1' (or it may not exist).",
      ),
      'STITCH_REGION_UNKNOWN',
      /^The region mars-1 is not one that cloudfunctions\.googleapis\.com knows, so/,
      ['gcloud functions regions list --project=shop', /--region us-central1/],
    ],
    [
      'a region that is not found',
      answered('cloudfunctions', 404, 'NOT_FOUND', 'Location mars-1 is not found'),
      'STITCH_REGION_UNKNOWN',
      /mars-1/,
      [/regions list/],
    ],
    [
      'a location of Firestore',
      answered('firestore', 400, 'INVALID_ARGUMENT', 'Invalid location ID: mars-1'),
      'STITCH_REGION_UNKNOWN',
      /Firestore does not know the location/,
      [/firestore locations list/],
    ],
    [
      'requests beyond a quota',
      answered('cloudfunctions', 429, 'RESOURCE_EXHAUSTED', quotaMessage),
      'STITCH_QUOTA_EXHAUSTED',
      /A quota of cloudfunctions\.googleapis\.com is used up/,
      [/iam-admin\/quotas\?project=shop/],
    ],
    [
      'an API',
      answered('run', 403, 'PERMISSION_DENIED', 'x', [
        errorInfo('SERVICE_DISABLED', {service: 'run.googleapis.com', consumer: 'projects/12'}),
      ]),
      'STITCH_API_DISABLED',
      /The API run\.googleapis\.com is not enabled in the project 12/,
      ['gcloud services enable run.googleapis.com --project=12'],
    ],
    [
      'a token',
      answered('run', 401, 'UNAUTHENTICATED', 'x'),
      'STITCH_CREDENTIALS_EXPIRED',
      /no longer accepts the sign-in of ann/,
      [/application-default login/],
    ],
    [
      'a token without the scope',
      answered('run', 403, 'PERMISSION_DENIED', 'x', [errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT')]),
      'STITCH_CREDENTIALS_EXPIRED',
      /does not cover run/,
      [/login/],
    ],
    [
      'a project',
      answered('firestore', 404, 'NOT_FOUND', 'The project shop does not exist'),
      'STITCH_PROJECT_NOT_FOUND',
      /There is no project shop, or ann@example\.com may not see it/,
      [/projects list/],
    ],
    [
      'a project that is gone',
      answered('run', 403, 'PERMISSION_DENIED', 'Project shop has been deleted.'),
      'STITCH_PROJECT_NOT_FOUND',
      /no project shop/,
      [/projects list/],
    ],
    [
      'anything else',
      answered('pubsub', 400, 'INVALID_ARGUMENT', 'You have passed an invalid argument.\n  (argument=x).'),
      'STITCH_CLOUD_REFUSED',
      /^pubsub\.googleapis\.com refused with "You have passed an invalid argument\. \(argument=x\)", so/,
      [],
    ],
    [
      'itself',
      answered('pubsub', 500, 'INTERNAL', 'oops'),
      'STITCH_CLOUD_REFUSED',
      /^pubsub\.googleapis\.com failed \(500\) with "oops"/,
      [],
    ],
    [
      'a name',
      unanswered('ENOTFOUND'),
      'STITCH_CLOUD_UNREACHABLE',
      /^pubsub\.googleapis\.com gave no answer \(ENOTFOUND\), so/,
      [/curl/, /HTTPS_PROXY/],
    ],
    [
      'a certificate',
      unanswered('SELF_SIGNED_CERT_IN_CHAIN'),
      'STITCH_CLOUD_UNREACHABLE',
      /SELF_SIGNED/,
      [/NODE_EXTRA_CA_CERTS/],
    ],
  ])('%s', (_, error, code, message, hints) => {
    const explained = explain(error, attempted)
    expect(explained).toBeInstanceOf(StitchError)
    expect(explained).toMatchObject({code, exit: 'deploy', message: expect.stringMatching(message)})
    expect(explained.message).toMatch(/, so the topic stitch-requests was not created\.$/)
    expect(explained.message).not.toContain('\n')
    for (const hint of hints) {
      const matching = typeof hint === 'string' ? expect.stringContaining(hint) : expect.stringMatching(hint)
      expect(explained.hints).toContainEqual(matching)
    }
  })

  test('a service account is named as one, and nobody is named where nobody is known', () => {
    const denied = answered('pubsub', 403, 'PERMISSION_DENIED', "Permission 'pubsub.topics.create' denied")
    const account = 'ci@shop.iam.gserviceaccount.com'
    expect(explain(denied, {...attempted, account}).hints[0]).toContain(`--member=serviceAccount:${account}`)
    const nobody = explain(denied, {...attempted, account: 'unknown'})
    expect(nobody.message).toMatch(/^The account that is signed in lacks/)
    expect(nobody.hints[0]).toContain('--member=user:YOUR_ACCOUNT')
  })

  test('a change that may have been made is said to be so', () => {
    const explained = explain(unanswered('ECONNRESET', {isUnclear: true}), attempted)
    expect(explained.hints.at(-1)).toMatch(/may have been done all the same/)
  })
})

describe('an operation that failed', () => {
  const log = 'https://console.cloud.google.com/cloud-build/builds;region=mars-1/abc?project=12'

  function failed(name: string, message: string, more: object = {}, stages: readonly object[] = []): ApiError {
    const stage = {name, state: 'COMPLETE', ...more, stateMessages: [{severity: 'ERROR', type: 'X', message}]}
    const metadata = {stages: [...stages, stage, {name: 'SERVICE_ROLLBACK', state: 'NOT_STARTED'}]}
    const operation = {name: 'o', done: true, metadata, error: {code: 3, message: 'Could not create or update.'}}
    return readOperationError(operation, request('cloudfunctions'))
  }

  test.each<[string, ApiError, string, RegExp, readonly RegExp[]]>([
    [
      'at the build',
      failed('BUILD', 'npm ci failed', {resourceUri: log}),
      'STITCH_BUILD_FAILED',
      /^The build of the function failed \(npm ci failed\), so/,
      [/cloud-build\/builds;region=mars-1\/abc/],
    ],
    [
      'at the build, for want of a role',
      failed('BUILD', 'Could not build the function due to a missing permission on the build service account.', {
        resourceUri: log,
      }),
      'STITCH_BUILD_FAILED',
      /missing permission on the build service account/,
      [/cloud-build/, /roles\/cloudbuild\.builds\.builder/],
    ],
    ['at the repository', failed('ARTIFACT_REGISTRY', 'no'), 'STITCH_BUILD_FAILED', /place for the built image/, []],
    [
      'at the start',
      failed('SERVICE', 'The user-provided container failed to start', {}, [
        {name: 'BUILD', state: 'COMPLETE', resourceUri: log},
      ]),
      'STITCH_FUNCTION_FAILED',
      /was built and did not start \(The user-provided container failed to start\)/,
      [],
    ],
  ])('%s', (_, error, code, message, hints) => {
    const explained = explain(error, attempted)
    expect(explained).toMatchObject({code, message: expect.stringMatching(message)})
    for (const hint of hints) expect(explained.hints).toContainEqual(expect.stringMatching(hint))
  })

  test('at the stage that was under way, where none has a message', () => {
    const metadata = {
      stages: [
        {name: 'BUILD', state: 'COMPLETE'},
        {name: 'SERVICE', state: 'IN_PROGRESS'},
      ],
    }
    const operation = {name: 'o', done: true, metadata, error: {code: 13, message: 'Internal error'}}
    const explained = explain(readOperationError(operation, request('cloudfunctions')), attempted)
    expect(explained).toMatchObject({code: 'STITCH_FUNCTION_FAILED'})
    expect(explained.message).toContain('Internal error')
  })
})

test('what is explained already is passed on', () => {
  const error = new StitchError('It is so.', {code: 'STITCH_X', exit: 'config'})
  expect(explain(error, attempted)).toBe(error)
})

test('a bug is thrown as it is', () => {
  const bug = new TypeError('x is not a function')
  expect(() => explain(bug, attempted)).toThrow(bug)
})

test('no explanation repeats what looks like a credential', () => {
  const secret = 'ya29.a0AfB_byC-secret'
  const error = new ApiError(`Bad token ${secret} at https://s/?X-Goog-Signature=abcdef`, {
    status: 400,
    reason: 'INVALID_ARGUMENT',
    request: request('pubsub'),
  })
  expect(explain(error, attempted).message).toContain('Bad token [secret] at https://s/?X-Goog-Signature=[secret]')
})
