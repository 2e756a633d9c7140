import {generateKeyPairSync} from 'node:crypto'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {connect} from '#runtime/deploy/gcp/connect.ts'
import type {ApiRequest} from '#runtime/deploy/types.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {failureOf, fakeClock, refusal, startGoogle, type Reply, type Seen} from './google.ts'

const TOKEN_URL = 'https://oauth2.googleapis.com/token'
const INFO_URL = 'https://oauth2.googleapis.com/tokeninfo'
const privateKey = generateKeyPairSync('rsa', {modulusLength: 2048})
  .privateKey.export({type: 'pkcs8', format: 'pem'})
  .toString()
const keyFile = {
  type: 'service_account',
  project_id: 'p',
  private_key_id: 'kid',
  private_key: privateKey,
  client_email: 'deployer@p.iam.gserviceaccount.com',
}
const user = {
  type: 'authorized_user',
  client_id: 'id',
  client_secret: 'GOCSPX-hush',
  refresh_token: '1//0refresh-me-please-now',
}
const topic: ApiRequest = {api: 'pubsub', method: 'GET', path: '/v1/projects/p/topics/t'}
const service: ApiRequest = {api: 'run', method: 'GET', path: '/v2/projects/p/locations/r/services/s'}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stitch-auth-'))
  vi.stubEnv('HOME', folder)
  vi.stubEnv('CLOUDSDK_CONFIG', folder)
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, {recursive: true})
})

/** Answers token requests with tokens that count, and everything else with an empty object. */
function tokens(email = 'ann@example.com') {
  let count = 0
  return ({url}: Seen): Reply => {
    if (url === INFO_URL) return {body: {email}}
    if (url === TOKEN_URL || url.startsWith('https://sts.')) {
      count++
      return {body: {access_token: `ya29.t${count}`, expires_in: 3600, token_type: 'Bearer'}, headers: json}
    }
    if (url.includes(':generateAccessToken')) {
      count++
      const expireTime = new Date(Date.now() + 3_600_000).toISOString()
      return {body: {accessToken: `ya29.impersonated${count}`, expireTime}, headers: json}
    }
    return {headers: json}
  }
}

const json = {'content-type': 'application/json'}

async function credentials(content: unknown, name = 'application_default_credentials.json'): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

async function using<T>(
  reply: (seen: Seen) => Reply,
  work: (google: Awaited<ReturnType<typeof startGoogle>>) => Promise<T>,
) {
  await using google = await startGoogle(reply)
  return {result: await work(google), seen: google.seen}
}

const base = (transport: Parameters<typeof connect>[0]['transport'], environment = {}) => ({
  clock: fakeClock(Date.now()),
  signal: new AbortController().signal,
  environment,
  ...(transport ? {transport} : {}),
})

describe('a key file', () => {
  test('gives one token per scope, each asked for once', async () => {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', await credentials(keyFile, 'key.json'))
    const {seen} = await using(tokens(), async ({transport}) => {
      await using connection = await connect({...base(transport), quotaProject: 'p'})
      expect(connection.account).toBe('deployer@p.iam.gserviceaccount.com')
      await Promise.all([connection.api.call(topic), connection.api.call(topic), connection.api.call(service)])
    })
    const asked = seen.filter(({url}) => url === TOKEN_URL).map(({body}) => new URLSearchParams(body).get('assertion')!)
    const scopes = asked.map(
      (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()).scope as string,
    )
    expect(scopes.sort()).toEqual([
      'https://www.googleapis.com/auth/pubsub',
      'https://www.googleapis.com/auth/run.readonly',
    ])
    const [one, other] = seen.filter(({url}) => url.includes('pubsub'))
    expect(one!.headers.authorization).toMatch(/^Bearer ya29\.t\d$/)
    expect(other!.headers.authorization).toBe(one!.headers.authorization)
    expect(one!.headers).not.toHaveProperty('x-goog-user-project')
  })

  test('gets a fresh token after 401', async () => {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', await credentials(keyFile, 'key.json'))
    const answer = tokens()
    const {seen} = await using(
      (one) =>
        one.headers.authorization === 'Bearer ya29.t1' ? refusal(401, 'UNAUTHENTICATED', 'expired') : answer(one),
      async ({transport}) => {
        await using connection = await connect(base(transport))
        await connection.api.call(topic)
      },
    )
    expect(seen.map(({headers}) => headers.authorization).filter(Boolean)).toEqual(['Bearer ya29.t1', 'Bearer ya29.t2'])
  })
})

describe('a sign-in of a person', () => {
  test('gives one token for all scopes, counts on the project and tells who it is', async () => {
    await credentials(user)
    const {seen} = await using(tokens(), async ({transport}) => {
      await using connection = await connect({...base(transport), quotaProject: 'p'})
      expect(connection.account).toBe('ann@example.com')
      await connection.api.call(topic)
      await connection.api.call(service)
    })
    expect(seen.map(({url}) => new URL(url).host)).toEqual([
      'oauth2.googleapis.com',
      'oauth2.googleapis.com',
      'pubsub.googleapis.com',
      'run.googleapis.com',
    ])
    for (const one of seen.slice(2)) expect(one.headers['x-goog-user-project']).toBe('p')
    // The token itself never stands in a URL.
    expect(seen[1]).toMatchObject({method: 'POST', url: INFO_URL})
  })

  test('keeps the quota project that it names', async () => {
    await credentials({...user, quota_project_id: 'own'})
    const {seen} = await using(tokens(), async ({transport}) => {
      await using connection = await connect({...base(transport), quotaProject: 'p'})
      await connection.api.call(topic)
    })
    expect(seen.at(-1)!.headers['x-goog-user-project']).toBe('own')
  })

  test('is unknown where Google does not tell who it is', async () => {
    await credentials(user)
    const answer = tokens()
    await using(
      (one) => (one.url === INFO_URL ? {status: 400} : answer(one)),
      async ({transport}) => {
        await using connection = await connect(base(transport))
        expect(connection.account).toBe('unknown')
      },
    )
  })
})

test('an impersonated account is named, and its source token is got over the same transport', async () => {
  await credentials({
    type: 'impersonated_service_account',
    source_credentials: user,
    service_account_impersonation_url:
      'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/ci@p.iam.gserviceaccount.com:generateAccessToken',
  })
  const {seen} = await using(tokens(), async ({transport}) => {
    await using connection = await connect(base(transport))
    expect(connection.account).toBe('ci@p.iam.gserviceaccount.com')
    await connection.api.call(topic)
  })
  expect(seen.map(({url}) => new URL(url).host)).toEqual([
    'oauth2.googleapis.com',
    'iamcredentials.googleapis.com',
    'pubsub.googleapis.com',
  ])
  expect(JSON.parse(seen[1]!.body).scope).toEqual(['https://www.googleapis.com/auth/pubsub'])
})

test('a federated account exchanges its token over the same transport', async () => {
  const subject = await credentials('subject-token', 'subject')
  await credentials({
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: {file: subject},
    service_account_impersonation_url:
      'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/ci@p.iam.gserviceaccount.com:generateAccessToken',
  })
  const {seen} = await using(tokens(), async ({transport}) => {
    await using connection = await connect(base(transport))
    expect(connection.account).toBe('ci@p.iam.gserviceaccount.com')
    await connection.api.call(topic)
  })
  expect(seen.map(({url}) => new URL(url).host)).toEqual([
    'sts.googleapis.com',
    'iamcredentials.googleapis.com',
    'pubsub.googleapis.com',
  ])
})

test.each([
  ['a person', 'ann@example.com', 'p'],
  ['a service account', 'ci@p.iam.gserviceaccount.com', undefined],
])('a token from the environment, of %s, goes before all other credentials', async (_, email, project) => {
  await credentials(user)
  const {seen} = await using(tokens(email), async ({transport}) => {
    const options = {...base(transport, {GOOGLE_OAUTH_ACCESS_TOKEN: 'ya29.given'}), quotaProject: 'p'}
    await using connection = await connect(options)
    expect(connection.account).toBe(email)
    await connection.api.call(topic)
  })
  expect(seen.map(({url}) => url)).toEqual([INFO_URL, 'https://pubsub.googleapis.com/v1/projects/p/topics/t'])
  expect(seen[1]!.headers.authorization).toBe('Bearer ya29.given')
  expect(seen[1]!.headers['x-goog-user-project']).toBe(project)
})

describe('trouble', () => {
  const grant = (description: string, more = {}): Reply => ({
    status: 400,
    headers: json,
    body: {error: 'invalid_grant', error_description: description, ...more},
  })
  const jwtTime =
    'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.'
  const slow = {...json, date: new Date(Date.now() + 20 * 60_000).toUTCString()}

  test.each<[string, unknown, Reply, string, RegExp]>([
    [
      'a sign-in that has run out',
      user,
      grant('Token has been expired or revoked.'),
      'STITCH_CREDENTIALS_EXPIRED',
      /expired or revoked/,
    ],
    [
      'a company that wants a new sign-in',
      user,
      grant('reauth related error (invalid_rapt)', {error_subtype: 'invalid_rapt'}),
      'STITCH_CREDENTIALS_EXPIRED',
      /invalid_rapt/,
    ],
    [
      'a key that was deleted',
      keyFile,
      grant('Invalid JWT Signature.'),
      'STITCH_CREDENTIALS_EXPIRED',
      /Invalid JWT Signature/,
    ],
    ['a clock that Google complains of', keyFile, grant(jwtTime), 'STITCH_CLOCK_SKEW', /clock of this machine is off/],
    [
      'a clock that is twenty minutes slow',
      keyFile,
      {...(grant('Invalid JWT') as object), headers: slow},
      'STITCH_CLOCK_SKEW',
      /20 minutes slow/,
    ],
    ['a key file that is not JSON', '{"private_key": "hush-hush', {}, 'STITCH_NO_CREDENTIALS', /cannot be used/],
    [
      'a key file of another kind',
      {type: 'authorized_user', client_id: 'hush-hush'},
      {},
      'STITCH_NO_CREDENTIALS',
      /cannot be used/,
    ],
    ['no way to Google', user, 'reset', 'STITCH_CLOUD_UNREACHABLE', /could not be asked/],
  ])('%s', async (_, content, reply, code, message) => {
    await credentials(content)
    await using(
      () => reply,
      async ({transport}) => {
        const error = await failureOf(
          (async () => {
            await using connection = await connect(base(transport))
            await connection.api.call(topic)
          })(),
        )
        expect(error).toBeInstanceOf(StitchError)
        expect(error).toMatchObject({code, exit: 'deploy', message: expect.stringMatching(message)})
        expect((error as StitchError).hints.length).toBeGreaterThan(0)
        const shown = inspect(error, {depth: 9}) + JSON.stringify(error)
        for (const secret of [/PRIVATE KEY/, /GOCSPX/, /1\/\/0/, /eyJ/, /hush/]) expect(shown).not.toMatch(secret)
      },
    )
  })

  test('an account that may not be impersonated', async () => {
    await credentials({
      type: 'impersonated_service_account',
      source_credentials: user,
      service_account_impersonation_url:
        'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/ci@p.iam.gserviceaccount.com:generateAccessToken',
    })
    const answer = tokens()
    const denied = refusal(403, 'PERMISSION_DENIED', "Permission 'iam.serviceAccounts.getAccessToken' denied")
    await using(
      (one) => (one.url.includes(':generateAccessToken') ? denied : answer(one)),
      async ({transport}) => {
        await using connection = await connect(base(transport))
        expect(await failureOf(connection.api.call(topic))).toMatchObject({
          code: 'STITCH_PERMISSION_MISSING',
          message: expect.stringContaining('iam.serviceAccounts.getAccessToken'),
          hints: [expect.stringContaining('roles/iam.serviceAccountTokenCreator')],
        })
      },
    )
  })

  test('a named file that is not JSON', async () => {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', await credentials('hush-hush', 'key.json'))
    const error = await failureOf(connect(base(undefined)))
    expect(error).toMatchObject({message: expect.stringContaining('GOOGLE_APPLICATION_CREDENTIALS names')})
    expect(inspect(error, {depth: 9})).not.toContain('hush-hush')
  })

  test('no credentials at all', async () => {
    const error = await failureOf(connect(base(undefined)))
    expect(error).toMatchObject({
      code: 'STITCH_NO_CREDENTIALS',
      message: 'This machine has no Google Cloud credentials, so nothing was read or changed.',
      hints: expect.arrayContaining(['gcloud auth application-default login']),
    })
  })

  test('a key file that is not there', async () => {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', join(folder, 'nowhere.json'))
    const error = await failureOf(connect(base(undefined)))
    expect(error).toMatchObject({code: 'STITCH_NO_CREDENTIALS', message: expect.stringContaining('nowhere.json')})
  })
})
