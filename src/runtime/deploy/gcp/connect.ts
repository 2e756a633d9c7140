import type {Api, DeployClock} from '../types.ts'
import {createApi, type ApiOptions} from './call.ts'
import {startAuth} from './auth.ts'
import {createTransport, type Transport} from './transport.ts'

export type ConnectOptions = {
  readonly clock: DeployClock
  readonly signal: AbortSignal
  readonly transport?: Transport
  readonly onCall?: ApiOptions['onCall']
  /**
   * Project whose quota a person's calls count on, and where APIs must be enabled: that of the deployment. Without it,
   * calls with a login of `gcloud auth application-default login` would count on a project of Google's own.
   */
  readonly quotaProject?: string
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export type Connection = {
  readonly api: Api
  /** E-mail, or `unknown`. */
  readonly account: string
  /** Headers of a call with the given scopes, for a tool that makes calls of its own. */
  readonly authorize: ApiOptions['authorize']
} & AsyncDisposable

/**
 * The Google APIs with the credentials of this machine: `GOOGLE_OAUTH_ACCESS_TOKEN`, else Application Default
 * Credentials. Throws STITCH_NO_CREDENTIALS, STITCH_CREDENTIALS_EXPIRED, STITCH_CLOCK_SKEW or STITCH_CLOUD_UNREACHABLE.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const {clock, signal, onCall} = options
  await using stack = new AsyncDisposableStack()
  const transport = options.transport ?? stack.use(createTransport())
  const {authorize, account} = await startAuth({
    transport,
    clock,
    signal,
    quotaProject: options.quotaProject,
    environment: options.environment ?? process.env,
  })
  const api = createApi({transport, authorize, clock, signal, ...(onCall ? {onCall} : {})})
  const owned = stack.move()
  return {api, account, authorize, [Symbol.asyncDispose]: async () => await owned.disposeAsync()}
}
