import {describe, expect, test} from 'vitest'
import {planFirebaseEnvironment} from '#runtime/deploy/firebase/child-environment.ts'
import {failureOf} from '#runtime/deploy/firebase/failure.ts'
import {readToolsLine} from '#runtime/deploy/firebase/log-lines.ts'
import {ApiError} from '#runtime/deploy/gcp/api-error.ts'
import {retryAfter} from '#runtime/deploy/plan/patience.ts'

describe('the environment of firebase-tools', () => {
  const plan = (parent: Record<string, string>, quotaProject?: string) =>
    planFirebaseEnvironment(parent, {folder: '/work', quotaProject})

  test('has nothing that names credentials, another account or another address of an API', () => {
    const planned = plan({
      PATH: '/bin',
      FIREBASE_TOKEN: 'secret',
      GOOGLE_APPLICATION_CREDENTIALS: '/key.json',
      CLOUD_RUN_URL: 'http://127.0.0.1:1',
      GCLOUD_PROJECT: 'other',
      XDG_CONFIG_HOME: '/home/me/.config',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
    })
    expect(planned).toEqual({
      PATH: '/bin',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      XDG_CONFIG_HOME: '/work',
      XDG_CACHE_HOME: '/work',
      TMPDIR: '/work',
      TEMP: '/work',
      TMP: '/work',
    })
  })

  test.each([
    ['', true],
    ['localhost, .example.com', true],
    ['*', false],
    ['localhost,.googleapis.com', false],
    ['*.googleapis.com:443', false],
  ])('with NO_PROXY %j the proxy is kept: %s', (NO_PROXY, kept) => {
    expect('HTTPS_PROXY' in plan({HTTPS_PROXY: 'http://proxy:3128', NO_PROXY})).toBe(kept)
  })

  test('the project that calls are charged to is the one of our own calls', () => {
    expect(plan({GOOGLE_CLOUD_QUOTA_PROJECT: 'other'})).not.toHaveProperty('GOOGLE_CLOUD_QUOTA_PROJECT')
    expect(plan({}, 'mine')).toMatchObject({GOOGLE_CLOUD_QUOTA_PROJECT: 'mine'})
  })
})

describe('what firebase-tools says', () => {
  test.each([
    [
      'info',
      '\u001B[36m\u001B[1mi  functions:\u001B[22m\u001B[39m creating Node.js 24 (2nd Gen) function \u001B[1mstitch:stitch-lookup(us-central1)\u001B[22m...',
      'creating Node.js 24 (2nd Gen) function stitch:stitch-lookup(us-central1)...',
    ],
    [
      'info',
      '\u001B[33m⚠  functions:\u001B[39m missing required API eventarc.googleapis.com. Enabling now...',
      'missing required API eventarc.googleapis.com. Enabling now...',
    ],
    ['info', '\u001B[32m✔  functions:\u001B[39m required API run.googleapis.com is enabled', undefined],
    [
      'warn',
      "⚠  functions: Couldn't find firebase-functions package in your source code. Have you run 'npm install'?",
      undefined,
    ],
    ['info', '', undefined],
    ['debug', '>>> [apiv2][query] GET https://firebase.googleapis.com', undefined],
    ['error', 'Build failed: no such file', 'Build failed: no such file'],
  ])('%s %j is shown as %j', (level, line, shown) => {
    expect(readToolsLine(level, line)).toBe(shown)
  })
})

describe('what an error of firebase-tools means', () => {
  const facts = {
    wrong: ['stitch-lookup is not there'],
    file: '/data/logs/firebase-tools.log',
    request: {api: 'cloudfunctions', method: 'GET', path: '/v2/projects/p/locations/l/functions/f'},
  } as const

  test.each([
    ['an account', 'HTTP Error: 400, Service account a@p does not exist.'],
    ['an API', 'HTTP Error: 403, Cloud Functions API has not been used in project 1 before or it is disabled.'],
  ])('%s that is not known yet is worth waiting for', (_what, message) => {
    const failure = failureOf({messages: ['There was an error deploying functions', message]}, facts)
    expect(failure).toBeInstanceOf(ApiError)
    expect(retryAfter(failure, {looked: 0, waited: 0})).toMatchObject({patience: {looked: 0, waited: 1}})
  })

  test('anything else ends the deploy', () => {
    const failure = failureOf(
      {messages: ['There was an error deploying functions', 'Build failed:\n no index.js.']},
      facts,
    )
    expect(failure).toMatchObject({
      code: 'STITCH_FIREBASE_DEPLOY_FAILED',
      message:
        'firebase-tools ended with an error (Build failed: no index.js), so the functions are not deployed as planned.',
    })
    expect(retryAfter(failure, {looked: 0, waited: 0})).toBeUndefined()
  })
})
