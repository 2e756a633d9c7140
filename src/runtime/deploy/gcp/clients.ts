import {ExternalAccountAuthorizedUserClient, GoogleAuth, UserRefreshClient, type AuthClient} from 'google-auth-library'

/** Gives the client whose tokens have these scopes; `fresh` forgets the token that was there. */
export type ClientFor = (scopes: readonly string[], fresh?: boolean) => Promise<AuthClient>

/** As much of a client as is not declared: other clients and senders inside it. */
type Inside = {
  readonly transporter?: {readonly defaults?: {fetchImplementation?: typeof fetch; readonly agent?: unknown}}
  readonly sourceClient?: Inside
  readonly stsCredential?: Inside
}

/** Clients by scopes, all of the Application Default Credentials; all their requests go through `fetch`. */
export function createClients(fetch: typeof globalThis.fetch): ClientFor {
  const clients = new Map<string, Promise<AuthClient>>()
  let shared: AuthClient | undefined
  return async (scopes, fresh = false) => {
    if (fresh) {
      clients.clear()
      shared = undefined
    }
    if (shared) return shared
    const key = scopes.join(' ')
    let client = clients.get(key)
    if (!client) {
      client = load(scopes, fetch)
      clients.set(key, client)
      client.catch(() => clients.delete(key))
    }
    const loaded = await client
    // What a person has agreed to at sign-in holds for every token, whatever is asked for: one will do.
    if (loaded instanceof UserRefreshClient || loaded instanceof ExternalAccountAuthorizedUserClient) shared ??= loaded
    return shared ?? loaded
  }
}

async function load(scopes: readonly string[], fetch: typeof globalThis.fetch): Promise<AuthClient> {
  // The library would run gcloud to find the project, which nobody asks it for.
  const auth = new GoogleAuth({scopes: [...scopes], projectId: 'not-asked-for'})
  const client = await auth.getClient()
  route(client as unknown as Inside, fetch)
  return client
}

/** Senders are made deep inside and take no option; one with an agent has a certificate of its own and keeps it. */
function route(inside: Inside | undefined, fetch: typeof globalThis.fetch): void {
  if (!inside) return
  const defaults = inside.transporter?.defaults
  if (defaults && defaults.agent === undefined) defaults.fetchImplementation = fetch
  route(inside.sourceClient, fetch)
  route(inside.stsCredential, fetch)
}
