import {Answer, type Cloud, type FakeCall, type Json, type Route} from '../service.ts'
import {readToken, tokenFor} from '../token.ts'

/** Who a refresh token is of, as `1//dev@example.com`; any other one is expired. */
const REFRESH_PREFIX = '1//'
const ALL = 'https://www.googleapis.com/auth/cloud-platform'

/**
 * Google's token endpoints: refresh tokens and signed assertions (whose signature is not looked at) become access
 * tokens of the fake, with the scopes that are asked for.
 */
export const routes: readonly Route[] = [
  {method: 'POST', host: 'oauth2.googleapis.com', path: '/token', open: true, handle: exchange},
  {method: 'POST', host: 'accounts.google.com', path: '/o/oauth2/token', open: true, handle: exchange},
  {method: 'POST', host: 'www.googleapis.com', path: '/oauth2/v4/token', open: true, handle: exchange},
  ...['GET', 'POST'].flatMap((method): Route[] => [
    {method, host: 'oauth2.googleapis.com', path: '/tokeninfo', open: true, handle: tokenInfo},
    {method, host: 'www.googleapis.com', path: '/oauth2/v1/tokeninfo', open: true, handle: tokenInfo},
    {method, host: 'www.googleapis.com', path: '/oauth2/v3/tokeninfo', open: true, handle: tokenInfo},
    {method, host: 'openidconnect.googleapis.com', path: '/v1/userinfo', open: true, handle: userInfo},
    {method, host: 'www.googleapis.com', path: '/oauth2/v1/userinfo', open: true, handle: userInfo},
    {method, host: 'www.googleapis.com', path: '/oauth2/v2/userinfo', open: true, handle: userInfo},
    {method, host: 'www.googleapis.com', path: '/oauth2/v3/userinfo', open: true, handle: userInfo},
  ]),
]

function exchange({body}: FakeCall, cloud: Cloud): unknown {
  const form: Json = body ?? {}
  if (form.grant_type === 'refresh_token') {
    const refresh = String(form.refresh_token ?? '')
    if (!refresh.startsWith(REFRESH_PREFIX)) return invalidGrant('Token has been expired or revoked.')
    return grant(refresh.slice(REFRESH_PREFIX.length), String(form.scope ?? ALL), cloud)
  }
  const claims = readClaims(String(form.assertion ?? ''))
  if (form.grant_type !== 'urn:ietf:params:oauth:grant-type:jwt-bearer' || claims === undefined) {
    return reject(400, {error: 'unsupported_grant_type', error_description: `Invalid grant_type: ${form.grant_type}`})
  }
  if (claims.exp - claims.iat > 3_600 || claims.exp <= claims.iat) {
    return invalidGrant('Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.')
  }
  return grant(claims.iss, String(claims.scope ?? ''), cloud)
}

function grant(email: string, scope: string, cloud: Cloud): Json {
  const claims = {email, email_verified: true, iat: Math.floor(cloud.clock.now() / 1_000)}
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    access_token: tokenFor(
      email,
      scope.split(' ').filter((one) => one !== ''),
    ),
    expires_in: 3_599,
    scope,
    token_type: 'Bearer',
    ...(scope.includes('openid') ? {id_token: `${part({alg: 'none'})}.${part(claims)}.`} : {}),
  }
}

function readClaims(assertion: string): Json {
  try {
    return JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString())
  } catch {
    return undefined
  }
}

function tokenInfo({query, body, headers}: FakeCall): unknown {
  const bearer = headers['authorization']?.replace(/^Bearer /i, '')
  const caller = readToken(query.get('access_token') ?? body?.access_token ?? bearer ?? '')
  if (!caller) return reject(400, {error: 'invalid_token', error_description: 'Invalid Value'})
  return {
    azp: 'fake',
    aud: 'fake',
    scope: caller.scopes.join(' '),
    expires_in: '3599',
    email: caller.email,
    email_verified: 'true',
  }
}

function userInfo({caller, query}: FakeCall): unknown {
  const who = caller.email === '' ? readToken(query.get('access_token') ?? '') : caller
  if (!who) return reject(401, {error: 'invalid_request', error_description: 'Invalid Credentials'})
  return {sub: '100000000000000000001', email: who.email, email_verified: true}
}

function invalidGrant(description: string): Answer {
  return reject(400, {error: 'invalid_grant', error_description: description})
}

function reject(status: number, body: object): Answer {
  return new Answer(status, JSON.stringify(body), {'content-type': 'application/json'})
}
