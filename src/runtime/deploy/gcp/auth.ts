import {UserRefreshClient} from 'google-auth-library'
import type {DeployClock} from '../types.ts'
import {accountOf, askAccount} from './account.ts'
import {explainAuth} from './auth-error.ts'
import type {ApiOptions} from './call.ts'
import {createClients} from './clients.ts'
import {fetchOver, type ClockCheck} from './token-fetch.ts'
import type {Transport} from './transport.ts'

export type AuthOptions = {
  readonly transport: Transport
  readonly clock: DeployClock
  readonly signal: AbortSignal
  readonly quotaProject: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

export type Auth = {
  readonly authorize: ApiOptions['authorize']
  /** E-mail, or `unknown`. */
  readonly account: string
}

const IDENTITY: readonly string[] = ['https://www.googleapis.com/auth/userinfo.email']

/**
 * Finds the credentials of this machine. Tokens are got one per scope, when they are first needed, and kept by the
 * library until they run out. Throws a StitchError where there is nothing that could be used.
 */
export async function startAuth(options: AuthOptions): Promise<Auth> {
  const {transport, clock, signal, environment, quotaProject} = options
  const check: ClockCheck = {aheadMs: 0}
  const fetch = fetchOver(transport, clock, signal, check)
  const token = environment['GOOGLE_OAUTH_ACCESS_TOKEN']
  if (token) return await withToken(token, fetch, quotaProject)

  const clientFor = createClients(fetch)
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      throw explainAuth(error, check)
    }
  }
  return {
    authorize: async (scopes, fresh = false) =>
      await explained(async () => {
        const client = await clientFor(scopes, fresh)
        const headers = Object.fromEntries(await client.getRequestHeaders())
        return client instanceof UserRefreshClient ? withQuota(headers, quotaProject) : headers
      }),
    account: await explained(async () => await accountOf(await clientFor(IDENTITY), fetch)),
  }
}

/** A token that somebody else has got, as continuous integration does; it cannot be renewed here. */
async function withToken(token: string, fetch: typeof globalThis.fetch, quota: string | undefined): Promise<Auth> {
  const headers = {authorization: `Bearer ${token}`}
  const account = await askAccount(headers, fetch)
  // A service account's calls count on its own project, as with a key file.
  const isPerson = !account.endsWith('.gserviceaccount.com') && account !== 'unknown'
  const all = isPerson ? withQuota(headers, quota) : headers
  return {account, authorize: async () => all}
}

/** The login may name a project of its own, which goes before. */
function withQuota(headers: Record<string, string>, project: string | undefined): Record<string, string> {
  return project === undefined ? headers : {'x-goog-user-project': project, ...headers}
}
