import type {Caller} from './service.ts'

/** Prefix of Google's access tokens; some clients look at it. */
const PREFIX = 'ya29.'

/** Scopes that only tell who somebody is; they are neither asked for nor too much anywhere. */
export const IDENTITY_SCOPES: readonly string[] = [
  'openid',
  'email',
  'profile',
  'https://www.googleapis.com/auth/userinfo.email',
  'https://www.googleapis.com/auth/userinfo.profile',
]

/** An access token of the fake. It says who has it and for what; nothing is signed. */
export function tokenFor(email: string, scopes: readonly string[]): string {
  return PREFIX + Buffer.from(JSON.stringify({email, scopes})).toString('base64url')
}

/** The caller in an access token; undefined for anything that the fake did not mint. */
export function readToken(token: string): Caller | undefined {
  if (!token.startsWith(PREFIX)) return undefined
  try {
    const {email, scopes} = JSON.parse(Buffer.from(token.slice(PREFIX.length), 'base64url').toString()) as Caller
    return typeof email === 'string' && Array.isArray(scopes) ? {email, scopes} : undefined
  } catch {
    return undefined
  }
}
