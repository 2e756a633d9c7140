import {policyKey, storedPolicy} from '../policies.ts'
import type {Cloud, Json} from '../service.ts'

const INVOKERS = new Set(['roles/run.invoker', 'roles/run.admin', 'roles/owner'])

/** A Google-signed identity token, as far as the fake looks at one: who, and for whom. */
export function idTokenFor(email: string, audience: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({alg: 'none'})}.${part({aud: audience, email})}.`
}

/**
 * Whether Cloud Run lets a request through to a service: everybody where allUsers may invoke it, otherwise whoever shows
 * an identity token of a member that was made for this service.
 */
export function mayInvoke(cloud: Cloud, service: Json, authorization: string | undefined): 200 | 401 | 403 {
  const members = new Set(
    [
      policyKey('run.googleapis.com', service.name),
      policyKey('cloudresourcemanager.googleapis.com', `projects/${cloud.project.id}`),
    ].flatMap((key) =>
      storedPolicy(cloud, key).bindings.flatMap((binding) => (INVOKERS.has(binding.role) ? binding.members : [])),
    ),
  )
  if (service.invokerIamDisabled === true || members.has('allUsers')) return 200
  if (authorization === undefined) return 403
  const token = readIdToken(authorization)
  if (!token || !service.urls.some((url: string) => token.aud === url || token.aud.startsWith(`${url}/`))) return 401
  const isMember = ['allAuthenticatedUsers', `serviceAccount:${token.email}`, `user:${token.email}`].some((one) =>
    members.has(one),
  )
  return isMember ? 200 : 403
}

function readIdToken(authorization: string): {aud: string; email: string} | undefined {
  try {
    const [, part = ''] = /^Bearer [^.]+\.([^.]+)\./i.exec(authorization) ?? []
    const {aud, email} = JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
    return typeof aud === 'string' && typeof email === 'string' ? {aud, email} : undefined
  } catch {
    return undefined
  }
}
