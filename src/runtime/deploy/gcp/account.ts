import {BaseExternalAccountClient, Compute, gcpMetadata, Impersonated, JWT, type AuthClient} from 'google-auth-library'

/** E-mail of the account that a client stands for, or `unknown`. Asks Google only where the client does not know. */
export async function accountOf(client: AuthClient, fetch: typeof globalThis.fetch): Promise<string> {
  if (client instanceof JWT) return client.email ?? 'unknown'
  if (client instanceof Impersonated) return client.getTargetPrincipal()
  if (client instanceof BaseExternalAccountClient) return client.getServiceAccountEmail() ?? 'unknown'
  if (client instanceof Compute) return await ofMachine()
  const authorization = (await client.getRequestHeaders()).get('authorization')
  return authorization === null ? 'unknown' : await askAccount({authorization}, fetch)
}

/** Google tells whose a token is, where it was given for that (developers.google.com/identity/sign-in/web/backend-auth). */
export async function askAccount(
  headers: Readonly<Record<string, string>>,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  try {
    const answer = await fetch('https://oauth2.googleapis.com/tokeninfo', {
      method: 'POST',
      headers: {...headers, 'content-type': 'application/x-www-form-urlencoded'},
    })
    const {email} = (await answer.json()) as {readonly email?: unknown}
    return typeof email === 'string' ? email : 'unknown'
  } catch {
    // It is only shown, and hints can be given without it.
    return 'unknown'
  }
}

/** The metadata server of the machine in Google Cloud. */
async function ofMachine(): Promise<string> {
  try {
    return await gcpMetadata.instance<string>('service-accounts/default/email')
  } catch {
    return 'unknown'
  }
}
