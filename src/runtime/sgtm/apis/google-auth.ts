import type {Api} from './api.ts'
import {toText} from '../text.ts'

type Handle = {readonly token: () => string}

/** What `getGoogleAuth` gave to templates; a copy made by one is none, since its function would be another. */
const handles = new WeakSet<Handle['token']>()

/**
 * `getGoogleAuth` without Google: there are no credentials in a local container. What it gives puts a stand-in into the
 * `authorization` header, so that captured requests show where a token would be, and nobody's real one ever leaves.
 */
export const googleAuthApis: readonly Api[] = [
  {
    name: 'getGoogleAuth',
    create:
      ({demand}) =>
      (options: unknown): Handle => {
        const given = (options as {readonly scopes?: unknown} | undefined)?.scopes
        const scopes = Array.isArray(given) ? given.map(toText) : given === undefined ? [] : [toText(given)]
        demand('getGoogleAuth', {permission: 'use_google_credentials', scopes})
        const token = (): string => 'Bearer stand-in-for-google-credentials'
        handles.add(token)
        return {token}
      },
  },
]

/** The `authorization` header for a request. @throws for anything but what `getGoogleAuth` gave */
export function authorizationHeader(api: string, authorization: unknown): string {
  const {token} = (typeof authorization === 'object' && authorization !== null ? authorization : {}) as Partial<Handle>
  if (typeof token !== 'function' || !handles.has(token))
    throw new Error(`${api}: the authorization is not what getGoogleAuth gave.`)
  return token()
}
